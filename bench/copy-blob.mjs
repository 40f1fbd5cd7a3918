// Copies one large blob between two embedded registries, with all three in processes of their own, and says how much memory
// the copying one took at most and whether it went on after a cut. Run after `npm run build`:
//
//   node bench/copy-blob.mjs [MiB, 1024 when left out] [runs of each kind, 1 when left out]
//
// Exit code 1 when a copy took more than 150 MiB, or started over after a cut.
import { spawn } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { request } from 'node:http';
import { connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

const MIB = 1024 * 1024;
const LIMIT_MIB = 150;
const SELF = fileURLToPath(import.meta.url);
const PROGRAM = fileURLToPath(new URL('../dist/bin.cjs', import.meta.url));

/** The copying process: one `copyBlob`, then a line of JSON about it. */
async function copy([from, to, digest, size]) {
  const { createRegistryClient } = await import('../dist/registry/create-client.js');
  const { parseRepository } = await import('../dist/oci/repository.js');
  const client = createRegistryClient({
    settings: () => ({ plainHttp: true }),
    access: 'write',
    environment: {},
    homeDirectory: tmpdir(),
    clock: {
      now: () => Date.now(),
      elapsed: () => performance.now(),
      sleep: (ms, signal) => delay(ms, undefined, { signal }),
      random: () => Math.random(),
    },
    userAgent: 'plait-bench',
  });
  const descriptor = { mediaType: 'application/octet-stream', digest, size: Number(size) };
  const outcome = await client.copyBlob({ from: parseRepository(from), to: parseRepository(to), descriptor });
  await client.close();
  const peakMib = Math.round(process.resourceUsage().maxRSS / 1024);
  console.log(JSON.stringify({ outcome, peakMib }));
}

/** Starts an embedded registry that keeps its content in `directory`. */
function startRegistry(directory) {
  const child = spawn(process.execPath, [PROGRAM, 'playground', '--port', '0', '--dir', directory]);
  return new Promise((resolve, reject) => {
    let text = '';
    child.stdout.setEncoding('utf8').on('data', (chunk) => {
      text += chunk;
      const host = /http:\/\/([^\s,]+)[\s,]/.exec(text)?.[1];
      if (host !== undefined) resolve({ host, stop: () => child.kill('SIGTERM') });
    });
    child.stderr.pipe(process.stderr);
    child.once('exit', (code) => reject(new Error(`the registry ended with ${code}`)));
  });
}

/** Pieces that no registry can compress or share, and the same each time. */
function* generate(sizeMib) {
  const noise = randomBytes(MIB);
  for (let number = 0; number < sizeMib; number += 1) {
    noise.writeUInt32BE(number);
    yield Buffer.from(noise);
  }
}

/** Pushes a blob of so many MiB as `source/blob`. Returns its digest. */
async function pushBlob(host, sizeMib) {
  const opened = await send(`http://${host}/v2/source/blob/blobs/uploads/`, { method: 'POST' });
  const location = new URL(opened.headers.location, `http://${host}`);
  const hash = createHash('sha256');
  const pieces = Readable.from(
    (function* hashed() {
      for (const piece of generate(sizeMib)) {
        hash.update(piece);
        yield piece;
      }
    })(),
  );
  await send(location, { method: 'PATCH', headers: { 'content-length': sizeMib * MIB } }, pieces);
  const digest = `sha256:${hash.digest('hex')}`;
  location.searchParams.set('digest', digest);
  const { statusCode } = await send(location, { method: 'PUT', headers: { 'content-length': 0 } });
  if (statusCode !== 201) throw new Error(`the blob was not taken: ${statusCode}`);
  return digest;
}

function send(url, options, body) {
  return new Promise((resolve, reject) => {
    const outgoing = request(url, options, (answer) => answer.resume().once('end', () => resolve(answer)));
    outgoing.once('error', reject);
    if (body === undefined) outgoing.end();
    else body.pipe(outgoing);
  });
}

/** Passes connections on to `host`; cuts the first one that brought `cutAfter` bytes to `watch`, and counts them. */
function startProxy({ host, watch, cutAfter }) {
  const tally = { passed: 0, cuts: 0 };
  const server = createServer((near) => {
    const far = connect({ host: '127.0.0.1', port: Number(host.split(':')[1]) });
    for (const socket of [near, far]) socket.on('error', () => undefined);
    near.on('close', () => far.end());
    far.on('close', () => near.end());
    const [watched, other] = watch === 'sent' ? [near, far] : [far, near];
    other.pipe(watched, { end: false });
    let passed = 0;
    watched.on('data', (data) => {
      passed += data.length;
      tally.passed += data.length;
      if (!other.write(data)) {
        watched.pause();
        other.once('drain', () => watched.resume());
      }
      if (passed < cutAfter || tally.cuts > 0) return;
      tally.cuts += 1;
      watched.destroy();
      other.end(() => other.destroy());
    });
  });
  return new Promise((resolve) => {
    server.listen(0, '127.0.0.1', () =>
      resolve({ host: `127.0.0.1:${server.address().port}`, tally, stop: () => server.close() }),
    );
  });
}

function runCopy(...args) {
  const child = spawn(process.execPath, [SELF, 'copy', ...args], { stdio: ['ignore', 'pipe', 'inherit'] });
  return new Promise((resolve, reject) => {
    let text = '';
    child.stdout.setEncoding('utf8').on('data', (chunk) => {
      text += chunk;
    });
    child.once('exit', (code) =>
      code === 0 ? resolve(JSON.parse(text)) : reject(new Error(`the copy ended with ${code}`)),
    );
  });
}

/** What is cut: nothing, the upload, or the download. */
const KINDS = ['nothing', 'the upload', 'the download'];

async function measure(kind, { source, target, blob }) {
  const cutAfter = kind === 'nothing' ? Number.POSITIVE_INFINITY : blob.size * 0.6;
  const isUpload = kind !== 'the download';
  const proxy = await startProxy({
    host: isUpload ? target.host : source.host,
    watch: isUpload ? 'sent' : 'received',
    cutAfter,
  });
  const from = `${isUpload ? source.host : proxy.host}/source/blob`;
  const to = `${isUpload ? proxy.host : target.host}/target/blob-${blob.number}`;
  const begun = performance.now();
  const { outcome, peakMib } = await runCopy(from, to, blob.digest, String(blob.size));
  proxy.stop();
  const passedMib = Math.round(proxy.tally.passed / MIB);
  const isResumed = proxy.tally.passed < blob.size * 1.1;
  const seconds = ((performance.now() - begun) / 1000).toFixed(1);
  const cut = kind === 'nothing' ? 'uncut' : `${kind} cut at 60 %: ${isResumed ? 'resumed' : 'STARTED OVER'}`;
  console.log(`${outcome}, ${cut}, ${passedMib} MiB passed, peak memory ${peakMib} MiB, ${seconds} s`);
  return peakMib <= LIMIT_MIB && isResumed && (kind === 'nothing' || proxy.tally.cuts === 1);
}

async function main(sizeMib, runs) {
  const root = await mkdtemp(join(tmpdir(), 'plait-bench-'));
  const stops = [];
  try {
    const source = await startRegistry(join(root, 'source'));
    stops.push(source.stop);
    const digest = await pushBlob(source.host, sizeMib);
    console.log(`a blob of ${sizeMib} MiB, node ${process.version}`);
    let [number, isGood] = [0, true];
    for (let run = 0; run < runs; run += 1) {
      for (const kind of KINDS) {
        number += 1;
        const directory = join(root, `target-${number}`);
        const target = await startRegistry(directory);
        stops.push(target.stop);
        isGood = (await measure(kind, { source, target, blob: { digest, size: sizeMib * MIB, number } })) && isGood;
        target.stop();
        await rm(directory, { recursive: true, force: true });
      }
    }
    process.exitCode = isGood ? 0 : 1;
  } finally {
    for (const stop of stops) stop();
    await rm(root, { recursive: true, force: true, maxRetries: 3 });
  }
}

const [role, ...args] = process.argv.slice(2);
if (role === 'copy') await copy(args);
else await main(Number(role ?? 1024), Number(args[0] ?? 1));
