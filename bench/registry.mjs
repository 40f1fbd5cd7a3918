import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { loadModule } from '../scripts/load-module.mjs';

const { buildGoPrograms, GO_PROGRAMS } = await loadModule('../test/support/go-programs.ts');
const { findRegistryProgram } = await loadModule('../test/support/registry-program.ts');
const { writeConfig } = await loadModule('../test/support/distribution-config.ts');

const START_MS = 20_000;

/**
 * CNCF distribution 3, built by Go; where that cannot be had, the registry that the tests have, which is 2.8 in Debian. That
 * one takes nine times the CPU for a request, and on a small machine it would be the registry that is measured. Throws when
 * there is neither.
 *
 * @param {(line: string) => void} announce
 * @returns {Promise<{ path: string, version: string }>}
 */
export async function findRegistry(announce) {
  const program = GO_PROGRAMS.find(({ name }) => name === 'distribution');
  const { distribution } = await buildGoPrograms(announce, [program]);
  if (distribution.path !== undefined) return { path: distribution.path, version: program.version };
  announce(`distribution ${program.version}: ${distribution.leftOut}`);
  const { program: found, tried } = await findRegistryProgram();
  if (found?.kind === 'binary') return found;
  throw new Error(`docker-registry is needed, as a program: ${found?.kind ?? tried.join('; ')}`);
}

/**
 * Starts it on a free port with all content in `folder`.
 *
 * @returns {Promise<{ port: number, stop(): Promise<void> }>}
 */
export async function startRegistry(program, folder) {
  const port = await findFreePort();
  mkdirSync(`${folder}.config`, { recursive: true });
  const config = writeConfig({ folder, relativeUrls: true }, `127.0.0.1:${port}`, `${folder}.config`);
  useLessCpu(config);
  const child = spawn(program.path, ['serve', config], {
    stdio: 'ignore',
    // It takes a buffer of 4 MiB for each blob that it reads, and would clear up after every one.
    env: { ...process.env, OTEL_TRACES_EXPORTER: 'none', GOGC: '1000' },
  });
  const hangUp = () => child.kill('SIGKILL');
  process.once('exit', hangUp);
  const stop = async () => {
    process.off('exit', hangUp);
    const closed = once(child, 'close');
    hangUp();
    await closed;
  };
  await waitFor(port, child);
  return { port, stop };
}

/** The machine is shared: no log of requests, and, as in the config of its image, a memory of where blobs are. */
function useLessCpu(path) {
  const config = JSON.parse(readFileSync(path, 'utf8'));
  const storage = { ...config.storage, cache: { blobdescriptor: 'inmemory' } };
  const log = { level: 'error', accesslog: { disabled: true } };
  writeFileSync(path, JSON.stringify({ ...config, storage, log }));
}

async function waitFor(port, child) {
  const deadline = Date.now() + START_MS;
  while (Date.now() < deadline && child.exitCode === null) {
    const answer = await fetch(`http://127.0.0.1:${port}/v2/`).catch(() => undefined);
    if (answer?.status === 200) return;
    await sleep(10);
  }
  throw new Error('the registry did not start');
}

async function findFreePort() {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address();
  server.close();
  await once(server, 'close');
  return port;
}
