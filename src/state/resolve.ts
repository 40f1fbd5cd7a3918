import pLimit from 'p-limit';
import type { Declaration, DeclaredContent, PlatformSource } from '../config/declaration.ts';
import { PlaitError, toPlaitError } from '../errors/plait-error.ts';
import type { Descriptor } from '../oci/descriptor.ts';
import { toStoredIndex } from '../oci/index-bytes.ts';
import { type IndexMediaType, isDockerMediaType, MEDIA_TYPES } from '../oci/media-types.ts';
import { formatPlatform, normalizePlatform, type Platform } from '../oci/platform.ts';
import { formatReference } from '../oci/reference.ts';
import type { ContentReader } from './content-reader.ts';
import type { BuiltContent, DesiredContent, DesiredEntry, DesiredIndex, Notice, SourceFailure } from './desired.ts';
import { followImages, orderImages } from './order.ts';
import { getSource, type ResolvedImage, resolveEntry, resolveFrom } from './resolve-entry.ts';

/** Platforms of one image read side by side; the registry client holds its own limit a host below this. */
const ENTRIES_AT_ONCE = 16;

/** Reads the sources of one declaration. Never throws: what went wrong, all of it, is in the answer. */
export async function resolveDesired(reader: ContentReader, declaration: Declaration): Promise<DesiredIndex> {
  const collected = await collect(reader, declaration);
  if (collected.failures.length > 0) return { kind: 'failed', declaration, failures: collected.failures };
  try {
    const notices: Notice[] = [...collected.notices];
    const content = collected.content ?? build(declaration, collected, notices);
    return { kind: 'resolved', declaration, content, notices };
  } catch (error) {
    return { kind: 'failed', declaration, failures: [{ reference: undefined, error: toPlaitError(error) }] };
  }
}

interface Collected {
  readonly content: DesiredContent | undefined;
  readonly images: readonly ResolvedImage[];
  readonly retained: readonly Platform[];
  readonly notices: readonly Notice[];
  readonly failures: readonly SourceFailure[];
}

const NOTHING: Collected = { content: undefined, images: [], retained: [], notices: [], failures: [] };

async function collect(reader: ContentReader, declaration: Declaration): Promise<Collected> {
  const { content } = declaration;
  if (content.kind === 'platforms') return collectEntries(reader, declaration, content);
  try {
    if (content.kind === 'copy') return { ...NOTHING, content: await resolveCopy(reader, content) };
    const images = await resolveFrom(reader, declaration, content);
    return { ...NOTHING, images };
  } catch (error) {
    return { ...NOTHING, failures: [{ reference: formatReference(content.from), error: toPlaitError(error) }] };
  }
}

async function resolveCopy(
  reader: ContentReader,
  content: Extract<DeclaredContent, { kind: 'copy' }>,
): Promise<DesiredContent> {
  const stored = await getSource(reader, content.from);
  const copied = { kind: 'copy', source: content.from, stored } as const;
  if (stored.manifest.kind === 'index') return copied;
  const { platform } = await reader.readConfig(content.from.repository, stored.manifest);
  return platform === undefined ? copied : { ...copied, platform };
}

async function collectEntries(
  reader: ContentReader,
  declaration: Declaration,
  content: Extract<DeclaredContent, { kind: 'platforms' }>,
): Promise<Collected> {
  const images: ResolvedImage[] = [];
  const retained: Platform[] = [];
  const failures: SourceFailure[] = [];
  const notices: Notice[] = [];
  const results = await pLimit(ENTRIES_AT_ONCE).map(content.entries, async (entry) => {
    try {
      return { entry, image: await resolveEntry(reader, declaration, entry) };
    } catch (error) {
      return { entry, error: toPlaitError(error) };
    }
  });
  for (const result of results) {
    if ('error' in result) failures.push({ reference: formatReference(result.entry.source), error: result.error });
    else if (result.image === undefined) {
      retained.push(publishedPlatform(result.entry));
      notices.push(describeAbsence(declaration, result.entry));
    } else images.push(result.image);
  }
  notices.push(...images.flatMap((image) => image.notices));
  return { content: undefined, images, retained, notices, failures };
}

function describeAbsence(declaration: Declaration, entry: PlatformSource): Notice {
  const platform = formatPlatform(publishedPlatform(entry));
  return {
    code: 'optional-source-absent',
    id: declaration.id,
    message: `${formatReference(entry.source)} does not exist; ${platform} is optional and stays as it is`,
  };
}

function publishedPlatform(entry: PlatformSource): Platform {
  return normalizePlatform({ ...entry.platform, ...entry.override });
}

function build(declaration: Declaration, collected: Collected, notices: Notice[]): BuiltContent {
  refuseDuplicates(collected.images);
  const attestations = chooseAttestations(declaration, collected.images);
  const images = collected.images.map((resolved) => resolved.image);
  const mediaType = chooseMediaType(declaration, [...images, ...attestations]);
  const all = [...images, ...attestations];
  const entries = mediaType === MEDIA_TYPES.dockerList ? toDockerEntries(declaration, all, notices) : all;
  const { annotations } = declaration;
  const manifests = orderEntries(declaration, entries);
  const stored = toStoredIndex({ kind: 'index', mediaType, manifests, annotations });
  return { kind: 'index', stored, entries, retained: collected.retained };
}

function orderEntries({ order }: Declaration, entries: readonly DesiredEntry[]): readonly Descriptor[] {
  const list = (kind: DesiredEntry['kind']) =>
    entries.filter((entry) => entry.kind === kind).map((entry) => entry.descriptor);
  const images = orderImages(order, list('image'));
  const attestations = list('attestation');
  return [...images, ...(order === 'canonical' ? followImages(attestations, images) : attestations)];
}

/** The key of `platforms` is unique by then; what `from` brings and what an image config adds may still collide. */
function refuseDuplicates(images: readonly ResolvedImage[]): void {
  const seen = new Map<string, DesiredEntry>();
  for (const { image } of images) {
    const platform = image.descriptor.platform === undefined ? '' : formatPlatform(image.descriptor.platform);
    const first = seen.get(platform);
    if (first !== undefined) {
      const sources = `${formatReference(first.source)} and ${formatReference(image.source)}`;
      throw new PlaitError('PLATFORM_DUPLICATE', `two images for ${platform}: ${sources}`, {
        hint: 'keep one of them; a client would take the first and never see the other',
      });
    }
    seen.set(platform, image);
  }
}

function chooseAttestations(declaration: Declaration, images: readonly ResolvedImage[]): readonly DesiredEntry[] {
  if (declaration.attestations === 'drop') return [];
  const bare = images.filter((resolved) => resolved.attestations.length === 0);
  const [first] = bare;
  if (declaration.attestations === 'require' && first !== undefined) {
    const names = bare.map((resolved) => formatReference(resolved.image.source)).join(', ');
    throw new PlaitError('ATTESTATION_MISSING', `no attestation comes with ${names}`, {
      hint: 'build it with provenance, or set  attestations: keep',
    });
  }
  return images.flatMap((resolved) => resolved.attestations);
}

function chooseMediaType(declaration: Declaration, entries: readonly DesiredEntry[]): IndexMediaType {
  const isDocker = entries.every((entry) => isDockerMediaType(entry.descriptor.mediaType));
  switch (declaration.mediaType) {
    case 'oci':
      return MEDIA_TYPES.ociIndex;
    case 'docker':
      refuseAttestationsInList(entries);
      return MEDIA_TYPES.dockerList;
    case 'auto':
      return isDocker && entries.length > 0 && !isAnnotated(declaration, entries)
        ? MEDIA_TYPES.dockerList
        : MEDIA_TYPES.ociIndex;
    default:
      return declaration.mediaType satisfies never;
  }
}

function isAnnotated(declaration: Declaration, entries: readonly DesiredEntry[]): boolean {
  return (
    Object.keys(declaration.annotations).length > 0 ||
    entries.some((entry) => Object.keys(entry.descriptor.annotations ?? {}).length > 0)
  );
}

function refuseAttestationsInList(entries: readonly DesiredEntry[]): void {
  const attestation = entries.find((entry) => entry.kind === 'attestation');
  if (attestation === undefined) return;
  throw new PlaitError(
    'MEDIA_TYPE_CONFLICT',
    `${formatReference(attestation.source)} brings attestations, which a Docker manifest list cannot hold`,
    { hint: 'set  attestations: drop  or  mediaType: oci' },
  );
}

/** A Docker list has no annotations: what a source index said of its entries is left out, and said so. */
function toDockerEntries(
  declaration: Declaration,
  entries: readonly DesiredEntry[],
  notices: Notice[],
): readonly DesiredEntry[] {
  return entries.map((entry) => {
    if (entry.descriptor.annotations === undefined) return entry;
    const { annotations: _dropped, ...descriptor } = entry.descriptor;
    notices.push({
      code: 'annotations-dropped',
      id: declaration.id,
      message: `${formatReference(entry.source)}: its annotations are left out, a Docker manifest list cannot hold them`,
    });
    return { ...entry, descriptor };
  });
}
