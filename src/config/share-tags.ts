import { isDeepStrictEqual } from 'node:util';
import { formatReference } from '../oci/reference.ts';
import { toRepositoryKey } from '../oci/repository.ts';
import type { Declaration, DeclaredTarget, ImageGuards } from './declaration.ts';
import type { Findings } from './findings.ts';
import type { CheckedImage } from './image/read-image.ts';
import type { WantedTag } from './image/wanted-tags.ts';
import { quote } from './scalar-text.ts';
import { describePlace, findOrigin } from './source-file.ts';

interface Owner {
  readonly image: CheckedImage;
  readonly wanted: WantedTag;
}

interface Sharing {
  readonly findings: Findings;
  /** By repository and tag. */
  readonly owners: Map<string, Owner>;
  /** By repository and tag without regard to case. */
  readonly similar: Map<string, WantedTag>;
  /** What was compared already: two images can have thousands of tags in common. */
  readonly differences: WeakMap<CheckedImage, WeakMap<CheckedImage, readonly string[]>>;
}

/** A declaration, and what it was made of. */
export interface TracedDeclaration {
  readonly declaration: Declaration;
  readonly image: CheckedImage;
  /** Those that it keeps, in the order in which the image has them. */
  readonly tags: readonly WantedTag[];
}

/**
 * Gives every tag to one image and makes the images declarations. A tag that two images want is an error when their
 * content differs; when it is the same, the first one keeps the tag. An image that is left without tags goes.
 */
export function shareTags(images: readonly CheckedImage[], findings: Findings): readonly TracedDeclaration[] {
  const sharing: Sharing = { findings, owners: new Map(), similar: new Map(), differences: new WeakMap() };
  const declarations = images.flatMap((image) => {
    const own = image.tags.filter((wanted) => claimTag(sharing, { image, wanted }));
    for (const wanted of own) warnSimilar(sharing, wanted);
    return own.length === 0 ? [] : [{ image, tags: own, declaration: toDeclaration(image, own) }];
  });
  checkIds(declarations, findings);
  return declarations;
}

function toKey({ repository, tag }: WantedTag): string {
  return `${toRepositoryKey(repository)}:${tag}`;
}

function claimTag(sharing: Sharing, claim: Owner): boolean {
  const key = toKey(claim.wanted);
  const other = sharing.owners.get(key);
  if (other === undefined) {
    sharing.owners.set(key, claim);
    return true;
  }
  const { where } = claim.wanted;
  const declared = `${quote(formatReference(claim.wanted), 200)} is already declared ${describePlace(other.wanted.where.node, where.node)},`;
  const differing = compareOnce(sharing, other.image, claim.image);
  if (differing.length === 0) {
    sharing.findings.note({ code: 'duplicate-tag', where, message: `${declared} with the same content` });
  } else {
    const hint = `the two differ in ${differing.join(', ')}; give one of them another tag`;
    sharing.findings.error({ code: 'conflicting-tag', where, message: `${declared} with other content`, hint });
  }
  return false;
}

function compareOnce({ differences }: Sharing, a: CheckedImage, b: CheckedImage): readonly string[] {
  const known = differences.get(a) ?? new WeakMap<CheckedImage, readonly string[]>();
  const found = known.get(b) ?? listDifferences(a, b);
  differences.set(a, known.set(b, found));
  return found;
}

const POLICIES = [
  'mediaType',
  'annotations',
  'unmanagedPlatforms',
  'attestations',
  'protect',
  'referrers',
  'compare',
  'order',
  'onMissingSource',
] as const;

/** Names of what is different; labels and places are not content. */
function listDifferences({ declaration: a }: CheckedImage, { declaration: b }: CheckedImage): readonly string[] {
  if (a === b) return [];
  const isSameContent = isDeepStrictEqual(toComparable(a), toComparable(b));
  const isSameGuards = isDeepStrictEqual(toComparableGuards(a.guards), toComparableGuards(b.guards));
  return [
    ...(isSameContent ? [] : ['the images']),
    ...POLICIES.filter((field) => !isDeepStrictEqual(a[field], b[field])),
    ...(isSameGuards ? [] : ['guards']),
  ];
}

/** Two patterns are the same when they are written the same. */
function toComparableGuards({ immutableTags, ...guards }: ImageGuards): unknown {
  return { ...guards, immutableTags: immutableTags.map((pattern) => pattern.text) };
}

/** Entries already carry the annotations that `descriptorAnnotations` gives them; a `from` does not. */
function toComparable({ content, descriptorAnnotations, archNames }: CheckedImage['declaration']): unknown {
  if (content.kind !== 'platforms') return { content: { ...content, origin: null }, descriptorAnnotations, archNames };
  return content.entries.map(({ origin: _origin, ...entry }) => entry);
}

function warnSimilar({ similar, findings }: Sharing, wanted: WantedTag): void {
  const key = toKey(wanted).toLowerCase();
  const other = similar.get(key);
  if (other === undefined) {
    similar.set(key, wanted);
  } else if (other.tag !== wanted.tag) {
    findings.warn({
      code: 'similar-tag',
      where: wanted.where,
      message: `${quote(wanted.tag)} and ${quote(other.tag)} differ only in case`,
      hint: 'some registries, as that of Gitea, take them for the same tag',
    });
  }
}

function toDeclaration({ id, declaration }: CheckedImage, tags: readonly WantedTag[]): Declaration {
  const targets = groupTags(tags);
  const [first] = tags;
  return { id: id ?? (first === undefined ? '' : formatReference(first)), targets, ...declaration };
}

/** One target a repository, in the order in which they first appear. */
function groupTags(wanted: readonly WantedTag[]): readonly DeclaredTarget[] {
  const groups = new Map<string, { readonly repository: WantedTag['repository']; readonly tags: string[] }>();
  for (const { repository, tag } of wanted) {
    const key = toRepositoryKey(repository);
    const group = groups.get(key) ?? { repository, tags: [] };
    group.tags.push(tag);
    groups.set(key, group);
  }
  return [...groups.values()];
}

function checkIds(all: readonly TracedDeclaration[], findings: Findings): void {
  const first = new Map<string, CheckedImage>();
  for (const { image, declaration } of all) {
    const other = first.get(declaration.id);
    if (other === undefined) {
      first.set(declaration.id, image);
      continue;
    }
    const isMatrix =
      other.cursor.node.file === image.cursor.node.file && other.cursor.node.offset === image.cursor.node.offset;
    const { file, line } = findOrigin(other.cursor.node);
    findings.error({
      code: 'duplicate-id',
      where: image.cursor,
      message: isMatrix
        ? `every row of the matrix has the id ${quote(declaration.id)}`
        : `the id ${quote(declaration.id)} is already taken in ${file}:${line}`,
      hint: isMatrix ? 'put a ${matrix.name} into the id' : 'ids are unique in a run',
    });
  }
}
