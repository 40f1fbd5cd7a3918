import type { SampleImage } from './images.ts';
import { listSamples } from './samples.ts';
import type { RegistryStore } from './store.ts';

/** Puts the samples into the store. Tags that are there already stay as they are. */
export async function seedStore(store: RegistryStore): Promise<void> {
  for (const { repository, tag, content } of listSamples()) {
    if ((await store.findTag(repository, tag)) !== undefined) continue;
    const images = 'images' in content ? content.images : [content];
    for (const image of images) await addImage(store, repository, image);
    await store.addManifest(repository, content.manifest, undefined);
    await store.setTag(repository, tag, content.manifest.digest);
  }
}

async function addImage(store: RegistryStore, repository: string, { manifest, blobs }: SampleImage): Promise<void> {
  for (const { digest, bytes } of blobs) {
    const staged = await store.stage();
    await staged.append(bytes);
    await store.addBlob(repository, digest, staged);
  }
  await store.addManifest(repository, manifest, undefined);
}
