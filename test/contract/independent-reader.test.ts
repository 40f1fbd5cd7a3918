import { beforeAll, describe, expect, inject, it } from 'vitest';
import { toStoredIndex } from '../../src/oci/index-bytes.ts';
import { MEDIA_TYPES } from '../../src/oci/media-types.ts';
import { buildImage } from '../../src/playground/images.ts';
import { isReaderLeftOut, readIndependently } from '../support/independent-reader.ts';
import { pushIndex } from '../support/push-content.ts';
import { describeWithRegistry, type RealRegistry, startRegistry } from '../support/real-registry.ts';

const AMD64 = buildImage({ platform: { os: 'linux', architecture: 'amd64' }, text: 'read back', format: 'oci' });
const ARM_V7 = buildImage({
  platform: { os: 'linux', architecture: 'arm', variant: 'v7' },
  text: 'read back',
  format: 'oci',
});
const INDEX = toStoredIndex({
  kind: 'index',
  mediaType: MEDIA_TYPES.ociIndex,
  manifests: [AMD64.descriptor, ARM_V7.descriptor],
  annotations: { 'org.opencontainers.image.title': 'read <back> & forth' },
});

describeWithRegistry('an index that Plait writes', () => {
  let registry: RealRegistry;
  beforeAll(async () => {
    registry = await startRegistry();
    await pushIndex(
      { url: registry.url, repository: 'team/app', tag: '1' },
      { manifest: INDEX, images: [AMD64, ARM_V7] },
    );
    return () => registry.stop();
  });

  it.skipIf(isReaderLeftOut())('is what an independent program reads', async () => {
    const { json } = await readIndependently(`${registry.host}/team/app:1`);
    expect(json).toMatchObject({
      schemaVersion: 2,
      manifests: [
        { digest: AMD64.manifest.digest, platform: { os: 'linux', architecture: 'amd64' } },
        { digest: ARM_V7.manifest.digest, platform: { os: 'linux', architecture: 'arm', variant: 'v7' } },
      ],
    });
  });

  it.skipIf(!inject('readers').includes('skopeo'))('is served to skopeo byte for byte', async () => {
    const { bytes } = await readIndependently(`${registry.host}/team/app@${INDEX.digest}`);
    expect(bytes?.equals(INDEX.bytes)).toBe(true);
  });
});

describe('the independent reader', () => {
  it.skipIf(isReaderLeftOut())('fails when there is nothing to read', async () => {
    await expect(readIndependently('127.0.0.1:1/team/app:1')).rejects.toThrow();
  });
});
