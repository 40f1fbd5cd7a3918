import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { computeDigest } from '../../../src/oci/digest.ts';
import { parseRepository, type Repository } from '../../../src/oci/repository.ts';
import { startPlayground } from '../../../src/playground/server.ts';
import type { RegistryClient } from '../../../src/registry/client.ts';
import { copyManifest } from '../../../src/registry/copy.ts';
import type { RegistrySettings } from '../../../src/registry/settings.ts';
import { toChallenge } from '../../support/auth-servers.ts';
import { AMD64, describeManifest, openClient } from '../../support/client-bench.ts';
import { type FaultAnswer, type FaultHandler, type FaultServer, startFaultServer } from '../../support/fault-server.ts';
import { makeTempDir } from '../../support/temp-dir.ts';

const { manifest } = AMD64;
const CONTENT: FaultAnswer = { headers: describeManifest(manifest), body: manifest.bytes };

describe('a mirror', () => {
  it('is asked for the content of a source by digest, and the registry is not', async () => {
    const { mirror, origin, client, source } = await startBench(serveImage, serveImage);
    const stored = await client.getManifest(source, manifest.digest, { mirrors: true });
    expect(stored?.digest).toBe(manifest.digest);
    expect([mirror.seen.length, origin.seen.length]).toEqual([1, 0]);
    expect(mirror.seen[0]?.path).toBe(`/v2/a/b/manifests/${manifest.digest}`);
  });

  it.each([
    ['a tag', 'latest', { mirrors: true }],
    ['what is not a source', manifest.digest, {}],
  ])('is not asked for %s', async (_what, reference, options) => {
    const { mirror, origin, client, source } = await startBench(serveImage, serveImage);
    await client.getManifest(source, reference, options);
    await client.headManifest(source, reference, options);
    await client.listTags(source, options).catch(() => undefined);
    expect(mirror.seen).toEqual([]);
    expect(origin.seen.length).toBeGreaterThan(1);
  });

  it.each<[string, FaultHandler]>([
    ['does not have it', () => ({ status: 404 })],
    ['refuses it', () => ({ status: 403 })],
    ['wants credentials', () => toChallenge('Basic realm="mirror"')],
    ['gives other content', () => ({ headers: { ...describeManifest(manifest), 'content-length': '2' }, body: '{}' })],
    ['fails', () => ({ status: 500 })],
    ['cuts the connection', () => (response) => void response.socket?.destroy()],
  ])('that %s is passed over', async (_what, handler) => {
    const { mirror, client, source } = await startBench(handler, serveImage);
    expect((await client.getManifest(source, manifest.digest, { mirrors: true }))?.digest).toBe(manifest.digest);
    expect(mirror.seen).not.toEqual([]);
  });

  it('never gets the credentials of the registry, whatever it asks for', async () => {
    const tokens = await startFaultServer(() => ({ body: '{"token":"anonymous"}' }));
    const challenge = [`Bearer realm="${tokens.url}/token",service="x"`, 'Basic realm="x"'];
    const basic = `Basic ${Buffer.from('weaver:hunter2').toString('base64')}`;
    const { mirror, origin, client, source } = await startBench(
      () => toChallenge(challenge),
      (request, number) =>
        request.headers.authorization === basic ? serveImage(request, number) : toChallenge('Basic realm="x"'),
    );
    expect((await client.getManifest(source, manifest.digest, { mirrors: true }))?.digest).toBe(manifest.digest);
    expect(origin.seen.at(-1)?.headers.authorization).toBe(basic);
    const sent = [...mirror.seen, ...tokens.seen].map(({ headers, path, body }) =>
      JSON.stringify([headers, path, String(body)]),
    );
    expect(sent.filter((text) => /hunter2|d2VhdmVy/.test(text))).toEqual([]);
    expect(mirror.seen.map(({ headers }) => headers['x-key'])).not.toContain(undefined);
  });

  it('gives the blobs of a copy, but for those that come wrong', async () => {
    const wrong = computeDigest(AMD64.blobs[0]!.bytes);
    const { mirror, origin, client, source } = await startBench(
      (request, number) =>
        request.path.endsWith(wrong) && request.method === 'GET' ? { body: 'x' } : serveImage(request, number),
      serveImage,
    );
    const playground = await startPlayground({});
    const to = parseRepository(`${playground.host}/copy`);
    expect(await copyManifest(client, { from: source, to, digest: manifest.digest })).toBe('copied');
    expect(await client.headManifest(to, manifest.digest)).toMatchObject({ digest: manifest.digest });
    expect(mirror.seen.filter(({ method }) => method === 'GET').length).toBeGreaterThan(1);
    expect(new Set(origin.seen.map(({ path }) => path))).toEqual(new Set([`/v2/a/b/blobs/${wrong}`]));
    await playground.close();
  });
});

/** A registry that has one image, in every repository. */
function serveImage({ path }: { readonly path: string }, _number: number): FaultAnswer {
  if (path.includes('/manifests/')) return CONTENT;
  const blob = AMD64.blobs.find(({ digest }) => path.endsWith(digest));
  return blob === undefined
    ? { status: 404 }
    : { headers: { 'content-length': String(blob.bytes.byteLength) }, body: blob.bytes };
}

interface Bench {
  readonly mirror: FaultServer;
  readonly origin: FaultServer;
  readonly client: RegistryClient;
  readonly source: Repository;
}

/** The user has credentials for the registry, and a header for all. */
async function startBench(atMirror: FaultHandler, atOrigin: FaultHandler): Promise<Bench> {
  const mirror = await startFaultServer(atMirror);
  const origin = await startFaultServer(atOrigin);
  const home = makeTempDir();
  const auths = { [origin.host]: { username: 'weaver', password: 'hunter2' } };
  save(join(home, '.docker/config.json'), JSON.stringify({ auths, HttpHeaders: { 'X-Key': 'for all' } }));
  const settings = (registry: string): RegistrySettings =>
    registry === origin.host ? { plainHttp: true, mirrors: [mirror.host] } : { plainHttp: true };
  const client = openClient({ settings, homeDirectory: home });
  return { mirror, origin, client, source: parseRepository(`${origin.host}/a/b`) };
}

function save(path: string, text: string): void {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, text);
}
