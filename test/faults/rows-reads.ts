import type { AddressInfo } from 'node:net';
import { createServer } from 'node:net';
import { expect, onTestFinished } from 'vitest';
import { openContentCache } from '../../src/cache/content-cache.ts';
import { computeDigest } from '../../src/oci/digest.ts';
import { parseReference } from '../../src/oci/reference.ts';
import { parseRepository, type Repository } from '../../src/oci/repository.ts';
import type { RegistryClient } from '../../src/registry/client.ts';
import { createContentReader } from '../../src/state/content-reader.ts';
import {
  AMD64,
  describeManifest,
  INDEX,
  INDEX_TYPE,
  NO_DIGEST,
  openClient,
  startClientBench,
  startFaultBench,
} from '../support/client-bench.ts';
import { breakOff, type FaultAnswer, inTurn, registryError } from '../support/fault-server.ts';
import { pushIndex } from '../support/push-content.ts';
import { planAll, weave } from '../support/run-plan.ts';
import { makeTempDir } from '../support/temp-dir.ts';
import { LIVE, listRequests, OTHER, PATIENT } from './fault-bench.ts';
import { expectCode, type FaultRow } from './fault-row.ts';

const { bytes, digest, mediaType } = INDEX.manifest;
const HEADERS = describeManifest(INDEX.manifest);
const HEAD = { digest, mediaType, size: bytes.byteLength };

export const READ_ROWS: readonly FaultRow[] = [
  {
    number: 18,
    fault: 'a HEAD without digest, without length, or answered 405 or 403',
    expected: 'a GET tells; the words of a 403 are shown',
    run: async () => {
      const { 'docker-content-digest': _digest, ...nameless } = HEADERS;
      const { 'content-length': _length, ...endless } = HEADERS;
      for (const answer of [{ headers: nameless }, { headers: endless }, { status: 405 }, { status: 403 }]) {
        const bench = await startFaultBench(({ method }) => (method === 'HEAD' ? answer : LIVE));
        expect(await bench.client.headManifest(bench.repository, 'x')).toEqual(HEAD);
        expect(listRequests(bench.server).map((line) => line.split(' ')[0])).toEqual(['HEAD', 'GET']);
      }
      const denied = registryError(403, 'DENIED', 'no rights on this project');
      const { client, repository } = await startFaultBench(({ method }) =>
        method === 'HEAD' ? { status: 403 } : denied,
      );
      const error = await expectCode(client.headManifest(repository, 'x'), 'REGISTRY_DENIED');
      expect(error.message).toContain('no rights on this project');
    },
  },
  {
    number: 19,
    fault: 'the digest in the header is not that of the body',
    expected: 'an error, and nothing of it in the cache',
    run: async () => {
      const lie = { headers: { ...HEADERS, 'docker-content-digest': NO_DIGEST }, body: bytes };
      const { client, repository, server } = await startFaultBench(() => lie, PATIENT);
      const cache = openContentCache({ directory: makeTempDir() });
      const reader = createContentReader(client, { cache });
      await expectCode(client.getManifest(repository, 'x'), 'DIGEST_MISMATCH');
      await expectCode(client.getManifest(repository, digest), 'DIGEST_MISMATCH');
      await expectCode(reader.readManifest(repository, 'x'), 'DIGEST_MISMATCH');
      expect([await cache.get(digest), await cache.get(NO_DIGEST)]).toEqual([undefined, undefined]);
      expect(listRequests(server).filter((line) => line.startsWith('GET'))).toHaveLength(3);
    },
  },
  {
    number: 20,
    fault: 'a body shorter or longer than its Content-Length; a reset half-way',
    expected: 'tried again; then an error',
    run: async () => {
      for (const broken of [breakOff, resetHalfWay, resetAtOnce]) {
        const once = await startFaultBench(inTurn(broken, LIVE), PATIENT);
        expect((await once.client.getManifest(once.repository, 'x'))?.digest).toBe(digest);
        const always = await startFaultBench(() => broken, PATIENT);
        await expectCode(always.client.getManifest(always.repository, 'x'), 'REGISTRY_UNREACHABLE');
        expect(always.server.seen).toHaveLength(PATIENT.retry.attempts);
      }
      const { client, repository } = await startTooLongServer();
      await expectCode(client.getManifest(repository, 'x'), 'DIGEST_MISMATCH');
    },
  },
  {
    number: 21,
    fault: 'a manifest with Content-Encoding: gzip',
    expected: 'refused, nothing is unpacked',
    run: async () => {
      const packed = { headers: { ...HEADERS, 'content-encoding': 'gzip' }, body: bytes };
      const { client, repository } = await startFaultBench(() => packed);
      await expectCode(client.getManifest(repository, 'x'), 'REGISTRY_PROTOCOL');
      await expectCode(client.headManifest(repository, 'x'), 'REGISTRY_PROTOCOL');
    },
  },
  {
    number: 22,
    fault: '404 because of the Accept header; a child served in the place of its index',
    expected: 'an error "returned <type> for a tag we know as index", not a plan of changes',
    run: async () => {
      const text = 'OCI index found, but accept header does not support OCI indexes';
      const strict = await startFaultBench(({ method }) =>
        method === 'HEAD' ? { status: 403 } : registryError(404, 'MANIFEST_UNKNOWN', text),
      );
      await expectCode(strict.client.headManifest(strict.repository, 'x'), 'REGISTRY_ERROR');
      await pickChildAfterPush();
    },
  },
  {
    number: 23,
    fault: '304 without any header',
    expected: 'the digest known before is kept; one that was not asked for is never taken for "absent"',
    run: async () => {
      const tagged = { headers: { ...HEADERS, etag: `"${digest}"` } };
      const { client, repository, server } = await startFaultBench(inTurn(tagged, { status: 304 }));
      await client.headManifest(repository, 'x');
      expect(await client.headManifest(repository, 'x')).toEqual(HEAD);
      expect(server.seen[1]!.headers['if-none-match']).toBe(`"${digest}"`);
      const unasked = await startFaultBench(() => ({ status: 304 }));
      await expectCode(unasked.client.headManifest(unasked.repository, 'x'), 'REGISTRY_ERROR');
    },
  },
  {
    number: 24,
    fault: 'a manifest of 9 MiB, or without end',
    expected: 'given up at the limit',
    run: async () => {
      const large = { headers: { 'content-type': mediaType }, body: ' '.repeat(9 * 1024 * 1024) };
      for (const answer of [large, announceMuch]) {
        const bench = await startFaultBench(() => answer);
        await expectCode(bench.client.getManifest(bench.repository, 'x'), 'MANIFEST_TOO_LARGE');
      }
      let sent = 0;
      const endless: FaultAnswer = (response) => {
        response.writeHead(200, { 'content-type': mediaType });
        const more = (): void => {
          sent += 65_536;
          if (!response.destroyed) response.write(' '.repeat(65_536), () => setImmediate(more));
        };
        more();
      };
      const { client, repository } = await startFaultBench(() => endless);
      await expectCode(client.getManifest(repository, 'x'), 'MANIFEST_TOO_LARGE');
      expect(sent).toBeLessThan(32 * 1024 * 1024);
    },
  },
  {
    number: 25,
    fault: 'a key twice; index and image at once; another mediaType; schema 1',
    expected: 'refused as a source; shown, and left alone, as a target',
    run: async () => {
      const list = 'application/vnd.docker.distribution.manifest.list.v2+json';
      for (const [type, body] of [
        [INDEX_TYPE, '{"schemaVersion":2,"manifests":[],"manifests":[]}'],
        [INDEX_TYPE, '{"schemaVersion":2,"manifests":[],"layers":[]}'],
        [INDEX_TYPE, `{"schemaVersion":2,"mediaType":"${list}","manifests":[]}`],
        ['application/vnd.docker.distribution.manifest.v1+prettyjws', '{"schemaVersion":1,"fsLayers":[]}'],
      ] as const)
        await refuseDocument(type, body);
    },
  },
];

const resetHalfWay: FaultAnswer = (response) => {
  response.writeHead(200, { ...HEADERS });
  response.write(bytes.subarray(0, 20), () => response.socket?.resetAndDestroy());
};

const resetAtOnce: FaultAnswer = (response) => void response.socket?.resetAndDestroy();

/** Announces 9 MiB and sends none of them. */
const announceMuch: FaultAnswer = (response) => {
  response.writeHead(200, { 'content-type': mediaType, 'content-length': String(9 * 1024 * 1024) }).flushHeaders();
};

/** Answers with ten bytes more than announced, and with fewer announced than the manifest has. */
async function startTooLongServer(): Promise<{ client: RegistryClient; repository: Repository }> {
  const server = createServer((socket) => {
    socket.on('error', () => undefined);
    socket.on('data', () => {
      const head = `HTTP/1.1 200 OK\r\ncontent-type: ${mediaType}\r\ndocker-content-digest: ${digest}\r\n`;
      socket.write(
        `${head}content-length: ${bytes.byteLength - 10}\r\n\r\n${Buffer.from(bytes).toString('latin1')}`,
        'latin1',
      );
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => void server.close());
  const repository = parseRepository(`127.0.0.1:${(server.address() as AddressInfo).port}/a/b`);
  return { client: openClient(PATIENT), repository };
}

/** A registry that takes an index and then answers as if the client knew images only. */
async function pickChildAfterPush(): Promise<void> {
  const bench = await startClientBench({
    intercept: (request, response) => {
      if (request.method !== 'HEAD' || request.url?.endsWith('/picked') !== true || !isPushed) return false;
      response.writeHead(200, describeManifest(AMD64.manifest)).end();
      return true;
    },
  });
  let isPushed = false;
  const target = { url: bench.playground.url, repository: 'a/b' };
  await pushIndex(target, INDEX);
  const repository = bench.repository('a/b');
  await bench.client.putManifest(repository, 'picked', INDEX.manifest);
  isPushed = true;
  const error = await expectCode(bench.client.headManifest(repository, 'picked'), 'REGISTRY_PROTOCOL');
  expect(error.message).toContain(`returned ${AMD64.manifest.mediaType} for a tag we know as index`);
  const declaration = weave(`${bench.playground.host}/a/b`, ['picked'], {
    'linux/arm64': `${bench.playground.host}/a/b@${INDEX.images[1]!.manifest.digest}`,
  });
  const plan = await planAll(bench.client, declaration);
  expect([plan.changes, plan.unreadable.map(({ code }) => code)]).toEqual([[], ['REGISTRY_PROTOCOL']]);
}

async function refuseDocument(type: string, body: string): Promise<void> {
  const document = {
    headers: {
      'content-type': type,
      'content-length': String(body.length),
      'docker-content-digest': computeDigest(Buffer.from(body)),
    },
    body,
  };
  const { client, repository, server } = await startFaultBench(({ path }) =>
    path.includes('/manifests/good') || path.includes(AMD64.manifest.digest)
      ? OTHER
      : path.includes('/blobs/')
        ? CONFIG
        : document,
  );
  const name = (tag: string): string => `${server.host}/${repository.path}:${tag}`;
  await expectCode(client.getManifest(repository, parseReference(name('bad')).tag ?? ''), 'MANIFEST_INVALID');
  const asSource = await planAll(client, weave(`${server.host}/c/d`, ['x'], { 'linux/amd64': name('bad') }));
  expect([asSource.changes, asSource.unreadable[0]?.code]).toEqual([[], 'MANIFEST_INVALID']);
  const asTarget = await planAll(client, weave(`${server.host}/a/b`, ['bad'], { 'linux/amd64': name('good') }));
  expect([asTarget.changes, asTarget.unreadable]).toMatchObject([
    [],
    [{ code: 'MANIFEST_INVALID', reference: name('bad') }],
  ]);
}

const CONFIG: FaultAnswer = { body: AMD64.blobs[0]!.bytes };
