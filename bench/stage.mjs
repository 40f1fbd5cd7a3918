import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { findRegistry, startRegistry } from './registry.mjs';
import { startProxy } from './start-proxy.mjs';

const MEMORY = '/dev/shm';

/**
 * Two registries behind the proxy, and what they held at some time under a name. All of it is in memory where the machine
 * has a folder for that, so that the speed of the disk is not measured.
 */
export async function openStage(announce) {
  const program = await findRegistry(announce);
  const root = mkdtempSync(join(existsSync(MEMORY) ? MEMORY : tmpdir(), 'plait-bench-'));
  const removeAll = () => rmSync(root, { recursive: true, force: true, maxRetries: 3 });
  process.once('exit', removeAll);
  const proxy = await startProxy();
  const folders = [join(root, 'near'), join(root, 'far')];
  const snapshotOf = (name) => join(root, 'snapshots', name);
  let registries = [];

  const stop = async () => {
    await Promise.all(registries.map((registry) => registry.stop()));
    registries = [];
  };
  return {
    root,
    program,
    /** Of the two doors: of the registry with the sources, and of the other one. */
    hosts: proxy.hosts,
    /** Of the registries themselves, without delay and not counted. */
    ports: () => registries.map(({ port }) => port),
    hasState: (name) => existsSync(snapshotOf(name)),
    /** Starts both anew with what they held under this name, or with nothing. */
    async restore(name, delayMs) {
      await stop();
      for (const [number, folder] of folders.entries()) {
        remove(folder);
        if (name === undefined) mkdirSync(folder);
        else copyFolder(join(snapshotOf(name), String(number)), folder);
      }
      registries = await Promise.all(folders.map((folder) => startRegistry(program, folder)));
      await proxy.order('prepare', { upstreamPorts: registries.map(({ port }) => port), delayMs });
    },
    save(name) {
      for (const [number, folder] of folders.entries()) {
        copyFolder(folder, join(snapshotOf(name), String(number)));
      }
    },
    /** What came through each door since the last restore. */
    readTally: () => proxy.order('read'),
    async close() {
      await stop();
      proxy.stop();
      process.off('exit', removeAll);
      removeAll();
    },
  };
}

/** Thousands of small files: the programs take half the time of what Node has. `to` must not exist. */
export function copyFolder(from, to) {
  mkdirSync(dirname(to), { recursive: true });
  execFileSync('cp', ['-R', from, to]);
}

export function remove(folder) {
  execFileSync('rm', ['-rf', folder]);
}
