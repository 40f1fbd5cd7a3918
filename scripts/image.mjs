// Plait as a container image for linux/amd64 and linux/arm64, built without a container engine and published by Plait.
//   npm run image -- --to HOST/REPOSITORY
// Needs apt-get and dpkg, for the libraries beside the executable. Credentials are those of docker login.
import { spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { startPlayground } from '../dist/playground/server.js';
import { unpackLibraries } from './image/libraries.mjs';
import { packImage } from './image/pack-image.mjs';

const { values } = parseArgs({ options: { to: { type: 'string' } } });
if (values.to === undefined) throw new Error('say where to publish: npm run image -- --to HOST/REPOSITORY');
const { version, description } = JSON.parse(readFileSync('package.json', 'utf8'));

/** As containers and Node spell it. */
const ARCHITECTURES = { amd64: 'x64', arm64: 'arm64' };
const USER = 65532;

const CONFIG = {
  User: `${USER}:${USER}`,
  Env: ['PATH=/usr/local/bin', 'HOME=/home/plait'],
  Entrypoint: ['/usr/local/bin/plait'],
  WorkingDir: '/work',
  Labels: {
    'org.opencontainers.image.title': 'plait',
    'org.opencontainers.image.description': description,
    'org.opencontainers.image.version': version,
    'org.opencontainers.image.licenses': 'Apache-2.0',
  },
};

const OWN_FILES = [
  { path: 'etc/passwd', text: `root:x:0:0::/root:/sbin/nologin\nplait:x:${USER}:${USER}::/home/plait:/sbin/nologin\n` },
  { path: 'etc/group', text: `root:x:0:\nplait:x:${USER}:\n` },
  { path: 'etc/nsswitch.conf', text: 'hosts: files dns\n' },
  { path: 'home/plait', owner: USER },
  { path: 'tmp', mode: 0o1777 },
  { path: 'work', owner: USER },
  { path: 'usr/share/doc/plait/LICENSE', file: 'LICENSE' },
  { path: 'usr/share/doc/plait/THIRD-PARTY-NOTICES.txt', file: 'dist/THIRD-PARTY-NOTICES.txt' },
];

/** Libraries in a layer of their own: they stay the same from release to release. */
async function buildImage(architecture, work) {
  const target = `linux-${ARCHITECTURES[architecture]}`;
  const made = spawnSync(process.execPath, ['scripts/executable.mjs', '--target', target, '--out', work], {
    encoding: 'utf8',
  });
  if (made.status !== 0) throw new Error(`npm run executable: ${made.stderr}`);
  const libraries = unpackLibraries(architecture, work);
  const program = { path: 'usr/local/bin/plait', file: join(work, `plait-${target}`), mode: 0o755 };
  const loaders = libraries.map(({ path, file }) => ({ path, file, mode: /\/ld-linux/.test(path) ? 0o755 : 0o644 }));
  return packImage([[...OWN_FILES, ...loaders], [program]], { architecture, config: CONFIG });
}

/** Into the registry of this process, from where Plait copies it. */
async function stage(url, tag, { mediaType, manifest, blobs }) {
  for (const { digest, bytes } of blobs) {
    await send(`${url}/v2/plait/blobs/uploads/?digest=${digest}`, 'POST', { bytes, type: 'application/octet-stream' });
  }
  await send(`${url}/v2/plait/manifests/${tag}`, 'PUT', { bytes: manifest, type: mediaType });
}

async function send(url, method, { bytes, type }) {
  const answer = await fetch(url, { method, headers: { 'content-type': type }, body: bytes });
  if (answer.status !== 201) throw new Error(`${method} ${url}: ${answer.status} ${await answer.text()}`);
}

/** Not in the way of the registry that it reads from, which is in this process. */
function apply(built) {
  const variables = Object.entries({ version, built, target: values.to }).flatMap(([name, value]) => [
    '--var',
    `${name}=${value}`,
  ]);
  const args = ['dist/bin.cjs', 'apply', '-f', 'deploy/release/manifests.yaml', ...variables, '--yes'];
  return new Promise((resolve) => {
    spawn(process.execPath, args, { stdio: 'inherit' }).once('exit', (code) => resolve(code ?? 1));
  });
}

const work = mkdtempSync(join(tmpdir(), 'plait-image-'));
const staging = await startPlayground({});
try {
  for (const architecture of Object.keys(ARCHITECTURES)) {
    const folder = mkdtempSync(join(work, `${architecture}-`));
    await stage(staging.url, `${version}-${architecture}`, await buildImage(architecture, folder));
    rmSync(folder, { recursive: true, force: true });
  }
  process.exitCode = await apply(`${staging.host}/plait`);
} finally {
  await staging.close();
  rmSync(work, { recursive: true, force: true });
}
