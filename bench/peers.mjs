import { spawnSync } from 'node:child_process';
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { loadModule } from '../scripts/load-module.mjs';
import { ARCHITECTURES, TAG } from './content.mjs';

const { buildGoPrograms } = await loadModule('../test/support/go-programs.ts');

const PLATFORMS = ARCHITECTURES.map((architecture) => `linux/${architecture}`).join(',');
const ONE_REGISTRY = new Set(['same', 'other']);

/** The references of the images of each architecture under a name. */
const each = (name) => ARCHITECTURES.map((architecture) => `${name}-${architecture}`);
const joined = (words) => words.join(' ');

/**
 * What users type for one tag, with the least that gives a right result. `create` puts the images of four architectures
 * under one tag, `copy` copies an index as it is; `within` is as far as it can go. In it `from` and `to` are the references
 * without the architecture, with `$name` for the name of the repository.
 *
 * @typedef {{ from: string, to: string, isSameRepository: boolean }} Work
 * A peer with a `config` does all tags by itself, in modes of its own.
 *
 * @typedef {{ create?: (work: Work) => string, copy?: (work: Work) => string, within?: Set<string>, limit?: string,
 *   config?: (work: object) => string, modes?: Record<string, number> }} Peer
 * @type {Record<string, Peer>}
 */
const COMMANDS = {
  'docker manifest': {
    create: ({ from, to }) =>
      `docker manifest create --insecure ${to} ${joined(each(from))} && docker manifest push --insecure --purge ${to}`,
    within: ONE_REGISTRY,
    limit: 'takes images of the same registry only',
  },
  crane: {
    create: ({ from, to }) => `crane index append ${joined(each(from).map((source) => `-m ${source}`))} -t ${to}`,
    copy: ({ from, to }) => `crane copy ${from} ${to}`,
  },
  regctl: {
    create: ({ from, to }) => `regctl index create ${to} ${joined(each(from).map((source) => `--ref ${source}`))}`,
    copy: ({ from, to }) => `regctl image copy ${from} ${to}`,
  },
  'manifest-tool': {
    create: ({ from, to }) =>
      `manifest-tool --plain-http push --type oci from-args --platforms ${PLATFORMS} --template ${from}-ARCH --target ${to}`,
    within: ONE_REGISTRY,
    limit: 'takes images of the same registry only',
  },
  'buildx imagetools': {
    create: ({ from, to }) => `buildx imagetools create -t ${to} ${joined(each(from))}`,
    copy: ({ from, to }) => `buildx imagetools create -t ${to} ${from}`,
  },
  oras: {
    create: ({ from, to, isSameRepository }) =>
      [
        ...(isSameRepository
          ? []
          : each(from).map(
              (source, number) => `oras cp --from-plain-http --to-plain-http ${source} ${each(to)[number]}`,
            )),
        `oras manifest index create --plain-http ${to} ${joined(each(TAG))}`,
      ].join(' && '),
    copy: ({ from, to }) => `oras cp --from-plain-http --to-plain-http ${from} ${to}`,
  },
  buildah: {
    create: ({ from, to, isSameRepository }) =>
      [
        `buildah manifest create "$name"`,
        ...each(from).map((source) => `buildah manifest add --tls-verify=false "$name" docker://${source}`),
        `buildah manifest push --tls-verify=false ${isSameRepository ? '' : '--all '}"$name" docker://${to}`,
      ].join(' && '),
  },
  regsync: {
    modes: { once: 1, 'once, parallel 8': 8 },
    config: ({ from, to, names, hosts, concurrency }) =>
      [
        'version: 1',
        'creds:',
        ...hosts.map((host) => `  - { registry: "${host}", tls: disabled }`),
        ...(concurrency > 1 ? [`defaults: { parallel: ${concurrency} }`] : []),
        'sync:',
        ...names.map((name) => `  - { source: "${from}${name}:${TAG}", target: "${to}${name}:${TAG}", type: image }`),
      ].join('\n'),
    copy: () => 'regsync once -c config.yaml',
  },
  skopeo: {
    copy: ({ from, to }) =>
      `skopeo copy --all --src-tls-verify=false --dest-tls-verify=false docker://${from} docker://${to}`,
  },
};

/** At the newest versions that can be had with all they need where this was written. */
const GO_PROGRAMS = [
  { name: 'crane', module: 'github.com/google/go-containerregistry', version: 'v0.22.1', folder: 'cmd/crane' },
  { name: 'regctl', module: 'github.com/regclient/regclient', version: 'v0.11.7', folder: 'cmd/regctl' },
  { name: 'regsync', module: 'github.com/regclient/regclient', version: 'v0.11.7', folder: 'cmd/regsync' },
  {
    name: 'manifest-tool',
    module: 'github.com/estesp/manifest-tool/v2',
    version: 'v2.1.9',
    folder: 'cmd/manifest-tool',
  },
  { name: 'oras', module: 'oras.land/oras', version: 'v1.3.1', folder: 'cmd/oras' },
  { name: 'buildx', module: 'github.com/docker/buildx', version: 'v0.29.1', folder: 'cmd/buildx' },
];
const INSTALLED = ['docker', 'skopeo', 'buildah'];

/**
 * Finds or builds the programs of the peers and puts them in one folder.
 *
 * @param {string} root
 * @param {{ wanted: (program: string) => boolean, announce: (line: string) => void }} options
 */
export async function installPeers(root, { wanted, announce }) {
  const bin = join(root, 'bin');
  mkdirSync(bin);
  const programs = GO_PROGRAMS.filter(({ name }) => wanted(name));
  const builds = await buildGoPrograms(announce, programs);
  const versions = {};
  const leftOut = {};
  for (const { name, version } of programs) {
    const { path, leftOut: reason } = builds[name];
    if (path === undefined) leftOut[name] = reason;
    else {
      symlinkSync(path, join(bin, name));
      versions[name] = version;
    }
  }
  for (const name of INSTALLED.filter(wanted)) {
    const { stdout } = spawnSync(name, ['--version'], { encoding: 'utf8' });
    const version = /\d+\.\d+[.\d]*/.exec(stdout ?? '')?.[0];
    if (version === undefined) leftOut[name] = 'not installed';
    else versions[name] = version;
  }
  return { bin, versions, leftOut };
}

/** The program behind the name of a peer. */
const programOf = (peer) => (peer === 'docker manifest' ? 'docker' : peer.split(' ')[0]);

/**
 * The peers in a scenario: how to run them, or why not.
 *
 * @param {{ kind: 'create' | 'copy', location: 'same' | 'other' | 'far' }} scenario
 * @param {Awaited<ReturnType<typeof installPeers>>} installed
 */
export function listPeers({ kind, location }, { versions, leftOut }) {
  return Object.entries(COMMANDS).flatMap(([name, peer]) => {
    const program = programOf(name);
    const { config, modes = MODES, [kind]: command } = peer;
    if (leftOut[program] !== undefined) return [{ name, leftOut: leftOut[program] }];
    if (versions[program] === undefined) return [];
    if (command === undefined) return [{ name, leftOut: kind === 'copy' ? 'cannot copy an index' : 'can only copy' }];
    if (peer.within?.has(location) === false) return [{ name, leftOut: peer.limit }];
    return [{ name, command, config, modes }];
  });
}

/** One after the other, and eight at a time. */
const MODES = { loop: 1, 'xargs -P8': 8 };

/**
 * Writes what a user would write to do all names. Returns what to run.
 *
 * @param {string} folder
 * @param {import('./program.mjs').Contestant} contestant
 * @param {{ names: string[], from: string, to: string, hosts: string[], isSameRepository: boolean }} wanted
 */
export function writeScript(folder, { config, command, mode, concurrency }, wanted) {
  const [from, to] = [wanted.from, wanted.to].map((start) => `${start}$name:${TAG}`);
  const text = command({ from, to, isSameRepository: wanted.isSameRepository });
  if (config !== undefined) {
    writeFileSync(join(folder, 'config.yaml'), config({ ...wanted, concurrency }));
    return text.split(' ');
  }
  writeFileSync(join(folder, 'names'), `${wanted.names.join('\n')}\n`);
  writeFileSync(join(folder, 'one.sh'), `name=$1\n${text}\n`);
  const loop = `failed=0\nwhile read -r name; do\n  { ${text}; } </dev/null || failed=1\ndone <names\nexit $failed\n`;
  writeFileSync(join(folder, 'all.sh'), mode === 'loop' ? loop : 'xargs -P 8 -n 1 sh one.sh <names\n');
  return ['sh', 'all.sh'];
}

/** What peers need to find at home to talk plain http to our hosts and to keep away from what the machine has. */
export function writeHome(home, hosts) {
  mkdirSync(join(home, '.docker'), { recursive: true });
  mkdirSync(join(home, '.regctl'));
  writeFileSync(join(home, '.docker', 'config.json'), '{}');
  const plain = Object.fromEntries(hosts.map((host) => [host, { tls: 'disabled' }]));
  writeFileSync(join(home, '.regctl', 'config.json'), JSON.stringify({ hosts: plain }));
  const storage = `[storage]\ndriver = "vfs"\ngraphroot = "${home}/graph"\nrunroot = "${home}/run"\n`;
  writeFileSync(join(home, 'storage.conf'), storage);
  return { DOCKER_CONFIG: join(home, '.docker'), CONTAINERS_STORAGE_CONF: join(home, 'storage.conf') };
}
