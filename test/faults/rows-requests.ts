import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'vitest';
import { computeDigest } from '../../src/oci/digest.ts';
import { parseRepository } from '../../src/oci/repository.ts';
import type { RegistryClientOptions } from '../../src/registry/create-client.ts';
import { toChallenge } from '../support/auth-servers.ts';
import { makeCertificate } from '../support/certificates.ts';
import { INDEX, openClient, startFaultBench } from '../support/client-bench.ts';
import {
  type FaultAnswer,
  type FaultServer,
  registryError,
  type SeenRequest,
  startFaultServer,
} from '../support/fault-server.ts';
import { makeTempDir } from '../support/temp-dir.ts';
import { BASIC, CREATED, LIVE, listAuthorizations, listRequests, SECRET, withCredentials } from './fault-bench.ts';
import { expectCode, type FaultRow } from './fault-row.ts';

const BYTES = Buffer.from('layer');
const BLOB = { mediaType: 'a/b', digest: computeDigest(BYTES), size: BYTES.byteLength };
const READ = { maxBytes: 100 };

export const REQUEST_ROWS: readonly FaultRow[] = [
  {
    number: 14,
    fault: 'a blob is redirected with 307 to another host, and back',
    expected: 'followed without Authorization and custom headers, also on the way back',
    run: async () => {
      const registry: FaultServer = await startBasic(({ path }) =>
        path === '/back' ? { body: BYTES } : redirect(307, `${store.url}/there`),
      );
      const store = await startFaultServer(() => redirect(307, `${registry.url}/back`));
      const repository = parseRepository(`${registry.host}/a/b`);
      await openClient(withCredentials({ homeDirectory: makeHome() })).readBlob(repository, BLOB, READ);
      const names = [...store.seen, ...registry.seen.slice(2)].map(({ headers }) => Object.keys(headers).sort());
      expect(listAuthorizations(registry)).toEqual([undefined, BASIC, undefined]);
      expect(registry.seen[1]!.headers[CUSTOM]).toBe(SECRET);
      expect(names).toEqual([HARMLESS, HARMLESS]);
    },
  },
  {
    number: 15,
    fault: 'a redirect from https to http; a circle; eleven hops',
    expected: 'an error that names the hop',
    run: async () => {
      const trap = await startFaultServer(() => LIVE);
      const insecure = { settings: () => ({ insecureSkipVerify: true }) };
      const tls = makeCertificate();
      await refuseRedirects(() => redirect(301, trap.url), { ...insecure, says: 'from https to http', tls });
      await refuseRedirects(({ path }) => redirect(307, path === '/a' ? '/b' : '/a'), { says: 'in a circle' });
      const other = await startFaultServer(({ path }) => redirect(307, path));
      const says = `${other.host} redirects in a circle`;
      await refuseRedirects(() => redirect(307, `${other.url}/x`), { says });
      await refuseRedirects((_request, number) => redirect(302, `/${number}`), { says: 'too often' });
      expect(trap.seen).toEqual([]);
    },
  },
  {
    number: 16,
    fault: 'a PUT of a manifest is redirected with 307 to the same origin, or with 302',
    expected: 'the body is sent again; 302 is an error',
    run: async () => {
      const registry = await startBasic(({ path }) => (path === '/moved' ? CREATED : redirect(307, '/moved')));
      const repository = parseRepository(`${registry.host}/a/b`);
      await openClient(withCredentials()).putManifest(repository, 'x', INDEX.manifest);
      expect(registry.seen.at(-1)).toMatchObject({ path: '/moved', headers: { authorization: BASIC } });
      expect(registry.seen.at(-1)!.body.equals(INDEX.manifest.bytes)).toBe(true);
      const { client, server, ...other } = await startFaultBench(() => redirect(302, '/moved'));
      const error = await expectCode(client.putManifest(other.repository, 'x', INDEX.manifest), 'REDIRECT_REFUSED');
      expect([error.message.includes(server.host), server.seen.length]).toEqual([true, 1]);
    },
  },
  {
    number: 17,
    fault: 'the Location of an upload is relative, absolute, on another port, with a query, or missing',
    expected: 'followed; another origin gets no credentials; none is an error',
    run: async () => {
      const store = await startFaultServer(() => ({ status: 201 }));
      expect(await uploadTo(() => '/up?state=a%2Fb')).toEqual([`PUT /up?state=a%2Fb&${QUERY}`, BASIC]);
      expect(await uploadTo(() => 'up')).toEqual([`PUT /v2/to/y/blobs/uploads/up?${QUERY}`, BASIC]);
      expect(await uploadTo((url) => `${url}/up`)).toEqual([`PUT /up?${QUERY}`, BASIC]);
      await uploadTo(() => `${store.url}/up?sig=abc`);
      expect(listRequests(store)).toEqual([`PUT /up?sig=abc&${QUERY}`]);
      expect(store.seen[0]!.body.equals(BYTES)).toBe(true);
      expect(JSON.stringify(store.seen[0]!.headers)).not.toMatch(/authorization|cookie/i);
      await expectCode(
        uploadTo(() => undefined),
        'REGISTRY_PROTOCOL',
      );
    },
  },
];

const QUERY = `digest=${encodeURIComponent(BLOB.digest)}`;
const CUSTOM = 'x-meta-key';
const HARMLESS = ['accept-encoding', 'connection', 'host', 'user-agent'];

/** A home folder whose Docker config adds a header to every request. */
function makeHome(): string {
  const home = makeTempDir();
  mkdirSync(join(home, '.docker'));
  writeFileSync(join(home, '.docker', 'config.json'), JSON.stringify({ HttpHeaders: { [CUSTOM]: SECRET } }));
  return home;
}

function redirect(status: number, location: string): FaultAnswer {
  return { status, headers: { location } };
}

/** A registry that wants Basic, except on the way back from another host. */
function startBasic(answer: (request: SeenRequest) => FaultAnswer): Promise<FaultServer> {
  return startFaultServer((request) =>
    request.headers.authorization === BASIC || request.path === '/back'
      ? answer(request)
      : toChallenge('Basic realm="x"'),
  );
}

interface Refused extends Partial<RegistryClientOptions> {
  readonly says: string;
  readonly tls?: ReturnType<typeof makeCertificate>;
}

async function refuseRedirects(
  answer: (request: { readonly path: string }, number: number) => FaultAnswer,
  { says, tls, ...client }: Refused,
): Promise<void> {
  const server = await startFaultServer(answer, tls === undefined ? {} : { tls });
  const read = openClient(client).headManifest(parseRepository(`${server.host}/a/b`), 'x');
  const error = await expectCode(read, 'REDIRECT_REFUSED');
  expect([error.message.includes(server.host), error.message.includes(says)]).toEqual([true, true]);
  expect(server.seen.length).toBeLessThanOrEqual(11);
}

/** The request that brings the blob to the registry, and its Authorization. */
async function uploadTo(toLocation: (url: string) => string | undefined): Promise<readonly (string | undefined)[]> {
  const source = await startFaultServer(() => ({ body: BYTES }));
  const target: FaultServer = await startBasic(({ method }) => {
    if (method === 'HEAD') return registryError(404, 'BLOB_UNKNOWN');
    const location = toLocation(target.url);
    return method === 'PUT' ? { status: 201 } : { status: 202, headers: location === undefined ? {} : { location } };
  });
  const job = { from: parseRepository(`${source.host}/from/x`), to: parseRepository(`${target.host}/to/y`) };
  await openClient(withCredentials()).copyBlob({ ...job, descriptor: BLOB });
  return [listRequests(target).at(-1), listAuthorizations(target).at(-1)];
}
