import type { Annotations } from '../../oci/descriptor.ts';
import { formatPlatform, type Platform } from '../../oci/platform.ts';
import type { Reference } from '../../oci/reference.ts';
import { type Repository, toRepositoryKey } from '../../oci/repository.ts';
import type { DeclaredContent, PlatformSource } from '../declaration.ts';
import type { Place } from '../findings.ts';
import { type Cursor, makeHole } from '../node.ts';
import type { CheckedImage } from './read-image.ts';

/** Values that many images have alike, each kept once. Lives as long as a config is loaded. */
export interface ValuePool {
  readonly repositories: Map<string, Repository>;
  readonly platforms: Map<string, Platform>;
}

const NONE: Annotations = Object.freeze({});

export function createPool(): ValuePool {
  return { repositories: new Map(), platforms: new Map() };
}

/** The same image with what it has in common with others shared: a config of many tags names few repositories. */
export function shareValues(image: CheckedImage, pool: ValuePool): CheckedImage {
  const repository = (own: Repository) => keep(pool.repositories, toRepositoryKey(own), own);
  const { declaration } = image;
  return {
    ...image,
    tags: image.tags.map((tag) => ({ ...tag, repository: repository(tag.repository) })),
    declaration: { ...declaration, content: shareContent(declaration.content, pool) },
  };
}

function shareContent(content: DeclaredContent, pool: ValuePool): DeclaredContent {
  if (content.kind !== 'platforms') return { ...content, from: shareReference(content.from, pool) };
  return { kind: 'platforms', entries: content.entries.map((entry) => shareEntry(entry, pool)) };
}

function shareEntry(entry: PlatformSource, pool: ValuePool): PlatformSource {
  const platform = keep(pool.platforms, formatPlatform(entry.platform), entry.platform);
  const annotations = Object.keys(entry.annotations).length === 0 ? NONE : entry.annotations;
  return { ...entry, platform, annotations, source: shareReference(entry.source, pool) };
}

function shareReference(reference: Reference, { repositories }: ValuePool): Reference {
  const { repository } = reference;
  return { ...reference, repository: keep(repositories, toRepositoryKey(repository), repository) };
}

function keep<Value>(known: Map<string, Value>, key: string, value: Value): Value {
  const first = known.get(key);
  if (first === undefined) known.set(key, value);
  return first ?? value;
}

/** The same image with the places of its values and without what stands there: enough for whatever is still reported. */
export function forgetValues(image: CheckedImage): CheckedImage {
  return {
    ...image,
    cursor: toBarePlace(image.cursor),
    tags: image.tags.map((tag) => ({ ...tag, where: toBarePlace(tag.where), target: toBarePlace(tag.target) })),
    sources: image.sources.map(({ reference, where }) => ({ reference, where: toBarePlace(where) })),
  };
}

function toBarePlace({ node, path }: Place): Cursor {
  return { node: makeHole(node), path };
}
