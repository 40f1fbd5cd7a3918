import { isDeepStrictEqual } from 'node:util';
import { formatPlatform } from '../oci/platform.ts';
import { toRepositoryKey } from '../oci/repository.ts';
import type { WantedTag } from './image/wanted-tags.ts';
import type { KeyPath } from './key-path.ts';
import { type ConfigNode, type Cursor, findExact } from './node.ts';
import type { TracedDeclaration } from './share-tags.ts';
import { findOrigin } from './source-file.ts';

/** What a value of a rendered image was made of, `path` leading to it from the image; undefined for what is built in. */
export function locateInImage(traced: TracedDeclaration, path: KeyPath): ConfigNode | undefined {
  const { cursor } = traced.image;
  const [key, ...rest] = path;
  switch (key) {
    case 'id':
      return findExact(cursor, 'id') ?? traced.tags[0]?.where.node;
    case 'target':
      return locateInTarget(traced, 0, ['repository']);
    case 'tags':
      return locateInTarget(traced, 0, path);
    case 'targets':
      return locateInTarget(traced, Number(rest[0]), rest.slice(1));
    case 'platforms':
      return locateInPlatform(traced, rest);
    case 'archNames':
      return findExact(cursor, ...path) ?? findExact(cursor, 'archNames');
    default:
      return findExact(cursor, ...path);
  }
}

/** The tags of one target need not stand together. */
function locateInTarget(
  { declaration, tags }: TracedDeclaration,
  target: number,
  path: KeyPath,
): ConfigNode | undefined {
  const [key, index] = path;
  const group = declaration.targets[target];
  const own = group === undefined ? [] : tags.filter((each) => isIn(each, group));
  return key === 'tags' ? own[Number(index)]?.where.node : own[0]?.target.node;
}

function isIn(tag: WantedTag, { repository }: Pick<WantedTag, 'repository'>): boolean {
  return toRepositoryKey(tag.repository) === toRepositoryKey(repository);
}

/** A key of `platforms` is rendered as it is published, so it is found by its place. */
function locateInPlatform({ declaration, image }: TracedDeclaration, path: KeyPath): ConfigNode | undefined {
  const [name, ...rest] = path;
  const { content } = declaration;
  const entry =
    content.kind === 'platforms' ? content.entries.find((each) => formatPlatform(each.platform) === name) : undefined;
  const platforms = findExact(image.cursor, 'platforms');
  if (entry === undefined || platforms === undefined) return undefined;
  const ofAll =
    rest[0] === 'annotations' ? findExact(image.cursor, 'descriptorAnnotations', ...rest.slice(1)) : undefined;
  if (platforms.kind !== 'map') return ofAll ?? findExact(image.cursor, 'source');
  const written = [...platforms.entries.values()].find(({ key }) =>
    isDeepStrictEqual(findOrigin(key), entry.origin),
  )?.value;
  if (written === undefined || written.kind !== 'map') return ofAll ?? written;
  return locateInEntry({ node: written, path: [] }, rest) ?? ofAll;
}

/** Without more to say, an entry is rendered as its source alone; what it selects is by default its own platform. */
function locateInEntry(entry: Cursor, path: KeyPath): ConfigNode | undefined {
  const isSource = path.length === 0 || path[0] === 'ref' || path[0] === 'from';
  if (isSource) return findExact(entry, 'ref') ?? findExact(entry, 'from');
  return findExact(entry, ...path) ?? (path[0] === 'select' ? entry.node : undefined);
}
