import { describe, expect, it, onTestFinished } from 'vitest';
import { parseRepository } from '../../src/oci/repository.ts';
import { buildImage, buildIndex } from '../../src/playground/images.ts';
import { startPlayground } from '../../src/playground/server.ts';
import { makeClient } from '../support/make-client.ts';
import { pushImage } from '../support/push-content.ts';
import { describeWithDistribution28, startRegistry } from '../support/real-registry.ts';

const IMAGE = buildImage({ platform: { os: 'linux', architecture: 'amd64' }, text: 'tags', format: 'oci' });
const INDEX = buildIndex({ images: [IMAGE], format: 'oci' });

async function pushTwoTags({ url, host }: { readonly url: string; readonly host: string }): Promise<readonly string[]> {
  const client = makeClient();
  onTestFinished(() => client.close());
  await pushImage({ url, repository: 'team/app' }, IMAGE);
  return client.putManifestTags(parseRepository(`${host}/team/app`), INDEX.manifest, ['a', 'b']);
}

describe('one push for many tags', () => {
  it('is confirmed by the playground', async () => {
    const playground = await startPlayground();
    onTestFinished(() => playground.close());
    expect(await pushTwoTags(playground)).toEqual(['a', 'b']);
  });
});

describeWithDistribution28('one push for many tags', () => {
  it('is not confirmed by distribution 2.8, which does not know of it', async () => {
    const registry = await startRegistry();
    onTestFinished(() => registry.stop());
    expect(await pushTwoTags(registry)).toEqual([]);
  });
});
