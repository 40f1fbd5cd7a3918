import { expect } from 'vitest';
import { computeDigest } from '../../src/oci/digest.ts';
import { parseRepository } from '../../src/oci/repository.ts';
import { toChallenge } from '../support/auth-servers.ts';
import { openClient } from '../support/client-bench.ts';
import { type FaultAnswer, type FaultServer, registryError, startFaultServer } from '../support/fault-server.ts';
import { listRequests, PATIENT } from './fault-bench.ts';

const BYTES = Buffer.from('layer');
const BLOB = { mediaType: 'a/b', digest: computeDigest(BYTES), size: BYTES.byteLength };
const QUERY = `digest=${encodeURIComponent(BLOB.digest)}`;

/** Refuses mounts in every way that is known. */
export async function mountBadly(): Promise<void> {
  for (const status of [401, 404, 405, 500]) {
    const server = await startRegistry({ mount: status === 401 ? toChallenge('Basic realm="x"') : { status } });
    expect(await copy(server)).toBe('uploaded');
    expect(listRequests(server).at(-1)).toBe(`PUT /opened?${QUERY}`);
  }
  const session = { status: 202, headers: { location: '/offered' } };
  const used = await startRegistry({ mount: session });
  expect(await copy(used)).toBe('uploaded');
  expect(listRequests(used).at(-1)).toBe(`PUT /offered?${QUERY}`);
  expect(listRequests(used).some((line) => line.startsWith('DELETE'))).toBe(false);
  const cancelled = await startRegistry({ mount: session, isThere: true });
  expect(await copy(cancelled)).toBe('present');
  expect(listRequests(cancelled)).toContain('DELETE /offered');
}

interface RegistryOptions {
  readonly mount: FaultAnswer;
  readonly isThere?: boolean;
}

function startRegistry({ mount, isThere = false }: RegistryOptions): Promise<FaultServer> {
  return startFaultServer(({ method, path }) => {
    if (path.includes('mount=')) return mount;
    if (method === 'GET') return { body: BYTES };
    if (method === 'HEAD') return isThere ? {} : registryError(404, 'BLOB_UNKNOWN');
    if (method === 'DELETE') return toChallenge('Bearer realm="https://127.0.0.1:1/token",scope="delete"');
    return method === 'POST' ? { status: 202, headers: { location: '/opened' } } : { status: 201 };
  });
}

function copy({ host }: FaultServer): Promise<unknown> {
  const [from, to] = [parseRepository(`${host}/from/x`), parseRepository(`${host}/to/y`)];
  return openClient(PATIENT).copyBlob({ from, to, descriptor: BLOB });
}
