import { isAttestation } from '../oci/attestation.ts';
import type { Descriptor } from '../oci/descriptor.ts';
import type { Digest } from '../oci/digest.ts';
import type { StoredManifest } from '../oci/manifest.ts';
import { isImageMediaType } from '../oci/media-types.ts';
import type { Repository } from '../oci/repository.ts';
import { mapAtOnce } from '../transport/map-at-once.ts';
import type { ContentReader } from './content-reader.ts';
import type { DesiredIndex } from './desired.ts';
import type { LiveTag } from './live.ts';

/** What an image says of itself: the labels of its config, and for a name that has none there, its annotations. */
export type ImageLabels = Readonly<Record<string, string>>;

/** An image whose labels are wanted, and where it is found. */
interface Labelled {
  readonly repository: Repository;
  readonly descriptor: Descriptor;
}

const IMAGES_AT_ONCE = 16;

/**
 * The labels of every image that may be published, by digest; of none when the guard `sameLabel` is off. An image that
 * cannot be read has no labels, with which the guard does not agree. Never throws.
 */
export async function readLabels(
  reader: ContentReader,
  { declaration, content }: Extract<DesiredIndex, { kind: 'resolved' }>,
  targets: readonly { readonly repository: Repository; readonly tags: readonly { readonly live: LiveTag }[] }[],
): Promise<ReadonlyMap<Digest, ImageLabels>> {
  const isSettled = targets.every(({ tags }) => tags.every(({ live }) => holds(live, content.stored.digest)));
  if (declaration.guards.sameLabel === undefined || isSettled) return new Map();
  const images: readonly Labelled[] =
    content.kind === 'copy'
      ? listCopied(content.source.repository, content.stored)
      : content.entries.map(({ source, descriptor }) => ({ repository: source.repository, descriptor }));
  const kept = targets.flatMap(({ repository, tags }) =>
    tags.flatMap(({ live }) => listLive(live).map((descriptor) => ({ repository, descriptor }))),
  );
  const all = new Map<Digest, Labelled>();
  for (const image of [...kept, ...images]) all.set(image.descriptor.digest, image);
  const read = await mapAtOnce([...all.values()], IMAGES_AT_ONCE, async (image) => {
    const labels = await readImageLabels(reader, image).catch(() => undefined);
    return [image.descriptor.digest, labels] as const;
  });
  return new Map(read.flatMap(([digest, labels]) => (labels === undefined ? [] : [[digest, labels] as const])));
}

function holds(live: LiveTag, digest: Digest): boolean {
  return live.kind === 'present' && live.digest === digest;
}

function listCopied(repository: Repository, stored: StoredManifest): readonly Labelled[] {
  const { manifest, mediaType, digest, bytes } = stored;
  const entries = manifest.kind === 'index' ? manifest.manifests : [{ mediaType, digest, size: bytes.length }];
  return entries.map((descriptor) => ({ repository, descriptor }));
}

function listLive(live: LiveTag): readonly Descriptor[] {
  if (live.kind !== 'present' || live.content === undefined) return [];
  const { digest, mediaType, size, content } = live;
  return content.manifest.kind === 'index' ? content.manifest.manifests : [{ digest, mediaType, size }];
}

/** Undefined for what is not an image, or is gone. */
async function readImageLabels(
  reader: ContentReader,
  { repository, descriptor }: Labelled,
): Promise<ImageLabels | undefined> {
  if (isAttestation(descriptor) || !isImageMediaType(descriptor.mediaType)) return undefined;
  const stored = await reader.readManifest(repository, descriptor.digest, 'source');
  if (stored?.manifest.kind !== 'image') return undefined;
  const { labels } = await reader.readConfig(repository, stored.manifest);
  return { ...stored.manifest.annotations, ...descriptor.annotations, ...labels };
}
