import { startRegistry } from '../support/real-registry.ts';
import type { RegistryProgram } from '../support/registry-program.ts';
import { makeTempDir } from '../support/temp-dir.ts';
import type { Prepared } from './api.ts';
import type { StartedServer } from './define-table.ts';
import { pushImage } from './steps.ts';

/** CNCF distribution with what the table needs beside it; `program` as in {@link startRegistry}. */
export async function startDistribution(program?: RegistryProgram): Promise<StartedServer> {
  const [plain, guarded, locked] = await Promise.all([
    startRegistry({}, program),
    startRegistry({ auth: 'htpasswd' }, program),
    startLocked(program),
  ]);
  return {
    url: plain.url,
    prepared: {
      guarded: { url: guarded.url, repository: 'conformance/guarded', digest: '' },
      locked: locked.prepared,
    },
    stop: async () => {
      await Promise.all([plain.stop(), guarded.stop(), locked.stop()]);
    },
  };
}

/** A read-only one; its content came to its folder through another that is not. */
async function startLocked(program?: RegistryProgram) {
  const folder = makeTempDir();
  const place = { repository: 'conformance/locked', other: 'conformance/locked', prepared: {} };
  const writable = await startRegistry({ folder }, program);
  const { digest } = await pushImage({ ...place, url: writable.url }, 'locked', { tag: 'v1' });
  await writable.stop();
  const { url, stop } = await startRegistry({ folder, readOnly: true }, program);
  const prepared: Prepared = { url, repository: place.repository, tag: 'v1', digest };
  return { prepared, stop };
}
