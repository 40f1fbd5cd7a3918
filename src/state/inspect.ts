import { PlaitError } from '../errors/plait-error.ts';
import { isAttestation } from '../oci/attestation.ts';
import type { Descriptor } from '../oci/descriptor.ts';
import type { ImageConfig } from '../oci/image-config.ts';
import type { ImageManifest, StoredManifest } from '../oci/manifest.ts';
import { isImageMediaType } from '../oci/media-types.ts';
import { formatReference, type Reference } from '../oci/reference.ts';
import type { RegistryClient, RequestOptions } from '../registry/client.ts';
import { mapAtOnce } from '../transport/map-at-once.ts';
import { type ContentReader, createContentReader } from './content-reader.ts';

/** One image behind a reference. `manifest` and `config` are there when they were asked for and the image is still there. */
export interface InspectedImage {
  readonly descriptor: Descriptor;
  readonly isAttestation: boolean;
  readonly detail: ImageDetail | undefined;
}

export interface ImageDetail {
  readonly manifest: ImageManifest;
  readonly config: ImageConfig | undefined;
}

export interface Inspection {
  readonly reference: Reference;
  readonly stored: StoredManifest;
  /** The entries of an index, or the image itself. */
  readonly images: readonly InspectedImage[];
}

const CHILDREN_AT_ONCE = 16;

/** Reads a live index or image. Throws SOURCE_MISSING when there is none. */
export async function inspectReference(
  client: RegistryClient,
  reference: Reference,
  options: RequestOptions & { readonly verbose: boolean },
): Promise<Inspection> {
  const reader = createContentReader(client, options);
  const tag = reference.digest ?? reference.tag ?? 'latest';
  const stored = await reader.readManifest(reference.repository, tag);
  if (stored === undefined) {
    throw new PlaitError('SOURCE_MISSING', `${formatReference(reference)} does not exist`, {
      hint: 'the registry answered, and knows no such repository or tag: check the spelling',
    });
  }
  return { reference, stored, images: await readImages(reader, { reference, stored, verbose: options.verbose }) };
}

interface Subject {
  readonly reference: Reference;
  readonly stored: StoredManifest;
  readonly verbose: boolean;
}

async function readImages(reader: ContentReader, subject: Subject): Promise<readonly InspectedImage[]> {
  const { stored, reference } = subject;
  const { manifest, digest, mediaType, bytes } = stored;
  if (manifest.kind === 'image') {
    const { platform } = await reader.readConfig(reference.repository, manifest);
    const descriptor = { mediaType, digest, size: bytes.length, ...(platform === undefined ? {} : { platform }) };
    return [{ descriptor, isAttestation: false, detail: await readDetail(reader, reference, manifest) }];
  }
  return mapAtOnce(manifest.manifests, CHILDREN_AT_ONCE, async (descriptor) => ({
    descriptor,
    isAttestation: isAttestation(descriptor),
    detail: subject.verbose ? await readChild(reader, reference, descriptor) : undefined,
  }));
}

/** Undefined for a child that is gone or is not an image: the rest of the index can still be shown. */
async function readChild(
  reader: ContentReader,
  reference: Reference,
  descriptor: Descriptor,
): Promise<ImageDetail | undefined> {
  if (!isImageMediaType(descriptor.mediaType)) return undefined;
  const child = await reader.readManifest(reference.repository, descriptor.digest);
  return child?.manifest.kind === 'image' ? readDetail(reader, reference, child.manifest) : undefined;
}

async function readDetail(reader: ContentReader, reference: Reference, manifest: ImageManifest): Promise<ImageDetail> {
  const isImage = /^application\/vnd\.(?:oci\.image\.config|docker\.container\.image)\.v1\+json$/.test(
    manifest.config.mediaType,
  );
  return { manifest, config: isImage ? await reader.readConfig(reference.repository, manifest) : undefined };
}
