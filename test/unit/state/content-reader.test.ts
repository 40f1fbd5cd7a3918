import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openContentCache } from '../../../src/cache/content-cache.ts';
import { computeDigest } from '../../../src/oci/digest.ts';
import type { ImageManifest, StoredManifest } from '../../../src/oci/manifest.ts';
import { MEDIA_TYPES } from '../../../src/oci/media-types.ts';
import { parseRepository, type Repository } from '../../../src/oci/repository.ts';
import type { Intercept } from '../../../src/playground/options.ts';
import { listSamples } from '../../../src/playground/samples.ts';
import { type Playground, startPlayground } from '../../../src/playground/server.ts';
import type { RegistryClient } from '../../../src/registry/client.ts';
import { type ContentReader, createContentReader } from '../../../src/state/content-reader.ts';
import { makeClient } from '../../support/make-client.ts';
import { makeTempDir } from '../../support/temp-dir.ts';

const TAG = '1.0.0-amd64';

let playground: Playground;
let intercept: Intercept;
let client: RegistryClient;
let directory: string;
let repository: Repository;
beforeEach(async () => {
  intercept = () => false;
  playground = await startPlayground({ seed: true, intercept: (...pair) => intercept(...pair) });
  client = makeClient();
  directory = makeTempDir();
  repository = parseRepository(`${playground.host}/demo/builds/hello`);
});
afterEach(async () => {
  await client.close();
  await playground.close();
});

/** What a new process reads with: nothing in memory, only what is in the cache. */
function open(): ContentReader {
  return createContentReader(client, { cache: openContentCache({ directory }) });
}

async function readImage(reader: ContentReader, reference = TAG): Promise<ImageManifest> {
  const stored = await reader.readManifest(repository, reference);
  if (stored?.manifest.kind !== 'image') throw new Error('not an image');
  return stored.manifest;
}

/** Reads the manifest and its config once, then counts from nothing. */
async function warm(): Promise<ImageManifest> {
  const reader = open();
  const manifest = await readImage(reader);
  await reader.readConfig(repository, manifest);
  playground.clearRequests();
  return manifest;
}

/** A cache that is not empty and has nothing of the repository. */
async function keepSomething(): Promise<void> {
  const bytes = new TextEncoder().encode('{}');
  await openContentCache({ directory }).put(computeDigest(bytes), bytes);
}

/** With the bytes as the client and the cache hand them out told no more apart. */
function plain(stored: StoredManifest | undefined): object {
  return { ...stored, bytes: Uint8Array.from(stored?.bytes ?? []) };
}

const methods = () => playground.requests.map(({ method }) => method);

function listCacheFiles(): readonly string[] {
  const names = readdirSync(directory, { recursive: true, encoding: 'utf8' });
  return names.filter((name) => /[0-9a-f]{64}$/.test(name)).map((name) => join(directory, name));
}

describe('a manifest from the cache', () => {
  it.each(listSamples().map(({ reference }) => [reference]))('is the one that was read: %s', async (reference) => {
    const [path = '', tag = ''] = reference.split(':');
    const place = parseRepository(`${playground.host}/${path}`);
    const read = await open().readManifest(place, tag);
    playground.clearRequests();

    expect(plain(await open().readManifest(place, tag))).toEqual(plain(read));
    expect(methods()).toEqual(['HEAD']);
  });

  it('has the type of its document when that names none', async () => {
    const index = { schemaVersion: 2, manifests: [] };
    const bytes = new TextEncoder().encode(JSON.stringify(index));
    const digest = computeDigest(bytes);
    await openContentCache({ directory }).put(digest, bytes);

    expect(await open().readManifest(repository, digest)).toMatchObject({ mediaType: MEDIA_TYPES.ociIndex, digest });
  });

  it('keeps the digest that it was asked for by', async () => {
    const stored = await client.getManifest(repository, TAG);
    const digest = computeDigest(stored!.bytes, 'sha512');
    await openContentCache({ directory }).put(digest, stored!.bytes);

    expect(plain(await open().readManifest(repository, digest))).toEqual({ ...plain(stored), digest });
  });

  it.each([['{"mediaType":1}'], ['"text"'], ['null'], ['{"schemaVersion":2,"config":{}}'], ['not json']])(
    'is never %s: the registry is asked',
    async (text) => {
      const bytes = new TextEncoder().encode(text);
      await openContentCache({ directory }).put(computeDigest(bytes), bytes);

      expect(await open().readManifest(repository, computeDigest(bytes))).toBeUndefined();
      expect(methods()).toEqual(['GET']);
    },
  );
});

describe('a damaged cache', () => {
  it.each<[string, (bytes: Buffer) => Uint8Array]>([
    ['flipped bits', (bytes) => bytes.map((byte, position) => (position === 3 ? byte ^ 4 : byte))],
    ['empty files', () => new Uint8Array()],
    ['half files', (bytes) => bytes.subarray(0, bytes.length / 2)],
  ])('with %s is read from the registry again, and repaired', async (_what, damage) => {
    const manifest = await warm();
    for (const path of listCacheFiles()) writeFileSync(path, damage(readFileSync(path)));
    const reader = open();
    const config = await reader.readConfig(repository, await readImage(reader));
    const afterDamage = methods();
    playground.clearRequests();
    const again = open();
    await again.readConfig(repository, await readImage(again));

    expect(config.platform).toEqual({ os: 'linux', architecture: 'amd64' });
    expect(afterDamage).toEqual(['HEAD', 'GET', 'GET']);
    expect(methods()).toEqual(['HEAD']);
    expect(await readImage(open())).toEqual(manifest);
  });
});

describe('a tag', () => {
  it('that is absent is absent, whatever is in the cache', async () => {
    await warm();

    expect(await open().readManifest(repository, '9.9.9')).toBeUndefined();
    expect(methods()).toEqual(['HEAD']);
  });

  it('that moved is read where it is now', async () => {
    await warm();
    const next = await client.getManifest(repository, '1.1.0-amd64');
    await client.putManifest(repository, TAG, next!);

    expect((await open().readManifest(repository, TAG))?.digest).toBe(next?.digest);
  });

  it('whose content cannot be had by digest is asked for itself', async () => {
    await keepSomething();
    intercept = ({ method, url = '' }, response) => {
      if (method !== 'GET' || !url.includes('sha256:')) return false;
      response.writeHead(404, { 'content-type': 'application/json' }).end('{"errors":[{"code":"MANIFEST_UNKNOWN"}]}');
      return true;
    };

    expect((await open().readManifest(repository, TAG))?.manifest.kind).toBe('image');
    expect(methods()).toEqual(['HEAD', 'GET', 'GET']);
  });

  it('is asked for with its content, in one request, while nothing is kept', async () => {
    const read = await readImage(open());
    const again = await readImage(open());

    expect(again).toEqual(read);
    expect(methods()).toEqual(['GET', 'HEAD']);
  });

  it('is asked for once however many readers want it at once', async () => {
    await keepSomething();
    const reader = open();
    await Promise.all([1, 2, 3].map(() => reader.readManifest(repository, TAG)));

    expect(methods()).toEqual(['HEAD', 'GET']);
  });
});

describe('an image config', () => {
  it('of another size than the manifest says is refused, though the cache has it', async () => {
    const manifest = await warm();
    const lying = { ...manifest, config: { ...manifest.config, size: manifest.config.size + 1 } };

    await expect(open().readConfig(repository, lying)).rejects.toMatchObject({ code: 'DIGEST_MISMATCH' });
  });
});
