import { describe, expect, it } from 'vitest';
import { computeDigest } from '../../../src/oci/digest.ts';
import { parseRepository } from '../../../src/oci/repository.ts';
import { startAuthServers } from '../../support/auth-servers.ts';
import { openClient } from '../../support/client-bench.ts';
import { registryError, startFaultServer } from '../../support/fault-server.ts';
import { REAL_CLOCK } from '../../support/make-client.ts';

const BYTES = Buffer.alloc(100_000, 'layer');
const BLOB = { mediaType: 'a/b', digest: computeDigest(BYTES), size: BYTES.byteLength };
const HOUR_MS = 3_600_000;

describe('a copy with room for one request', () => {
  it('gets a new token when its own runs out while the source is read', async () => {
    let elapsedMs = 0;
    const { registry, tokens } = await startAuthServers({
      answer: ({ method }) => {
        if (method === 'HEAD') return registryError(404, 'BLOB_UNKNOWN');
        return method === 'POST' ? { status: 202, headers: { location: '/up' } } : { status: 201 };
      },
    });
    const source = await startFaultServer(() => {
      elapsedMs += HOUR_MS;
      return { body: BYTES };
    });
    const clock = { ...REAL_CLOCK, elapsed: () => elapsedMs };
    const client = openClient({ clock, parallelism: 1 });
    const job = { from: parseRepository(`${source.host}/a/b`), to: parseRepository(`${registry.host}/c/d`) };
    expect(await client.copyBlob({ ...job, descriptor: BLOB })).toBe('uploaded');
    expect(tokens.seen).toHaveLength(3);
  });
});
