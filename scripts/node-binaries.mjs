// Programs of Node as npm ships them, for other versions and machines than this one. npm checks their integrity.
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';

const KEPT = resolve('node_modules/.cache/plait/node');
const INSTALL_MS = 180_000;

/**
 * The path of the program `node` of `version` (such as `22.23.3`) for `target` (such as `linux-x64` or `win-x64`), installed
 * when it is not there yet. Throws with what npm said.
 */
export async function findNode(version, target) {
  const name = target.startsWith('win-') ? 'node.exe' : 'node';
  const folder = join(KEPT, `${target}-${version}`);
  const program = join(folder, 'node_modules', `node-${target}`, 'bin', name);
  if (existsSync(program)) return program;
  await mkdir(dirname(folder), { recursive: true });
  // Whole or not at all: an install that was broken off is never taken for one.
  const fresh = await mkdtemp(`${folder}-`);
  try {
    await writeFile(join(fresh, 'package.json'), '{"private":true}\n');
    await install(fresh, `node-${target}@${version}`);
    await rm(folder, { recursive: true, force: true });
    await rename(fresh, folder);
  } finally {
    await rm(fresh, { recursive: true, force: true });
  }
  if (!existsSync(program)) throw new Error(`node-${target}@${version} holds no ${program}`);
  return program;
}

/** A program for another machine is installed all the same, and no script of it is run. */
function install(folder, what) {
  const args = [
    'install',
    '--prefix',
    folder,
    '--force',
    '--ignore-scripts',
    '--no-audit',
    '--no-fund',
    '--no-save',
    what,
  ];
  return new Promise((done, fail) => {
    const child = spawn('npm', args, { stdio: ['ignore', 'pipe', 'pipe'], timeout: INSTALL_MS });
    let said = '';
    child.stdout.setEncoding('utf8').on('data', (text) => (said += text));
    child.stderr.setEncoding('utf8').on('data', (text) => (said += text));
    child.on('error', fail);
    child.on('close', (code) => (code === 0 ? done() : fail(new Error(`npm install ${what}: ${said.trim()}`))));
  });
}
