import { type PlaitError, toPlaitError } from '../errors/plait-error.ts';
import { normalizePlatform, type Platform } from '../oci/platform.ts';
import { parseReference, type Reference } from '../oci/reference.ts';
import { sortEntries } from '../plan/live-entries.ts';
import type { ContentReader } from '../state/content-reader.ts';
import { findOnlyImage, listSourceImages } from '../state/entry-source.ts';
import { mapAtOnce } from '../transport/map-at-once.ts';

/** What a registry says of a source. */
export type Lookup =
  /** One image. `platform`: what its own config names, folded. */
  | { readonly kind: 'image'; readonly platform: Platform | undefined }
  | { readonly kind: 'index'; readonly platforms: readonly Platform[] }
  | { readonly kind: 'unreadable'; readonly error: PlaitError | undefined };

/** What is known of sources, by their text. */
export type Lookups = ReadonlyMap<string, Lookup>;

const SOURCES_AT_ONCE = 16;

/** Asks for each source once. Failures are values. */
export async function lookUpSources(reader: ContentReader, sources: readonly string[]): Promise<Lookups> {
  const texts = [...new Set(sources)];
  const answers = await mapAtOnce(texts, SOURCES_AT_ONCE, (text) => lookUp(reader, text));
  return new Map(texts.map((text, index) => [text, answers[index] ?? { kind: 'unreadable', error: undefined }]));
}

async function lookUp(reader: ContentReader, text: string): Promise<Lookup> {
  try {
    const reference = parseReference(text);
    const stored = await reader.readManifest(
      reference.repository,
      reference.digest ?? reference.tag ?? 'latest',
      'source',
    );
    if (stored === undefined) return { kind: 'unreadable', error: undefined };
    if (stored.manifest.kind === 'index' && sortEntries(stored.manifest.manifests).images.length !== 1) {
      const images = listSourceImages(stored.manifest).filter(
        ({ descriptor }) => descriptor.platform?.os !== 'unknown',
      );
      return { kind: 'index', platforms: images.flatMap(({ descriptor }) => toPlatforms(descriptor.platform)) };
    }
    return { kind: 'image', platform: await readOwnPlatform(reader, reference, stored) };
  } catch (error) {
    return { kind: 'unreadable', error: toPlaitError(error) };
  }
}

type Stored = NonNullable<Awaited<ReturnType<ContentReader['readManifest']>>>;

async function readOwnPlatform(
  reader: ContentReader,
  reference: Reference,
  stored: Stored,
): Promise<Platform | undefined> {
  const only = findOnlyImage(reference, stored);
  const child =
    only.manifest ?? (await reader.readManifest(reference.repository, only.descriptor.digest, 'source'))?.manifest;
  if (child?.kind !== 'image') return undefined;
  return (await reader.readConfig(reference.repository, child)).platform;
}

function toPlatforms(platform: Platform | undefined): readonly Platform[] {
  return platform === undefined ? [] : [normalizePlatform(platform)];
}
