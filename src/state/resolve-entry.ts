import type { Declaration, PlatformSource } from '../config/declaration.ts';
import { describePlatformAnnotations } from '../config/placeholders.ts';
import { PlaitError } from '../errors/plait-error.ts';
import type { Descriptor } from '../oci/descriptor.ts';
import type { ImageManifest, StoredManifest } from '../oci/manifest.ts';
import { formatPlatform, normalizePlatform, type Platform } from '../oci/platform.ts';
import { formatReference, type Reference } from '../oci/reference.ts';
import type { ContentReader } from './content-reader.ts';
import type { DesiredEntry, Notice } from './desired.ts';
import { findOnlyImage, findSelectedImage, listSourceImages, type SourceImage } from './entry-source.ts';
import { checkPlatform } from './platform-check.ts';

/** What one source adds to an index: its image and the attestations of it. */
export interface ResolvedImage {
  readonly image: DesiredEntry;
  readonly attestations: readonly DesiredEntry[];
  readonly notices: readonly Notice[];
}

/** The manifest behind `reference`, by digest when it has one; undefined when the registry confirmed its absence. */
export function readSource(reader: ContentReader, reference: Reference): Promise<StoredManifest | undefined> {
  return reader.readManifest(reference.repository, reference.digest ?? reference.tag ?? 'latest', 'source');
}

/** As {@link readSource}; throws SOURCE_MISSING when it is not there. */
export async function getSource(reader: ContentReader, reference: Reference): Promise<StoredManifest> {
  const stored = await readSource(reader, reference);
  if (stored === undefined) throw missing(reference);
  return stored;
}

/** One entry of `platforms`; undefined when its source is absent and `optional`. */
export async function resolveEntry(
  reader: ContentReader,
  declaration: Declaration,
  entry: PlatformSource,
): Promise<ResolvedImage | undefined> {
  const stored = await readSource(reader, entry.source);
  if (stored === undefined) {
    if (entry.optional) return undefined;
    throw missing(entry.source);
  }
  const found =
    entry.select === undefined
      ? findOnlyImage(entry.source, stored)
      : findSelectedImage(entry.source, stored, entry.select);
  const answer = checkPlatform({
    declared: entry.platform,
    override: entry.override,
    found: await readOwnPlatform(reader, entry.source, found),
    image: formatReference(entry.source),
  });
  const notices = answer.redundant.map((field) => ({
    code: 'override-redundant',
    id: declaration.id,
    message: `${formatReference(entry.source)}: override of ${field} says what the image says anyway`,
  }));
  return assemble(found, { source: entry.source, platform: answer.platform, annotations: entry.annotations, notices });
}

/** The images of a multi-arch source (`from`, with or without `select`). */
export async function resolveFrom(
  reader: ContentReader,
  declaration: Declaration,
  content: { readonly from: Reference; readonly select?: readonly Platform[] },
): Promise<readonly ResolvedImage[]> {
  const stored = await getSource(reader, content.from);
  if (stored.manifest.kind === 'image') throw notAnIndex(content.from);
  const images =
    content.select === undefined
      ? listSourceImages(stored.manifest)
      : content.select.map((platform) => findSelectedImage(content.from, stored, platform));
  return images.map((found) => {
    const platform = normalizePlatform(found.descriptor.platform ?? { os: 'unknown', architecture: 'unknown' });
    const annotations = describePlatformAnnotations(declaration, platform);
    return assemble(found, { source: content.from, platform, annotations, notices: [] });
  });
}

interface Assembly {
  readonly source: Reference;
  readonly platform: Platform;
  readonly annotations: Readonly<Record<string, string>>;
  readonly notices: readonly Notice[];
}

function assemble(found: SourceImage, assembly: Assembly): ResolvedImage {
  const annotations = { ...found.descriptor.annotations, ...assembly.annotations };
  const { annotations: _replaced, platform: _folded, ...kept } = found.descriptor;
  const descriptor: Descriptor = {
    ...kept,
    ...(Object.keys(annotations).length > 0 ? { annotations } : {}),
    platform: assembly.platform,
  };
  const toEntry = (attestation: Descriptor): DesiredEntry => ({
    kind: 'attestation',
    descriptor: attestation,
    source: assembly.source,
  });
  return {
    image: { kind: 'image', descriptor, source: assembly.source },
    attestations: found.attestations.map(toEntry),
    notices: assembly.notices,
  };
}

/** The platform that the image's own config names; undefined when it names none. */
export async function readOwnPlatform(
  reader: ContentReader,
  source: Reference,
  found: SourceImage,
): Promise<Platform | undefined> {
  const manifest = found.manifest ?? (await readChild(reader, source, found.descriptor));
  return (await reader.readConfig(source.repository, manifest)).platform;
}

async function readChild(reader: ContentReader, source: Reference, child: Descriptor): Promise<ImageManifest> {
  const stored = await reader.readManifest(source.repository, child.digest, 'source');
  if (stored?.manifest.kind === 'image') return stored.manifest;
  const platform = child.platform === undefined ? '' : ` for ${formatPlatform(normalizePlatform(child.platform))}`;
  throw new PlaitError(
    'SOURCE_MISSING',
    `${formatReference(source)} names an image${platform} (${child.digest}) that is gone from the registry`,
    { hint: 'push the source again; a clean-up may have deleted its untagged images' },
  );
}

function missing(reference: Reference): PlaitError {
  return new PlaitError('SOURCE_MISSING', `${formatReference(reference)} does not exist`, {
    hint: 'push it first, or correct its name; a platform that may be absent is declared  optional: true',
  });
}

function notAnIndex(reference: Reference): PlaitError {
  return new PlaitError('SOURCE_NOT_INDEX', `${formatReference(reference)} is one image, not a multi-arch index`, {
    hint: `declare it under platforms, or take it as it is with  as: copy`,
  });
}
