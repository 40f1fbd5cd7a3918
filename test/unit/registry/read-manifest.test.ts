import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { parseDigest } from '../../../src/oci/digest.ts';
import { MANIFEST_MEDIA_TYPES } from '../../../src/oci/media-types.ts';
import {
  AMD64,
  describeManifest,
  INDEX,
  INDEX_TYPE,
  NO_DIGEST,
  startClientBench,
  startFaultBench,
} from '../../support/client-bench.ts';
import { breakOff, type FaultAnswer, inTurn, registryError, startFaultServer } from '../../support/fault-server.ts';
import { pushIndex } from '../../support/push-content.ts';

const { bytes, digest, mediaType } = INDEX.manifest;
const HEAD = { digest, mediaType, size: bytes.byteLength };
const GOOD: FaultAnswer = { headers: describeManifest(INDEX.manifest), body: bytes };

describe('a manifest that is there', () => {
  it('is described by one HEAD', async () => {
    const bench = await startClientBench();
    await pushIndex({ url: bench.playground.url, repository: 'a/b', tag: 'x' }, INDEX);
    bench.playground.clearRequests();
    expect(await bench.client.headManifest(bench.repository('a/b'), 'x')).toEqual(HEAD);
    expect(bench.traffic()).toEqual(['HEAD /v2/a/b/manifests/x 200']);
  });

  it('is asked for in all four types', async () => {
    const { client, repository, server } = await startFaultBench(() => GOOD);
    await client.headManifest(repository, 'x');
    expect(server.seen[0]!.headers.accept?.split(', ')).toEqual(MANIFEST_MEDIA_TYPES);
    expect(server.seen[0]!.headers['user-agent']).toBe('plait-test');
  });

  it('is read, checked and decoded by one GET', async () => {
    const bench = await startClientBench();
    await pushIndex({ url: bench.playground.url, repository: 'a/b', tag: 'x' }, INDEX);
    const stored = await bench.client.getManifest(bench.repository('a/b'), digest);
    expect(stored).toMatchObject({ digest, mediaType, manifest: { kind: 'index' } });
    expect(Buffer.from(stored!.bytes).equals(bytes)).toBe(true);
  });

  it('may have a content type with parameters', async () => {
    const { client, repository } = await startFaultBench(() => ({
      headers: { ...describeManifest(INDEX.manifest), 'content-type': `${mediaType}; charset=utf-8` },
      body: bytes,
    }));
    expect(await client.headManifest(repository, 'x')).toEqual(HEAD);
  });

  it('keeps the digest it was asked for by, whatever the algorithm', async () => {
    const sha512 = parseDigest(`sha512:${createHash('sha512').update(bytes).digest('hex')}`);
    const { client, repository } = await startFaultBench(() => ({
      headers: { 'content-type': mediaType },
      body: bytes,
    }));
    expect((await client.getManifest(repository, sha512))?.digest).toBe(sha512);
  });
});

/** What distribution sends with the 404 for a path that its API does not have. */
const ROUTER_HEADERS = {
  'content-type': 'text/plain; charset=utf-8',
  'docker-distribution-api-version': 'registry/2.0',
};

describe('a HEAD that does not tell enough', () => {
  it.each<[string, FaultAnswer]>([
    ['has no digest', { headers: { 'content-type': mediaType, 'content-length': '1' } }],
    ['has no type', { headers: { 'docker-content-digest': digest, 'content-length': '1' } }],
    [
      'has a digest nobody knows',
      { headers: { ...describeManifest(INDEX.manifest), 'docker-content-digest': 'blake3:abc' } },
    ],
    [
      'has something else for a digest',
      { headers: { ...describeManifest(INDEX.manifest), 'docker-content-digest': '../../x' } },
    ],
    ['is compressed', { headers: { ...describeManifest(INDEX.manifest), 'content-encoding': 'gzip' } }],
    ['is not allowed', { status: 405 }],
    ['is not implemented', { status: 501 }],
    ['is forbidden', { status: 403 }],
    ['is a 404 from who knows whom', { status: 404, headers: { 'content-type': 'text/html' } }],
    ['is a 404 of what may be the router of a registry only', { status: 404, headers: ROUTER_HEADERS }],
  ])('is followed by a GET when it %s', async (_what, answer) => {
    const { client, repository, server } = await startFaultBench(({ method }) => (method === 'HEAD' ? answer : GOOD));
    expect(await client.headManifest(repository, 'x')).toEqual(HEAD);
    expect(server.seen.map(({ method }) => method)).toEqual(['HEAD', 'GET']);
  });

  it('is followed by a GET when it names another digest than asked for', async () => {
    const other = { headers: { ...describeManifest(INDEX.manifest), 'docker-content-digest': NO_DIGEST } };
    const { client, repository } = await startFaultBench(({ method }) => (method === 'HEAD' ? other : GOOD));
    expect(await client.headManifest(repository, digest)).toEqual(HEAD);
  });

  it('has its reason shown when the GET is refused too', async () => {
    const { client, repository } = await startFaultBench(({ method }) =>
      method === 'HEAD' ? { status: 403 } : registryError(403, 'DENIED', 'no rights on this project'),
    );
    await expect(client.headManifest(repository, 'x')).rejects.toMatchObject({
      code: 'REGISTRY_DENIED',
      status: 403,
      message: expect.stringContaining('no rights on this project'),
    });
  });
});

describe('a manifest that is not there', () => {
  it('is undefined after one HEAD', async () => {
    const bench = await startClientBench();
    expect(await bench.client.headManifest(bench.repository('a/b'), 'x')).toBeUndefined();
    expect(bench.traffic()).toEqual(['HEAD /v2/a/b/manifests/x 404']);
  });

  it.each(['MANIFEST_UNKNOWN', 'NAME_UNKNOWN', 'NOT_FOUND'])('is undefined for a GET with %s', async (code) => {
    const { client, repository } = await startFaultBench(() => registryError(404, code, 'no'));
    expect(await client.getManifest(repository, 'x')).toBeUndefined();
  });

  it('is undefined when only the text says so', async () => {
    const { client, repository } = await startFaultBench(() => registryError(404, 'UNKNOWN', 'Not Found'));
    expect(await client.getManifest(repository, 'x')).toBeUndefined();
  });

  it('is undefined after a GET when the JSON that says so is called plain text, as olareg does', async () => {
    const plain = { ...registryError(404, 'MANIFEST_UNKNOWN'), headers: ROUTER_HEADERS };
    const { client, repository, server } = await startFaultBench(() => plain);
    expect(await client.headManifest(repository, 'x')).toBeUndefined();
    expect(server.seen.map(({ method }) => method)).toEqual(['HEAD', 'GET']);
  });

  it('is undefined when a HEAD is forbidden and the GET finds nothing, as Artifactory does', async () => {
    const { client, repository } = await startFaultBench(({ method }) =>
      method === 'HEAD' ? { status: 403 } : registryError(404, 'MANIFEST_UNKNOWN'),
    );
    expect(await client.headManifest(repository, 'x')).toBeUndefined();
  });
});

describe('a 404 that does not mean absent', () => {
  it('is an error when the registry has its API elsewhere', async () => {
    const answer = { status: 404, headers: ROUTER_HEADERS, body: '404 page not found\n' };
    const { client, repository } = await startFaultBench(() => answer);
    const failure = { code: 'REGISTRY_ERROR', status: 404, hint: expect.stringContaining('/v2/') };
    await expect(client.headManifest(repository, 'x')).rejects.toMatchObject(failure);
    await expect(client.getManifest(repository, 'x')).rejects.toMatchObject(failure);
    await expect(client.listTags(repository)).rejects.toMatchObject(failure);
  });

  it('is an error when the registry has it, but not in a type accepted', async () => {
    const text = 'OCI index found, but accept header does not support OCI indexes';
    const { client, repository } = await startFaultBench(() => registryError(404, 'MANIFEST_UNKNOWN', text));
    await expect(client.getManifest(repository, 'x')).rejects.toMatchObject({ code: 'REGISTRY_ERROR', status: 404 });
  });

  it('is an error when it is a web page', async () => {
    const page = {
      status: 404,
      headers: { 'content-type': 'text/html' },
      body: '<html><title>Nope \u001b[31m</title></html>',
    };
    const { client, repository } = await startFaultBench(() => page);
    await expect(client.headManifest(repository, 'x')).rejects.toMatchObject({
      code: 'REGISTRY_ERROR',
      message: expect.stringMatching(/^[ -;=-~]*web page[ -;=-~]*Nope[ -;=-~]*$/),
      hint: expect.stringContaining('proxy'),
    });
  });
});

describe('content that is not what it should be', () => {
  it.each<[string, string, FaultAnswer]>([
    ['is not what the digest asked for says', NO_DIGEST, { headers: { 'content-type': mediaType }, body: bytes }],
    [
      'is not what the header says',
      'x',
      { headers: { ...describeManifest(INDEX.manifest), 'docker-content-digest': NO_DIGEST }, body: bytes },
    ],
    [
      'is not what the header says, though what was asked for',
      digest,
      { headers: { 'content-type': mediaType, 'docker-content-digest': NO_DIGEST }, body: bytes },
    ],
  ])('is an error when it %s', async (_what, reference, answer) => {
    const { client, repository, server } = await startFaultBench(() => answer);
    await expect(client.getManifest(repository, reference)).rejects.toMatchObject({ code: 'DIGEST_MISMATCH' });
    expect(server.seen).toHaveLength(1);
  });

  it.each<[string, string, string]>([
    ['in another type than its own', 'application/vnd.docker.distribution.manifest.list.v2+json', bytes.toString()],
    ['in no type', 'text/plain', bytes.toString()],
    ['that is index and image at once', INDEX_TYPE, '{"schemaVersion":2,"manifests":[],"layers":[]}'],
    ['with a key twice', INDEX_TYPE, '{"schemaVersion":2,"manifests":[],"manifests":[]}'],
    ['that is no JSON', INDEX_TYPE, '<html>'],
  ])('is an error that names the image when it comes %s', async (_what, type, body) => {
    const { client, repository, server } = await startFaultBench(() => ({ headers: { 'content-type': type }, body }));
    await expect(client.getManifest(repository, 'x')).rejects.toMatchObject({
      code: 'MANIFEST_INVALID',
      message: expect.stringContaining(`${server.host}/a/b:x`),
    });
  });

  it('is an error when it has 20 MiB', async () => {
    const { client, repository } = await startFaultBench(() => ({
      headers: { 'content-type': mediaType },
      body: ' '.repeat(20 * 1024 * 1024),
    }));
    await expect(client.getManifest(repository, 'x')).rejects.toMatchObject({ code: 'MANIFEST_TOO_LARGE' });
  });

  it('is asked for again when it breaks off', async () => {
    const { client, repository } = await startFaultBench(inTurn(breakOff, GOOD));
    expect((await client.getManifest(repository, 'x'))?.digest).toBe(digest);
  });

  it('is an error when it comes compressed', async () => {
    const { client, repository } = await startFaultBench(() => ({
      headers: { ...describeManifest(INDEX.manifest), 'content-encoding': 'gzip' },
      body: bytes,
    }));
    await expect(client.getManifest(repository, 'x')).rejects.toMatchObject({ code: 'REGISTRY_PROTOCOL' });
  });
});

describe('an error of the registry', () => {
  it.each([
    [401, 'REGISTRY_UNAUTHORIZED'],
    [429, 'REGISTRY_RATE_LIMITED'],
    [500, 'REGISTRY_ERROR'],
    [503, 'REGISTRY_ERROR'],
  ])('with %i is told from a HEAD alone', async (status, code) => {
    const { client, repository, server } = await startFaultBench(() => ({ status }), { retry: { attempts: 1 } });
    await expect(client.headManifest(repository, 'x')).rejects.toMatchObject({ code, status });
    expect(server.seen.filter(({ path }) => path !== '/v2/')).toHaveLength(1);
  });

  it('by policy names what to look at', async () => {
    const { client, repository } = await startFaultBench(() =>
      registryError(412, 'PROJECTPOLICYVIOLATION', 'current image with 3 vulnerabilities'),
    );
    await expect(client.headManifest(repository, 'x')).rejects.toMatchObject({
      status: 412,
      message: expect.stringContaining('3 vulnerabilities'),
      hint: expect.stringContaining('policy'),
    });
  });

  it('is not made of what is no tag and no digest', async () => {
    const { client, repository, server } = await startFaultBench(() => GOOD);
    await expect(client.getManifest(repository, '../../x')).rejects.toMatchObject({ code: 'REFERENCE_INVALID' });
    await expect(client.headManifest(repository, 'a?b')).rejects.toMatchObject({ code: 'REFERENCE_INVALID' });
    expect(server.seen).toEqual([]);
  });

  it('says when https is spoken to in the clear', async () => {
    const text = { status: 400, body: 'Client sent an HTTP request to an HTTPS server.\n' };
    const { client, repository } = await startFaultBench(() => text);
    await expect(client.headManifest(repository, 'x')).rejects.toMatchObject({
      code: 'REGISTRY_TLS',
      hint: expect.stringContaining('`plainHttp`'),
    });
  });
});

describe('a redirect to another host', () => {
  it('is followed without credentials, and its content is checked', async () => {
    const trap = await startFaultServer(() => ({ headers: { 'content-type': mediaType }, body: AMD64.manifest.bytes }));
    const { client, repository } = await startFaultBench(() => ({
      status: 307,
      headers: { location: `${trap.url}/x` },
    }));
    await expect(client.getManifest(repository, digest)).rejects.toMatchObject({ code: 'DIGEST_MISMATCH' });
    expect(trap.seen[0]!.headers.authorization).toBeUndefined();
  });
});
