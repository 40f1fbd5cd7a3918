// Runs the commands on configs of many tags against an embedded registry in a process of its own, and says how much memory and
// time each one takes. Run after `npm run build`:
//
//   node bench/scale.mjs [tags, in hundreds; 1000 and 10000 when left out] ...
//
// Every tag has an index of its own, of four images that it shares with nine other tags, as the tags of a release do. Each
// command runs on a config that names every tag as an image ("list"), and on one that makes them of a matrix. PLAIT_STEPS is
// a regular expression for the steps to run, PLAIT_PROGRAM another program. Exit code 1 when a command on 10,000 tags takes more
// than 200 MB, or when ten times the tags take more than 10.5 times the time.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text as readText } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';

const SELF = fileURLToPath(import.meta.url);
const PROGRAM = process.env.PLAIT_PROGRAM ?? fileURLToPath(new URL('../dist/bin.cjs', import.meta.url));
const MB = 1_000_000;
const LIMIT_MB = 200;
const LIMIT_RATIO = 10.5;
const TAGS_PER_REPOSITORY = 100;
const TAGS_PER_BUILD = 10;
const IMAGES_PER_FILE = 10_000;
const PLATFORMS = ['linux/amd64', 'linux/arm64', 'linux/s390x', 'linux/ppc64le'];

const nameRepository = (number) => `r${String(number).padStart(4, '0')}`;
const nameTag = (number) => `v${String(number).padStart(3, '0')}`;
const architectureOf = (platform) => platform.split('/')[1];

const nameBuild = (number) => `b${String(Math.floor((number % TAGS_PER_REPOSITORY) / TAGS_PER_BUILD))}`;

/** Every tag there is to be: its repository, its name, and the build whose images it is made of. */
function* listTags(count) {
  for (let number = 0; number < count; number += 1) {
    yield {
      repository: nameRepository(Math.floor(number / TAGS_PER_REPOSITORY)),
      tag: nameTag(number % TAGS_PER_REPOSITORY),
      build: nameBuild(number),
    };
  }
}

/** Every build that {@link listTags} names, once. */
function* listBuilds(count) {
  let last;
  for (const { repository, build } of listTags(count)) {
    if (last !== `${repository}/${build}`) yield { repository, build };
    last = `${repository}/${build}`;
  }
}

/** The registry process: puts the source images in, says where it is, and forgets what was published when it is told to. */
async function serve(count) {
  const { startPlayground } = await import('../dist/playground/server.js');
  const { computeDigest } = await import('../dist/oci/digest.js');
  let store;
  const playground = await startPlayground({
    seed: async (opened) => {
      store = opened;
      await addSources(opened, count, computeDigest);
    },
  });
  const forget = async () => {
    for (const { repository, tag } of listTags(count)) {
      const digest = await store.findTag(`apps/${repository}`, tag);
      if (digest !== undefined) await store.removeTag(`apps/${repository}`, tag);
    }
    playground.clearRequests();
    process.send({ done: true });
  };
  process.on('message', () => void forget());
  process.send({ host: playground.host });
}

async function addSources(store, count, computeDigest) {
  const layer = Buffer.alloc(64, 'layer');
  for (const { repository, build } of listBuilds(count)) {
    const place = `builds/${repository}`;
    for (const platform of PLATFORMS) {
      const architecture = architectureOf(platform);
      const config = Buffer.from(
        JSON.stringify({
          architecture,
          os: 'linux',
          config: { Env: ['PATH=/usr/bin:/bin'], Labels: { 'org.opencontainers.image.version': `${place}:${build}` } },
          rootfs: { type: 'layers', diff_ids: [computeDigest(layer)] },
          history: [{ created: '2026-01-01T00:00:00Z', created_by: 'bench' }],
        }),
      );
      const manifest = Buffer.from(
        JSON.stringify({
          schemaVersion: 2,
          mediaType: 'application/vnd.oci.image.manifest.v1+json',
          config: describe(config, 'application/vnd.oci.image.config.v1+json', computeDigest),
          layers: [describe(layer, 'application/vnd.oci.image.layer.v1.tar+gzip', computeDigest)],
        }),
      );
      await addBlob(store, place, { digest: computeDigest(config), bytes: config });
      await addBlob(store, place, { digest: computeDigest(layer), bytes: layer });
      const mediaType = 'application/vnd.oci.image.manifest.v1+json';
      await store.addManifest(place, { bytes: manifest, digest: computeDigest(manifest), mediaType }, undefined);
      await store.setTag(place, `${build}-${architecture}`, computeDigest(manifest));
    }
  }
}

const describe = (bytes, mediaType, computeDigest) => ({ mediaType, digest: computeDigest(bytes), size: bytes.length });

async function addBlob(store, repository, { digest, bytes }) {
  const staged = await store.stage();
  await staged.append(bytes);
  await store.addBlob(repository, digest, staged);
}

async function startRegistry(count) {
  const child = spawn(process.execPath, ['--max-old-space-size=16384', SELF, 'registry', String(count)], {
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  });
  const [{ host }] = await once(child, 'message');
  return {
    host,
    reset: async () => {
      child.send('reset');
      await once(child, 'message');
    },
    stop: () => child.kill(),
  };
}

/** One image a tag, every source written out; in several files when there are very many. Returns the path of the first. */
async function writeFlat(folder, { count, host, name }) {
  const head = `version: 1\nregistries: { "${host}": { plainHttp: true } }\n`;
  const path = join(folder, `${name}.yaml`);
  const images = [...listTags(count)].map(({ repository, tag, build }) => {
    const sources = PLATFORMS.map(
      (platform) => `      ${platform}: ${host}/builds/${repository}:${build}-${architectureOf(platform)}\n`,
    );
    return [
      `  - target: ${host}/apps/${repository}\n    tags: [${tag}]\n`,
      `    annotations: { org.opencontainers.image.version: ${tag} }\n    platforms:\n${sources.join('')}`,
    ].join('');
  });
  if (count <= IMAGES_PER_FILE) {
    await writeFile(path, `${head}images:\n${images.join('')}`);
    return path;
  }
  await mkdir(join(folder, name), { recursive: true });
  for (let start = 0; start < count; start += IMAGES_PER_FILE) {
    const part = images.slice(start, start + IMAGES_PER_FILE).join('');
    await writeFile(join(folder, name, `part-${String(start).padStart(9, '0')}.yaml`), `version: 1\nimages:\n${part}`);
  }
  await writeFile(path, `${head}include:\n  - path: ${name}/*.yaml\n`);
  return path;
}

/** One image a repository, with a matrix over its tags; `count` is a multiple of a hundred. */
async function writeMatrix(folder, { count, host }) {
  const digits = Array.from({ length: 10 }, (_, digit) => `"${digit}"`).join(', ');
  const images = Array.from({ length: Math.ceil(count / TAGS_PER_REPOSITORY) }, (_, number) => {
    const repository = nameRepository(number);
    return [
      `  - matrix: { axes: { build: [${digits}], number: [${digits}] } }`,
      `    target: ${host}/apps/${repository}`,
      '    tags: ["v0${matrix.build}${matrix.number}"]',
      '    annotations: { org.opencontainers.image.version: "v0${matrix.build}${matrix.number}" }',
      `    platforms: [${PLATFORMS.join(', ')}]`,
      `    source: "${host}/builds/${repository}:b\${matrix.build}-{arch}"\n`,
    ].join('\n');
  });
  const path = join(folder, 'matrix.yaml');
  await writeFile(path, `version: 1\nregistries: { "${host}": { plainHttp: true } }\nimages:\n${images.join('')}`);
  return path;
}

/** Writes what the process used to descriptor 3 when it ends. */
const PROBE = `data:text/javascript,${encodeURIComponent(
  `import { writeSync } from 'node:fs';
   process.once('exit', () => writeSync(3, JSON.stringify(process.resourceUsage())));`,
)}`;

/** Runs one command line. Time in seconds, memory in MB at its peak. */
async function run(folder, args, cache) {
  const options = (process.env.PLAIT_NODE_OPTIONS ?? '').split(' ').filter((option) => option !== '');
  const begun = performance.now();
  const child = spawn(process.execPath, [...options, '--import', PROBE, PROGRAM, ...args], {
    cwd: folder,
    env: { PATH: process.env.PATH, HOME: folder, XDG_CACHE_HOME: join(folder, cache) },
    stdio: ['ignore', 'pipe', 'pipe', 'pipe'],
  });
  child.stdout.resume();
  const [errors, usage, [code]] = await Promise.all([
    readText(child.stderr),
    readText(child.stdio[3]),
    once(child, 'close'),
  ]);
  if (code !== 0 && code !== 2) throw new Error(`plait ${args.join(' ')} ended with ${code}\n${errors.slice(-2000)}`);
  const { maxRSS, userCPUTime, systemCPUTime } = JSON.parse(usage);
  return {
    seconds: (performance.now() - begun) / 1000,
    cpuSeconds: (userCPUTime + systemCPUTime) / 1e6,
    peakMb: (maxRSS * 1024) / MB,
  };
}

/** The steps in their order for the config at `config`: what each one is called, and its command line. */
function listSteps(name, config, { plan, result }) {
  return [
    [`${name}: validate`, ['validate', '-f', config]],
    [`${name}: plan, all new, cold`, ['plan', '-f', config]],
    [`${name}: plan -o, all new`, ['plan', '-f', config, '-o', plan]],
    [`${name}: show FILE`, ['show', plan]],
    [`${name}: apply, all new`, ['apply', '-f', config, '--yes', '--result', result], 'reset'],
    [`${name}: apply FILE`, ['apply', '-f', config, plan]],
    [`${name}: plan, nothing changed`, ['plan', '-f', config]],
    [`${name}: plan -O json`, ['plan', '-f', config, '-O', 'json']],
    [`${name}: drift`, ['drift', '-f', config], 'reset'],
  ];
}

async function measure(count) {
  const folder = await mkdtemp(join(tmpdir(), 'plait-scale-'));
  const registry = await startRegistry(count);
  const only = process.env.PLAIT_STEPS === undefined ? undefined : new RegExp(process.env.PLAIT_STEPS);
  try {
    const { host } = registry;
    const files = { plan: join(folder, 'plan.json'), result: join(folder, 'result.json') };
    const steps = [
      ...listSteps('list', await writeFlat(folder, { count, host, name: 'list' }), files),
      ...listSteps('matrix', await writeMatrix(folder, { count, host }), files),
    ];
    const rows = new Map();
    for (const [name, args, after] of steps) {
      if (only !== undefined && !only.test(name)) continue;
      const figures = await run(folder, args, `cache-${name.split(':', 1)[0]}`);
      rows.set(name, figures);
      print(count, name, figures);
      if (after === 'reset') await registry.reset();
    }
    return rows;
  } finally {
    registry.stop();
    await rm(folder, { recursive: true, force: true, maxRetries: 3 });
  }
}

function print(count, name, { seconds, cpuSeconds, peakMb }) {
  const columns = [
    String(count).padStart(7),
    name.padEnd(30),
    `${seconds.toFixed(1)} s`.padStart(9),
    `${cpuSeconds.toFixed(1)} s CPU`.padStart(12),
    `${peakMb.toFixed(0)} MB`.padStart(8),
  ];
  console.log(columns.join('  '));
}

/** What is past its bounds, as lines. */
function findExcesses(all) {
  const excesses = [];
  for (const [count, rows] of all) {
    for (const [name, { peakMb, seconds }] of rows) {
      if (count <= 10_000 && peakMb > LIMIT_MB) excesses.push(`${name}, ${count} tags: ${peakMb.toFixed(0)} MB`);
      const smaller = all.get(count / 10)?.get(name);
      if (smaller === undefined) continue;
      const ratio = seconds / smaller.seconds;
      console.log(`${name}: ${count} tags take ${ratio.toFixed(2)} times as long as ${count / 10}`);
      if (ratio > LIMIT_RATIO) excesses.push(`${name}: ${ratio.toFixed(2)} times the time for ten times the tags`);
    }
  }
  return excesses;
}

const [role, ...rest] = process.argv.slice(2);
if (role === 'registry') await serve(Number(rest[0]));
else {
  const counts = role === undefined ? [1000, 10_000] : [role, ...rest].map(Number);
  console.log(`node ${process.version}, ${PLATFORMS.length} platforms a tag`);
  const all = new Map();
  for (const count of counts) all.set(count, await measure(count));
  const excesses = findExcesses(all);
  for (const excess of excesses) console.log(`PAST ITS BOUND: ${excess}`);
  process.exitCode = excesses.length === 0 ? 0 : 1;
}
