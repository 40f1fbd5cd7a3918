// The C and C++ libraries that Node needs, out of the packages of Debian, or of what else this machine gets its packages from.
import { spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

const PACKAGES = ['libc6', 'libstdc++6', 'libgcc-s1', 'libatomic1'];
const WANTED = [
  /^(usr\/)?lib(64)?\/(.*\/)?(ld-linux[^/]*|lib(c|m|dl|pthread|rt|resolv|nss_dns|nss_files|stdc\+\+|gcc_s|atomic)\.so[^/]*)$/,
  /^usr\/share\/doc\/[^/]+\/copyright$/,
];

/** Unpacks the packages for `architecture` (Debian's name) below `work`, and lists what is wanted of them: `{ path, file }`. */
export function unpackLibraries(architecture, work) {
  const state = join(work, 'state');
  const root = join(work, 'root');
  for (const folder of ['lists/partial', 'archives/partial']) mkdirSync(join(state, folder), { recursive: true });
  chmodSync(work, 0o755); // apt run by root drops to a user of its own, which must get in
  const settings = {
    'Dir::State': state,
    'Dir::Cache': state,
    'Acquire::Languages': 'none',
    'APT::Architecture': architecture,
    'APT::Architectures': architecture,
  };
  const apt = ['-qq', ...Object.entries(settings).flatMap(([name, value]) => ['-o', `${name}=${value}`])];
  run('apt-get', [...apt, 'update'], work);
  run('apt-get', [...apt, 'download', ...PACKAGES], work);
  run('apt-get', [...apt, 'download', findLicences(work)], work);
  for (const file of listArchives(work)) run('dpkg', ['-x', file, root], work);
  return readdirSync(root, { recursive: true })
    .filter((path) => WANTED.some((pattern) => pattern.test(path)))
    .map((path) => ({ path, file: join(root, path) }));
}

const listArchives = (work) => readdirSync(work).filter((name) => name.endsWith('.deb'));

/** The libraries of GCC leave their licence to a package that has the version of GCC in its name. */
function findLicences(work) {
  const archive = listArchives(work).find((name) => name.startsWith('libgcc-s1'));
  const name = /gcc-\d+-base/.exec(run('dpkg', ['-f', archive, 'Depends'], work))?.[0];
  if (name === undefined) throw new Error(`${archive} names no package with its licence`);
  return name;
}

function run(name, args, cwd) {
  const env = { ...process.env, LC_ALL: 'C', DEBIAN_FRONTEND: 'noninteractive' };
  const { status, stdout, stderr, error } = spawnSync(name, args, { cwd, env, encoding: 'utf8' });
  if (status !== 0) throw new Error(`${name} ${args.at(-1)}: ${error?.message ?? stderr.trim()}`);
  return stdout;
}
