import type { RawManifest } from '../../src/oci/manifest.ts';
import type { SampleBlob, SampleImage, SampleIndex } from '../../src/playground/images.ts';
import { type RawAnswer, sendRaw } from './raw-http.ts';

/** Where to push to. `tag` is left out for what is only reached by digest. */
export interface PushTarget {
  /** Of the registry, such as `http://127.0.0.1:5000`. */
  readonly url: string;
  /** The path in it, such as `team/app`. */
  readonly repository: string;
  readonly tag?: string;
}

/** Pushes config, layers and manifest by plain http, with code that the client under test has no part in. */
export async function pushImage(target: PushTarget, image: SampleImage): Promise<void> {
  for (const blob of image.blobs) await pushBlob(target, blob);
  await pushManifest(target, image.manifest);
}

/** Pushes the images of an index by digest, then the index. */
export async function pushIndex(target: PushTarget, index: SampleIndex): Promise<void> {
  for (const image of index.images) await pushImage({ url: target.url, repository: target.repository }, image);
  await pushManifest(target, index.manifest);
}

export async function pushBlob({ url, repository }: PushTarget, { digest, bytes }: SampleBlob): Promise<void> {
  const opened = expectStatus(202, await sendRaw(`${url}/v2/${repository}/blobs/uploads/`, { method: 'POST' }));
  const location = new URL(opened.headers.location ?? '', url);
  location.searchParams.set('digest', digest);
  const headers = { 'content-type': 'application/octet-stream' };
  expectStatus(201, await sendRaw(location.href, { method: 'PUT', headers, body: bytes }));
}

export async function pushManifest({ url, repository, tag }: PushTarget, manifest: RawManifest): Promise<void> {
  const { bytes, digest, mediaType } = manifest;
  const address = `${url}/v2/${repository}/manifests/${tag ?? digest}`;
  expectStatus(201, await sendRaw(address, { method: 'PUT', headers: { 'content-type': mediaType }, body: bytes }));
}

function expectStatus(status: number, answer: RawAnswer): RawAnswer {
  if (answer.status !== status) throw new Error(`push: ${answer.status} instead of ${status}: ${answer.text}`);
  return answer;
}
