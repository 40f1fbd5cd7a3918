import { describe, expect, it } from 'vitest';
import type { Digest } from '../../../src/oci/digest.ts';
import { toStoredIndex } from '../../../src/oci/index-bytes.ts';
import { MEDIA_TYPES } from '../../../src/oci/media-types.ts';
import type { SampleImage } from '../../../src/playground/images.ts';
import type { PlaygroundOptions } from '../../../src/playground/options.ts';
import type { RegistryClient } from '../../../src/registry/client.ts';
import { pushReferrer } from '../../../src/registry/push-referrer.ts';
import { toReferrersTag } from '../../../src/registry/referrers-tag.ts';
import { callApi } from '../../support/api-call.ts';
import { buildReferrer, SBOM, SIGNATURE, toList } from '../../support/build-referrer.ts';
import { AMD64, type ClientBench, openClient, startClientBench } from '../../support/client-bench.ts';
import { pushBlob, pushImage, pushManifest } from '../../support/push-content.ts';

const SUBJECT = AMD64.descriptor.digest;
const TAG = toReferrersTag(SUBJECT);
const WITHOUT_API: PlaygroundOptions = { features: { referrers: false } };
const [FIRST, SECOND, THIRD] = ['1', '2', '3'].map((text) => buildReferrer({ subject: AMD64.descriptor, text })) as [
  SampleImage,
  SampleImage,
  SampleImage,
];

describe('a referrer', () => {
  it('is left to a registry that says it lists it', async () => {
    const bench = await startBench();
    expect(await push(bench, FIRST)).toBe('listed');
    expect(bench.traffic()).toEqual([`PUT /v2/a/b/manifests/${FIRST.manifest.digest} 201`]);
    expect(await list(bench)).toEqual([FIRST.descriptor.digest]);
  });

  it('is looked for once in a registry that lists it without saying so', async () => {
    const bench = await startBench({
      intercept: (_request, response) => {
        const set = response.setHeader.bind(response);
        response.setHeader = (name, value) => (name === 'oci-subject' ? response : set(name, value));
        return false;
      },
    });
    expect(await push(bench, FIRST)).toBe('listed');
    expect(bench.traffic()).toEqual([
      `PUT /v2/a/b/manifests/${FIRST.manifest.digest} 201`,
      `GET /v2/a/b/referrers/${SUBJECT} 200`,
    ]);
  });

  it('goes into a new index under the fall-back tag of a registry without a list, and is looked for there', async () => {
    const bench = await startBench(WITHOUT_API);
    expect(await push(bench, FIRST)).toBe('tagged');
    expect(bench.traffic()).toEqual([
      `PUT /v2/a/b/manifests/${FIRST.manifest.digest} 201`,
      `GET /v2/a/b/referrers/${SUBJECT} 404`,
      `GET /v2/a/b/manifests/${TAG} 404`,
      `PUT /v2/a/b/manifests/${TAG} 201`,
      `GET /v2/a/b/manifests/${TAG} 200`,
    ]);
    expect(await readTag(bench)).toEqual({
      schemaVersion: 2,
      mediaType: MEDIA_TYPES.ociIndex,
      manifests: [toPlain(FIRST)],
    });
  });

  it('is added once, after what is there, with its type and annotations', async () => {
    const bench = await startBench(WITHOUT_API);
    const bare = buildReferrer({ subject: AMD64.descriptor, text: 'x', artifactType: null, annotations: { by: 'me' } });
    await pushBlobs(bench, [bare]);
    await push(bench, FIRST);
    await push(bench, bare);
    bench.playground.clearRequests();
    expect(await push(bench, bare)).toBe('tagged');
    expect(bench.traffic()).toEqual([
      `PUT /v2/a/b/manifests/${bare.manifest.digest} 201`,
      `GET /v2/a/b/manifests/${TAG} 200`,
    ]);
    const { manifests } = await readTag(bench);
    expect(manifests).toEqual([toPlain(FIRST), { ...toPlain(bare), artifactType: SBOM, annotations: { by: 'me' } }]);
  });

  it('keeps what others wrote into the index, also what is unknown here', async () => {
    const bench = await startBench(WITHOUT_API);
    await pushImage({ url: bench.playground.url, repository: 'a/b' }, SECOND);
    const odd = { ...toPlain(SECOND), artifactType: SIGNATURE, 'x.example': { some: ['thing'] } };
    await putTag(bench, JSON.stringify({ ...JSON.parse(toList([odd])), annotations: { mine: 'yes' } }));
    await push(bench, FIRST);
    expect(await readTag(bench)).toEqual({
      schemaVersion: 2,
      mediaType: MEDIA_TYPES.ociIndex,
      manifests: [odd, toPlain(FIRST)],
      annotations: { mine: 'yes' },
    });
  });

  it('is none without a subject, and nothing is sent', async () => {
    const bench = await startBench();
    bench.playground.clearRequests();
    const pushed = pushReferrer(bench.client, { repository: bench.repository('a/b'), manifest: AMD64.manifest });
    await expect(pushed).rejects.toMatchObject({ code: 'MANIFEST_INVALID' });
    expect(bench.traffic()).toEqual([]);
  });
});

describe('the index under the fall-back tag', () => {
  it('has all that one client adds at one time', async () => {
    const bench = await startBench(WITHOUT_API);
    const all = buildMany(8);
    await pushBlobs(bench, all);
    await Promise.all(all.map((referrer) => push(bench, referrer)));
    expect(sort(await list(bench))).toEqual(sort(all.map(({ descriptor }) => descriptor.digest)));
  });

  it('has all that several clients add at one time', async () => {
    const bench = await startBench(WITHOUT_API);
    const all = buildMany(4);
    await pushBlobs(bench, all);
    await Promise.all(all.map((referrer) => push(bench, referrer, openClient(PATIENT))));
    expect(sort(await list(bench))).toEqual(sort(all.map(({ descriptor }) => descriptor.digest)));
  });

  it('gets back what another writer took away right after it was written', async () => {
    const bench = await startHooked((count, put) => (count === 1 ? put([SECOND]) : undefined));
    await push(bench, FIRST);
    expect(sort(await list(bench))).toEqual(sort([FIRST.descriptor.digest, SECOND.descriptor.digest]));
  });

  it('gets back what was there before another writer took it away', async () => {
    const bench = await startHooked((count, put) => (count === 1 ? put([SECOND]) : undefined), [THIRD]);
    await push(bench, FIRST);
    const wanted = [FIRST, SECOND, THIRD].map(({ descriptor }) => descriptor.digest);
    expect(sort(await list(bench))).toEqual(sort(wanted));
  });

  it('is given up when others write it all the time', async () => {
    const counts: number[] = [];
    const bench = await startHooked((count, put) => {
      counts.push(count);
      return put([SECOND]);
    });
    await expect(push(bench, FIRST)).rejects.toMatchObject({ code: 'TAG_OVERWRITTEN' });
    expect(counts.at(-1)).toBe(8);
  });

  it.each([403, 500, 502])('is left alone when it cannot be read: HTTP %i', async (status) => {
    const bench = await startBench({
      ...WITHOUT_API,
      intercept: ({ method, url }, response) => {
        if (method !== 'GET' || url?.endsWith(TAG) !== true) return false;
        response.writeHead(status).end();
        return true;
      },
    });
    await expect(push(bench, FIRST)).rejects.toThrow();
    expect(bench.traffic().filter((line) => line.startsWith(`PUT /v2/a/b/manifests/${TAG}`))).toEqual([]);
  });

  it('is left alone when it is an image', async () => {
    const bench = await startBench(WITHOUT_API);
    await pushImage({ url: bench.playground.url, repository: 'a/b', tag: TAG }, AMD64);
    await expect(push(bench, FIRST)).rejects.toMatchObject({ code: 'REGISTRY_PROTOCOL' });
    expect(await readTag(bench)).toMatchObject({ mediaType: AMD64.manifest.mediaType });
  });

  it('loses entries whose manifest was deleted when the registry does not take it with them', async () => {
    const bench = await startBench(WITHOUT_API);
    await push(bench, FIRST);
    await push(bench, SECOND);
    await callApi(`${bench.playground.url}/v2/a/b/manifests/${FIRST.manifest.digest}`, { method: 'DELETE' });
    expect(await push(bench, THIRD)).toBe('tagged');
    expect(await list(bench)).toEqual([SECOND.descriptor.digest, THIRD.descriptor.digest]);
  });

  it('keeps entries whose manifest comes a moment later', async () => {
    const late = buildReferrer({ subject: AMD64.descriptor, text: 'late' });
    let refusals = 0;
    const bench = await startBench({
      ...WITHOUT_API,
      beforeAnswer: async ({ method, url }) => {
        if (method !== 'HEAD' || url?.endsWith(late.manifest.digest) !== true) return false;
        refusals += 1;
        await pushImage({ url: bench.playground.url, repository: 'a/b' }, late);
        return false;
      },
    });
    await pushImage({ url: bench.playground.url, repository: 'a/b', tag: 'late' }, late);
    await putTag(bench, toList([toPlain(late)]));
    await callApi(`${bench.playground.url}/v2/a/b/manifests/${late.manifest.digest}`, { method: 'DELETE' });
    await push(bench, FIRST);
    expect(refusals).toBe(1);
    expect(await list(bench)).toEqual([late.descriptor.digest, FIRST.descriptor.digest]);
  });

  it('is not written without the referrer that is to be added', async () => {
    const bench = await startBench(WITHOUT_API);
    const { client } = bench;
    const absent = buildReferrer({ subject: AMD64.descriptor, text: 'absent' }).descriptor;
    const announced = client.announceReferrers({
      repository: bench.repository('a/b'),
      subject: SUBJECT,
      referrers: [absent],
    });
    await expect(announced).rejects.toMatchObject({ code: 'REGISTRY_CHILD_UNKNOWN' });
    expect(await client.headManifest(bench.repository('a/b'), TAG)).toBeUndefined();
  });

  it('that must not move is an error that says what to leave out of the rule', async () => {
    const bench = await startBench({
      ...WITHOUT_API,
      intercept: ({ method, url, headers }, response) => {
        if (method !== 'PUT' || url?.endsWith(TAG) !== true || headers['user-agent'] !== 'plait-test') return false;
        const body = '{"errors":[{"code":"TAG_INVALID","message":"the tag is immutable and cannot be overwritten"}]}';
        response.writeHead(400, { 'content-type': 'application/json' }).end(body);
        return true;
      },
    });
    await putTag(bench, toList([]));
    const failure = { code: 'REGISTRY_TAG_IMMUTABLE', hint: expect.stringContaining('sha256-*') };
    await expect(push(bench, FIRST)).rejects.toMatchObject(failure);
  });
});

const PATIENT = { retry: { attempts: 2, baseDelayMs: 200 } };

/** A registry with the blobs of the three referrers. */
async function startBench(options: PlaygroundOptions = {}): Promise<ClientBench> {
  const bench = await startClientBench(options);
  await pushBlobs(bench, [FIRST, SECOND, THIRD]);
  bench.playground.clearRequests();
  return bench;
}

type Put = (entries: readonly SampleImage[]) => Promise<void>;

/** A registry where somebody else may write the index after each time that we did; `before` is in it beforehand. */
async function startHooked(
  onWritten: (count: number, put: Put) => Promise<void> | undefined,
  before: readonly SampleImage[] = [],
): Promise<ClientBench> {
  let count = 0;
  let isReady = false;
  const bench = await startBench({
    ...WITHOUT_API,
    beforeAnswer: async ({ method, url, headers }) => {
      if (!isReady || method !== 'PUT' || url?.endsWith(TAG) !== true) return false;
      if (headers['user-agent'] !== 'plait-test') return false;
      count += 1;
      await onWritten(count, (entries) => putTag(bench, toList(entries.map(toPlain))));
      return false;
    },
  });
  const target = { url: bench.playground.url, repository: 'a/b' };
  for (const referrer of [SECOND, THIRD]) await pushImage(target, referrer);
  await putTag(bench, toList(before.map(toPlain)));
  bench.playground.clearRequests();
  isReady = true;
  return bench;
}

function buildMany(count: number): readonly SampleImage[] {
  const texts = Array.from({ length: count }, (_, number) => `many ${number}`);
  return texts.map((text) => buildReferrer({ subject: AMD64.descriptor, text }));
}

async function pushBlobs({ playground }: ClientBench, images: readonly SampleImage[]): Promise<void> {
  const target = { url: playground.url, repository: 'a/b' };
  for (const blob of images.flatMap(({ blobs }) => blobs)) await pushBlob(target, blob);
}

function push(bench: ClientBench, { manifest }: SampleImage, client: RegistryClient = bench.client) {
  return pushReferrer(client, { repository: bench.repository('a/b'), manifest });
}

async function list(bench: ClientBench): Promise<readonly Digest[]> {
  const found = await openClient().listReferrers(bench.repository('a/b'), SUBJECT);
  return found.map(({ digest }) => digest);
}

async function readTag(bench: ClientBench): Promise<{ manifests: unknown }> {
  const answer = await callApi(`${bench.playground.url}/v2/a/b/manifests/${TAG}`);
  return JSON.parse(answer.text) as { manifests: unknown };
}

async function putTag(bench: ClientBench, text: string): Promise<void> {
  const { digest } = toStoredIndex({ kind: 'index', mediaType: MEDIA_TYPES.ociIndex, manifests: [] });
  const manifest = { bytes: Buffer.from(text), digest, mediaType: MEDIA_TYPES.ociIndex };
  await pushManifest({ url: bench.playground.url, repository: 'a/b', tag: TAG }, manifest);
}

function toPlain({ descriptor }: SampleImage): object {
  const { mediaType, digest, size, artifactType } = descriptor;
  return { mediaType, digest, size, artifactType };
}

function sort(digests: readonly string[]): readonly string[] {
  return [...digests].sort();
}
