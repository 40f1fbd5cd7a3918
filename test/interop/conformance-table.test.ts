import { describe, it } from 'vitest';
import { defineTable, reportAlone, type StartedServer, type TableServer } from '../conformance/define-table.ts';
import { startDistribution } from '../conformance/distribution.ts';
import { DISTRIBUTION_3, OLAREG } from '../conformance/exceptions.ts';
import { pushImage } from '../conformance/steps.ts';
import { LIFELINE, startServer } from '../support/server-process.ts';
import { findBuild } from './find-build.ts';

const distribution = findBuild('distribution');
const olareg = findBuild('olareg');

const SERVERS: readonly (TableServer & { readonly leftOut?: string })[] = [
  {
    ...distribution.line('conformance table'),
    without: ['referrers', 'upgraded'],
    exceptions: DISTRIBUTION_3,
    start: () => startDistribution({ kind: 'binary', path: distribution.path(), version: distribution.version }),
  },
  {
    ...olareg.line('conformance table'),
    // On a folder of before it had the referrers API it never answers.
    without: ['guarded', 'upgraded'],
    exceptions: OLAREG,
    start: startAllOlareg,
  },
];

async function startAllOlareg(): Promise<StartedServer> {
  const plain = await startOlareg('--store-type', 'mem', '--api-delete', '--api-blob-delete');
  const locked = await startOlareg('--store-type', 'mem');
  const place = { url: locked.url, repository: 'conformance/locked' };
  const { digest } = await pushImage({ ...place, other: place.repository, prepared: {} }, 'locked', { tag: 'v1' });
  return {
    url: plain.url,
    prepared: { locked: { ...place, digest, tag: 'v1' } },
    stop: async () => {
      await Promise.all([plain.stop(), locked.stop()]);
    },
  };
}

async function startOlareg(...flags: readonly string[]) {
  const args = ['serve', '--addr', '127.0.0.1', '--verbosity', 'info', ...flags];
  const { host, stop } = await startServer((port) => ({
    command: ['sh', '-c', LIFELINE, 'sh', olareg.path(), ...args, '--port', String(port)],
    announcement: 'launching server',
  }));
  return { url: `http://${host}`, stop };
}

for (const server of SERVERS) {
  if (server.leftOut === undefined) reportAlone(defineTable(server));
  else describe(server.title, () => it('is held against the table', (context) => context.skip(server.leftOut)));
}
