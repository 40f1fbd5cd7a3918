import { cpSync, existsSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { findRegistry, startRegistry } from './registry.mjs';
import { startProxy } from './start-proxy.mjs';

const MEMORY = '/dev/shm';

/**
 * Two registries behind the proxy, and what they held at some time under a name. All of it is in memory where the machine
 * has a folder for that, so that the speed of the disk is not measured.
 */
export async function openStage() {
  const program = await findRegistry();
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
        rmSync(folder, { recursive: true, force: true });
        mkdirSync(folder, { recursive: true });
        const saved = join(snapshotOf(name ?? ''), String(number));
        if (name !== undefined) cpSync(saved, folder, { recursive: true });
      }
      registries = await Promise.all(folders.map((folder) => startRegistry(program, folder)));
      await proxy.order('prepare', { upstreamPorts: registries.map(({ port }) => port), delayMs });
    },
    save(name) {
      for (const [number, folder] of folders.entries()) {
        cpSync(folder, join(snapshotOf(name), String(number)), { recursive: true });
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
