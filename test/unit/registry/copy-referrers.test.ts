import { describe, expect, it } from 'vitest';
import { MEDIA_TYPES } from '../../../src/oci/media-types.ts';
import type { SampleImage } from '../../../src/playground/images.ts';
import type { PlaygroundOptions } from '../../../src/playground/options.ts';
import { type CopiedReferrer, copyReferrers, type ReferrersCopy } from '../../../src/registry/copy-referrers.ts';
import { toReferrersTag } from '../../../src/registry/referrers-tag.ts';
import { buildReferrer, SBOM, SIGNATURE, toList } from '../../support/build-referrer.ts';
import { AMD64, ARM64, type ClientBench, NO_DIGEST, openClient, startClientBench } from '../../support/client-bench.ts';
import { pushImage, pushManifest } from '../../support/push-content.ts';

const SUBJECT = AMD64.descriptor.digest;
const TAG = toReferrersTag(SUBJECT);
const WITHOUT_API: PlaygroundOptions = { features: { referrers: false } };
const SIGNED = buildReferrer({ subject: AMD64.descriptor, text: 'signed' });
const LISTED = buildReferrer({ subject: AMD64.descriptor, text: 'listed', artifactType: SBOM });
const SIGNED_LIST = buildReferrer({ subject: LISTED.descriptor, text: 'signed list' });
const DEEPER = buildReferrer({ subject: SIGNED_LIST.descriptor, text: 'deeper' });
const ALL = [SIGNED, LISTED, SIGNED_LIST, DEEPER];

describe('the referrers of an image', () => {
  it.each<[string, PlaygroundOptions]>([
    ['lists them', {}],
    ['does not list them', WITHOUT_API],
  ])('come with what refers to them to a registry that %s, and are found there', async (_what, options) => {
    const { source, target } = await startBenches({}, options);
    const results = await copy(source, target);
    expect(sort(results)).toEqual(
      sort([
        { subject: SUBJECT, referrer: SIGNED.descriptor, outcome: 'copied' },
        { subject: SUBJECT, referrer: LISTED.descriptor, outcome: 'copied' },
        { subject: LISTED.descriptor.digest, referrer: SIGNED_LIST.descriptor, outcome: 'copied' },
      ]),
    );
    const found = await openClient().listReferrers(target.repository('c/d'), SUBJECT);
    expect(found.map(({ digest }) => digest).sort()).toEqual([SIGNED, LISTED].map(toDigest).sort());
    expect(await openClient().listReferrers(target.repository('c/d'), LISTED.descriptor.digest)).toHaveLength(1);
    for (const { digest } of SIGNED_LIST.blobs)
      expect(await target.client.hasBlob(target.repository('c/d'), digest)).toBe(true);
  });

  it('are brought once: the second time nothing is written', async () => {
    const { source, target } = await startBenches({}, WITHOUT_API);
    await copy(source, target);
    target.playground.clearRequests();
    const results = await copy(source, target);
    expect(results.map(({ outcome }) => outcome)).toEqual(['present', 'present', 'present']);
    expect(target.playground.requests.filter(({ method }) => method !== 'GET' && method !== 'HEAD')).toEqual([]);
  });

  it('cost one question each when they are there', async () => {
    const { source, target } = await startBenches({}, {});
    await copy(source, target);
    target.playground.clearRequests();
    source.playground.clearRequests();
    await copy(source, target, { maxDepth: 1 });
    expect([...target.traffic()].sort()).toEqual(
      [
        `GET /v2/c/d/referrers/${SUBJECT} 200`,
        ...[SIGNED, LISTED].map((image) => `HEAD /v2/c/d/manifests/${toDigest(image)} 200`),
      ].sort(),
    );
    expect(source.traffic()).toEqual([`GET /v2/a/b/referrers/${SUBJECT} 200`]);
  });

  it('are found when a run before was stopped between the manifest and the list', async () => {
    const { source, target } = await startBenches({}, WITHOUT_API);
    await pushImage({ url: target.playground.url, repository: 'c/d' }, SIGNED);
    const results = await copy(source, target, { artifactTypes: [SIGNATURE] });
    expect(results).toEqual([{ subject: SUBJECT, referrer: SIGNED.descriptor, outcome: 'present' }]);
    expect(await openClient().listReferrers(target.repository('c/d'), SUBJECT)).toHaveLength(1);
  });

  it('are only those of the types wanted', async () => {
    const { source, target } = await startBenches({}, {});
    const results = await copy(source, target, { artifactTypes: [SBOM] });
    expect(results.map(({ referrer }) => referrer.digest)).toEqual([toDigest(LISTED)]);
  });

  it.each([
    [1, 2],
    [2, 3],
    [3, 4],
  ])('go no deeper than %i, which is %i of them', async (maxDepth, count) => {
    const { source, target } = await startBenches({}, {});
    expect(await copy(source, target, { maxDepth })).toHaveLength(count);
  });

  it('are none, and the target is not asked, when the source has none', async () => {
    const { source, target } = await startBenches({}, {});
    expect(await copy(source, target, { subject: ARM64.descriptor.digest })).toEqual([]);
    expect(target.traffic()).toEqual([]);
  });

  it('are there already in the same repository, and nothing is asked', async () => {
    const { source } = await startBenches({}, {});
    const place = source.repository('a/b');
    expect(await copyReferrers(source.client, { from: place, to: place, subject: SUBJECT })).toEqual([]);
    expect(source.traffic()).toEqual([]);
  });
});

describe('a list of referrers that is not right', () => {
  it('names what is gone, which is said', async () => {
    const { source, target } = await startBenches(WITHOUT_API, {});
    const gone = { ...SIGNED.descriptor, digest: NO_DIGEST };
    await putList(source, [gone, LISTED.descriptor]);
    const results = await copy(source, target, { maxDepth: 1 });
    expect(results.map(({ outcome }) => outcome)).toEqual(['missing', 'copied']);
  });

  it('names what refers to something else, which is not copied', async () => {
    const { source, target } = await startBenches(WITHOUT_API, WITHOUT_API);
    await putList(source, [SIGNED_LIST.descriptor, AMD64.descriptor]);
    const results = await copy(source, target);
    // The image itself was copied before; that its list names it makes it no referrer.
    expect(results.map(({ outcome }) => outcome)).toEqual(['unrelated', 'unrelated']);
    expect(await target.client.headManifest(target.repository('c/d'), toDigest(SIGNED_LIST))).toBeUndefined();
    expect(await target.client.headManifest(target.repository('c/d'), TAG)).toBeUndefined();
  });

  it('names what is no manifest any more, which is said', async () => {
    const { source, target } = await startBenches(WITHOUT_API, {});
    await putList(source, [{ ...SIGNED.descriptor, mediaType: 'application/vnd.oci.artifact.manifest.v1+json' }]);
    expect(await copy(source, target)).toMatchObject([{ outcome: 'unsupported' }]);
    expect(target.traffic()).toEqual([]);
  });

  it('leaves types out, which the manifests then tell', async () => {
    const { source, target } = await startBenches(WITHOUT_API, {});
    const untyped = [SIGNED, LISTED].map(({ descriptor: { mediaType, digest, size } }) => ({
      mediaType,
      digest,
      size,
    }));
    await putList(source, untyped);
    const results = await copy(source, target, { artifactTypes: [SBOM], maxDepth: 1 });
    expect(results).toEqual([{ subject: SUBJECT, referrer: LISTED.descriptor, outcome: 'copied' }]);
  });

  it('names more than anybody needs, which is refused', async () => {
    const { source, target } = await startBenches(WITHOUT_API, {});
    const many = Array.from({ length: 1001 }, (_, number) => ({
      ...SIGNED.descriptor,
      mediaType: 'application/vnd.oci.artifact.manifest.v1+json',
      digest: `sha256:${String(number).padStart(64, '0')}`,
    }));
    await putList(source, many);
    await expect(copy(source, target)).rejects.toMatchObject({ code: 'SOURCE_UNSUPPORTED' });
  });

  it('that cannot be read is an error', async () => {
    const source = await startClientBench({ basicAuth: { username: 'somebody', password: 'else' } });
    const target = await startClientBench();
    await expect(copy(source, target)).rejects.toMatchObject({ code: 'REGISTRY_UNAUTHORIZED' });
    expect(target.traffic()).toEqual([]);
  });
});

/** A source with an image and what refers to it, and a target that has the image only. */
async function startBenches(from: PlaygroundOptions, to: PlaygroundOptions) {
  const sparse = from.features?.referrers === false ? { features: { ...from.features, sparse: true } } : from;
  const [source, target] = await Promise.all([startClientBench(sparse), startClientBench(to)]);
  for (const image of [AMD64, ...ALL]) await pushImage({ url: source.playground.url, repository: 'a/b' }, image);
  await pushImage({ url: target.playground.url, repository: 'c/d' }, AMD64);
  for (const { playground } of [source, target]) playground.clearRequests();
  return { source, target };
}

function copy(
  source: ClientBench,
  target: ClientBench,
  job: Partial<ReferrersCopy> = {},
): Promise<readonly CopiedReferrer[]> {
  const [from, to] = [source.repository('a/b'), target.repository('c/d')];
  return copyReferrers(openClient(), { from, to, subject: SUBJECT, ...job });
}

async function putList({ playground }: ClientBench, entries: readonly unknown[]): Promise<void> {
  const manifest = { bytes: Buffer.from(toList(entries)), digest: NO_DIGEST, mediaType: MEDIA_TYPES.ociIndex };
  await pushManifest({ url: playground.url, repository: 'a/b', tag: TAG }, manifest);
}

function toDigest({ descriptor }: SampleImage): string {
  return descriptor.digest;
}

function sort(results: readonly CopiedReferrer[]): readonly CopiedReferrer[] {
  return [...results].sort((left, right) => (left.referrer.digest < right.referrer.digest ? -1 : 1));
}
