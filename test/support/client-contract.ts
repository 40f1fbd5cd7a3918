import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { computeDigest, type Digest, parseDigest } from '../../src/oci/digest.ts';
import { MEDIA_TYPES } from '../../src/oci/media-types.ts';
import { parseRepository, type Repository } from '../../src/oci/repository.ts';
import { buildAttestation, buildImage, buildIndex, type SampleImage } from '../../src/playground/images.ts';
import type { ReferrerListing, RegistryClient } from '../../src/registry/client.ts';
import { copyManifest } from '../../src/registry/copy.ts';
import { copyReferrers } from '../../src/registry/copy-referrers.ts';
import type { RegistryClientOptions } from '../../src/registry/create-client.ts';
import { pushReferrer } from '../../src/registry/push-referrer.ts';
import { toReferrersTag } from '../../src/registry/referrers-tag.ts';
import { buildReferrer, SBOM, SIGNATURE } from './build-referrer.ts';
import { makeClient } from './make-client.ts';
import { pushBlob, pushImage, pushIndex } from './push-content.ts';
import { sendRaw } from './raw-http.ts';

export interface ContractServer {
  /** Where the client under test finds it. */
  readonly host: string;
  /** Where content is put that is there before: plain http, open to everybody. */
  readonly url: string;
  stop(): Promise<void>;
}

/** What a registry does otherwise, though it speaks the API. */
export interface ContractLimits {
  /** Why it takes no manifests of Docker's types. */
  readonly dockerTypes?: string;
  /** Why a blob that is in one repository is in all of them, so that there is nothing to mount. */
  readonly sharedBlobs?: string;
}

export interface ContractTerms<S extends ContractServer> {
  readonly start: () => Promise<S>;
  /** What a client needs to get in. */
  readonly access?: (servers: readonly S[]) => Partial<RegistryClientOptions>;
  readonly limits?: ContractLimits;
}

const AMD64 = buildImage({ platform: { os: 'linux', architecture: 'amd64' }, text: 'contract', format: 'oci' });
const ARM64 = buildImage({ platform: { os: 'linux', architecture: 'arm64' }, text: 'contract', format: 'oci' });
const CLASSIC = buildImage({ platform: { os: 'linux', architecture: 'amd64' }, text: 'contract', format: 'docker' });
const ATTESTATION = buildAttestation({ image: AMD64.manifest, format: 'oci' });
const INDEX = buildIndex({ images: [AMD64, ARM64, ATTESTATION], format: 'oci' });
const LIST = buildIndex({ images: [CLASSIC], format: 'docker' });
const ABSENT = parseDigest(`sha256:${'0'.repeat(64)}`);
const SMALL = buildIndex({ images: [ARM64], format: 'oci' });
const OCI = [
  ['index', INDEX],
  ['image', { manifest: AMD64.manifest, images: [AMD64] }],
] as const;
const DOCKER = [
  ['list', LIST],
  ['classic', { manifest: CLASSIC.manifest, images: [CLASSIC] }],
] as const;
const LAYER = AMD64.blobs[1]!;

const describeBlob = ({ digest, bytes }: SampleImage['blobs'][number]) => {
  return { digest, size: bytes.length, mediaType: 'application/octet-stream' };
};

/** What every registry has to do with our client, whoever wrote it. */
export function defineContract<S extends ContractServer>({ start, access, limits = {} }: ContractTerms<S>): void {
  let source: S;
  let target: S;
  let client: RegistryClient;
  const kinds = limits.dockerTypes === undefined ? [...OCI, ...DOCKER] : OCI;

  beforeAll(async () => {
    [source, target] = await Promise.all([start(), start()]);
    client = connect();
    for (const [tag, content] of kinds) {
      await pushIndex({ url: source.url, repository: 'held/app', tag }, content);
    }
  });
  afterAll(() => Promise.all([client?.close(), source?.stop(), target?.stop()]));

  const connect = (options: Partial<RegistryClientOptions> = {}) =>
    makeClient({ ...access?.([source, target]), ...options });
  const at = (server: S, path: string): Repository => parseRepository(`${server.host}/${path}`);
  const held = () => at(source, 'held/app');

  describe('reading manifests', () => {
    it.each([
      ['held/app', 'none'],
      ['held/none', 'none'],
      ['held/app', ABSENT],
    ])('finds nothing under %s and %s', async (path, reference) => {
      const repository = at(source, path);
      expect(await client.headManifest(repository, reference)).toBeUndefined();
      expect(await client.getManifest(repository, reference)).toBeUndefined();
    });

    it.each(kinds)('tells digest, type and size of the %s', async (tag, { manifest: { digest, mediaType, bytes } }) => {
      expect(await client.headManifest(held(), tag)).toEqual({ digest, mediaType, size: bytes.length });
    });

    it.each(kinds)(
      'reads the exact bytes of the %s by tag and by digest',
      async (tag, { manifest: { digest, mediaType, bytes } }) => {
        const byTag = await client.getManifest(held(), tag);
        const byDigest = await client.getManifest(held(), digest);
        expect(byTag).toMatchObject({ digest, mediaType, manifest: { mediaType } });
        expect([byTag, byDigest].map((found) => Buffer.from(found!.bytes).equals(bytes))).toEqual([true, true]);
      },
    );
  });

  describe('writing manifests', () => {
    it('stores an index under a tag, twice without harm', async () => {
      await client.putManifest(held(), 'written', INDEX.manifest);
      await client.putManifest(held(), 'written', INDEX.manifest);
      expect(await client.headManifest(held(), 'written')).toMatchObject({ digest: INDEX.manifest.digest });
    });

    if (limits.dockerTypes !== undefined) {
      it('says when the registry does not take a type', async () => {
        const code = expect.stringMatching(/^(?:MANIFEST_INVALID|REGISTRY_)/);
        await expect(client.putManifest(held(), 'docker', LIST.manifest)).rejects.toMatchObject({ code });
        expect(await client.headManifest(held(), 'docker')).toBeUndefined();
      });
    }

    it('moves a tag to other content', async () => {
      await client.putManifest(held(), 'moved', INDEX.manifest);
      await client.putManifest(held(), 'moved', SMALL.manifest);
      expect(await client.headManifest(held(), 'moved')).toMatchObject({ digest: SMALL.manifest.digest });
    });

    it('stores a manifest under its digest alone', async () => {
      await client.putManifest(held(), SMALL.manifest.digest, SMALL.manifest);
      expect(await client.headManifest(held(), SMALL.manifest.digest)).toMatchObject({
        mediaType: MEDIA_TYPES.ociIndex,
      });
    });

    it('does not store content under the digest of other content', async () => {
      await expect(client.putManifest(held(), ABSENT, INDEX.manifest)).rejects.toThrow();
      expect(await client.headManifest(held(), ABSENT)).toBeUndefined();
    });

    it('refuses an index whose child is not in the repository', async () => {
      const empty = at(source, 'held/empty');
      await expect(client.putManifest(empty, 'index', INDEX.manifest)).rejects.toMatchObject({
        code: 'REGISTRY_CHILD_UNKNOWN',
      });
      expect(await client.headManifest(empty, 'index')).toBeUndefined();
    });
  });

  describe('blobs', () => {
    it('tells whether a blob is there', async () => {
      expect(await client.hasBlob(held(), LAYER.digest)).toBe(true);
      expect(await client.hasBlob(held(), ABSENT)).toBe(false);
      expect(await client.hasBlob(at(source, 'held/none'), LAYER.digest)).toBe(limits.sharedBlobs !== undefined);
    });

    it('reads a blob whole', async () => {
      const bytes = await client.readBlob(held(), describeBlob(LAYER), { maxBytes: LAYER.bytes.length });
      expect(Buffer.from(bytes).equals(LAYER.bytes)).toBe(true);
    });

    it('refuses a blob that is absent or too large', async () => {
      const absent = client.readBlob(held(), { digest: ABSENT, size: 10 }, { maxBytes: 1000 });
      await expect(absent).rejects.toMatchObject({ code: 'BLOB_MISSING' });
      const large = client.readBlob(held(), describeBlob(LAYER), { maxBytes: LAYER.bytes.length - 1 });
      await expect(large).rejects.toMatchObject({ code: 'MANIFEST_TOO_LARGE' });
    });

    it('copies a blob from another repository of the registry, by a mount where there are mounts', async () => {
      const to = at(source, 'mounted/app');
      const outcome = await client.copyBlob({ from: held(), to, descriptor: describeBlob(LAYER) });
      expect(outcome).toBe(limits.sharedBlobs === undefined ? 'mounted' : 'present');
      expect(await client.hasBlob(to, LAYER.digest)).toBe(true);
    });

    it('uploads a blob from another registry once, and tells how far it is', async () => {
      const job = { from: held(), to: at(target, 'uploaded/app'), descriptor: describeBlob(LAYER) };
      const progress: number[] = [];
      const first = await client.copyBlob({ ...job, onProgress: (bytes) => progress.push(bytes) });
      expect([first, await client.copyBlob(job)]).toEqual(['uploaded', 'present']);
      expect(progress.at(-1)).toBe(LAYER.bytes.length);
    });

    it('streams a blob of several megabytes', async () => {
      const bytes = Buffer.alloc(9 * 1024 * 1024, 'plait ');
      const blob = { digest: computeDigest(bytes), bytes };
      await pushBlob({ url: source.url, repository: 'large/app' }, blob);
      const to = at(target, 'large/app');
      await client.copyBlob({ from: at(source, 'large/app'), to, descriptor: describeBlob(blob) });
      expect(await client.hasBlob(to, blob.digest)).toBe(true);
    });

    it('copies nothing when the source is absent', async () => {
      const to = at(target, 'absent/app');
      const descriptor = { digest: ABSENT, size: 10, mediaType: 'application/octet-stream' };
      await expect(client.copyBlob({ from: held(), to, descriptor })).rejects.toMatchObject({ code: 'BLOB_MISSING' });
      expect(await client.hasBlob(to, ABSENT)).toBe(false);
    });
  });

  describe('copies of manifests', () => {
    it.each([
      ['another registry', () => at(target, 'copied/app')],
      ['another repository', () => at(source, 'copied/app')],
    ])('brings an image with all it needs into %s, once', async (_where, to) => {
      const job = { from: held(), to: to(), digest: AMD64.manifest.digest };
      expect([await copyManifest(client, job), await copyManifest(client, job)]).toEqual(['copied', 'present']);
      expect(await Promise.all(AMD64.blobs.map(({ digest }) => client.hasBlob(job.to, digest)))).toEqual([true, true]);
    });

    it('brings an index with all its children', async () => {
      const to = at(target, 'copied/index');
      await copyManifest(client, { from: held(), to, digest: INDEX.manifest.digest });
      const found = await Promise.all(INDEX.images.map(({ manifest }) => client.headManifest(to, manifest.digest)));
      expect(await client.headManifest(to, INDEX.manifest.digest)).toBeDefined();
      expect(found.map((head) => head?.digest)).toEqual(INDEX.images.map(({ manifest }) => manifest.digest));
    });
  });

  describe('referrers', () => {
    const subject = AMD64.descriptor;
    const signature = buildReferrer({ subject, text: 'contract', annotations: { by: 'plait' } });
    const sbom = buildReferrer({ subject, text: 'contract', artifactType: SBOM });
    const ofSbom = buildReferrer({ subject: sbom.descriptor, text: 'contract' });

    const pushAll = async (repository: Repository, referrers: readonly SampleImage[]) => {
      const listings: ReferrerListing[] = [];
      for (const { blobs, manifest } of referrers) {
        for (const blob of blobs) await pushBlob({ url: source.url, repository: repository.path }, blob);
        listings.push(await pushReferrer(client, { repository, manifest }));
      }
      return listings;
    };
    const list = async (repository: Repository, digest: Digest, artifactType?: string) => {
      const options = artifactType === undefined ? {} : { artifactType };
      return [...(await client.listReferrers(repository, digest, options))].map((found) => found.digest).sort();
    };

    it('are none of what nothing refers to', async () => {
      expect(await client.listReferrers(held(), ABSENT)).toEqual([]);
      expect(await client.listReferrers(at(source, 'referred/none'), ABSENT)).toEqual([]);
    });

    it('are found once they are pushed, under the fall-back tag only where the registry has no list', async () => {
      const repository = at(source, 'referred/app');
      await pushImage({ url: source.url, repository: 'referred/app', tag: 'latest' }, AMD64);
      const listings = await pushAll(repository, [signature, sbom]);
      const found = await client.listReferrers(repository, subject.digest, { artifactType: SIGNATURE });
      const { status } = await sendRaw(`${source.url}/v2/referred/app/referrers/${subject.digest}`);
      const isTagged = (await client.listTags(repository)).includes(toReferrersTag(subject.digest));
      expect(isTagged).toBe(status !== 200);
      expect(found).toMatchObject([signature.descriptor]);
      expect(listings).toEqual(isTagged ? ['tagged', 'tagged'] : ['listed', 'listed']);
      expect(await list(repository, subject.digest)).toEqual([signature.manifest.digest, sbom.manifest.digest].sort());
      expect(await list(repository, subject.digest, SBOM)).toEqual([sbom.manifest.digest]);
    });

    it.each([
      ['another registry', () => at(target, 'signed/app')],
      ['another repository', () => at(source, 'signed/app')],
    ])('are brought into %s with what refers to them, once, and are found there', async (_where, to) => {
      const from = at(source, 'signed/source');
      await pushImage({ url: source.url, repository: from.path, tag: 'latest' }, AMD64);
      await pushAll(from, [signature, sbom, ofSbom]);
      const job = { from, to: to(), subject: subject.digest };
      await copyManifest(client, { from, to: job.to, digest: subject.digest });
      const first = await copyReferrers(client, job);
      const again = await copyReferrers(client, job);
      expect(first.map(({ outcome }) => outcome)).toEqual(['copied', 'copied', 'copied']);
      expect(again.map(({ outcome }) => outcome)).toEqual(['present', 'present', 'present']);
      expect(await list(job.to, subject.digest)).toEqual([signature.manifest.digest, sbom.manifest.digest].sort());
      expect(await list(job.to, sbom.manifest.digest)).toEqual([ofSbom.manifest.digest]);
    });
  });

  describe('tags', () => {
    it('lists the tags of a repository', async () => {
      await pushImage({ url: source.url, repository: 'tags/app', tag: 'b' }, AMD64);
      await pushImage({ url: source.url, repository: 'tags/app', tag: 'a' }, AMD64);
      expect([...(await client.listTags(at(source, 'tags/app')))].sort()).toEqual(['a', 'b']);
    });

    it('lists all tags, whatever a page holds', async () => {
      const tags = Array.from({ length: 12 }, (_, number) => `tag-${String(number).padStart(2, '0')}`);
      for (const tag of tags) await pushImage({ url: source.url, repository: 'tags/many', tag }, AMD64);
      expect([...(await client.listTags(at(source, 'tags/many')))].sort()).toEqual(tags);
    });

    it('lists none when there is no such repository', async () => {
      expect(await client.listTags(at(source, 'tags/none'))).toEqual([]);
    });

    it('confirms the tags of one push only when they are there', async () => {
      const tags = ['multi-a', 'multi-b'];
      const confirmed = await client.putManifestTags(held(), INDEX.manifest, tags);
      const heads = await Promise.all(tags.map((tag) => client.headManifest(held(), tag)));
      const live = tags.filter((_tag, at) => heads[at] !== undefined);
      expect([...confirmed].sort()).toEqual(live);
      expect(await client.headManifest(held(), INDEX.manifest.digest)).toBeDefined();
    });
  });

  describe('a client for reading', () => {
    it('refuses every write before it is sent', async () => {
      const bytes = Buffer.from('never written anywhere else');
      const blob = { digest: computeDigest(bytes), bytes };
      await pushBlob({ url: source.url, repository: 'held/app' }, blob);
      const reader = connect({ access: 'read' });
      const writes = [
        reader.putManifest(held(), 'forbidden', INDEX.manifest),
        reader.putManifestTags(held(), INDEX.manifest, ['forbidden']),
        reader.copyBlob({ from: held(), to: at(target, 'forbidden/app'), descriptor: describeBlob(blob) }),
      ];
      const outcomes = await Promise.allSettled(writes);
      const sent = Object.keys(reader.requestCounts());
      expect(outcomes).toMatchObject(writes.map(() => ({ status: 'rejected', reason: { code: 'READ_ONLY_COMMAND' } })));
      expect(['GET', 'HEAD', 'TOKEN']).toEqual(expect.arrayContaining(sent));
      expect(await reader.headManifest(held(), 'forbidden')).toBeUndefined();
      await reader.close();
    });
  });

  it('counts the requests it sends', async () => {
    const counted = connect();
    await counted.headManifest(held(), 'index'); // may take one more to get in
    const { HEAD: before = 0 } = counted.requestCounts();
    await counted.headManifest(held(), 'index');
    await counted.headManifest(held(), 'image');
    expect(counted.requestCounts()).toMatchObject({ HEAD: before + 2 });
    await counted.close();
  });
}
