import type { Declaration } from '../config/declaration.ts';
import type { Digest } from '../oci/digest.ts';
import type { StoredManifest } from '../oci/manifest.ts';
import { formatPlatform, isSamePlatform, normalizePlatform, type Platform } from '../oci/platform.ts';
import { formatReference, type Reference } from '../oci/reference.ts';
import type { Repository } from '../oci/repository.ts';
import type { DesiredContent } from '../state/desired.ts';
import type { ImageLabels } from '../state/labels.ts';
import type { Allowance } from './allowance.ts';
import { judge, type Objection } from './judge.ts';
import { checkLabels } from './label-guard.ts';
import { sortEntries } from './live-entries.ts';
import type { GuardRecord, PlatformChange, TagMove } from './plan.ts';

/** One index about to be published under some tags, and all that guards want to know of it. */
export interface Publication {
  readonly declaration: Declaration;
  readonly content: DesiredContent;
  readonly repository: Repository;
  readonly wanted: StoredManifest;
  /** What happens to the platforms of each tag. */
  readonly tags: readonly (TagMove & { readonly platforms: readonly PlatformChange[] })[];
  /** Labels of the images, by digest; read only when a guard asks for them. */
  readonly labels: ReadonlyMap<Digest, ImageLabels>;
}

export interface GuardRules {
  readonly allowances: readonly Allowance[];
  readonly floatingSources: 'allow' | 'warn' | 'error';
}

/** Pure: every guard of the image that has something against this publication, whether or not it is allowed. */
export function checkPublication(publication: Publication, rules: GuardRules): readonly GuardRecord[] {
  const objections = [
    ...checkRemovals(publication),
    ...checkMoves(publication),
    ...checkContent(publication),
    ...(rules.floatingSources === 'error' ? checkSources(publication) : []),
  ];
  return objections.map((objection) => judge(publication.repository, objection, rules.allowances));
}

/** Tags that lose the same platforms are one objection. */
function checkRemovals({ declaration, tags }: Publication): readonly Objection[] {
  const losses = new Map<string, string[]>();
  for (const { name, platforms } of tags) {
    const removed = platforms.filter((row) => row.action === 'remove').map((row) => row.platform);
    if (removed.length <= declaration.guards.maxPlatformRemovals) continue;
    const message = `would lose ${removed.join(', ')}`;
    losses.set(message, [...(losses.get(message) ?? []), name]);
  }
  return [...losses].map(([message, names]) => ({ guard: 'platform-removal', message, tags: names }));
}

function checkMoves({ declaration, tags }: Publication): readonly Objection[] {
  const moved = tags.filter((tag) => tag.expect !== null).map((tag) => tag.name);
  const immutable = moved.filter((name) => declaration.guards.immutableTags.some((pattern) => pattern.matches(name)));
  return [
    ...object('immutable-tag', 'immutable tag would move', immutable),
    ...object('protected', 'protected tag would change', declaration.protect ? moved : []),
  ];
}

function object(guard: Objection['guard'], message: string, tags: readonly string[]): readonly Objection[] {
  return tags.length === 0 ? [] : [{ guard, message, tags }];
}

function checkContent(publication: Publication): readonly Objection[] {
  const { declaration, tags } = publication;
  const names = tags.map((tag) => tag.name);
  const images = listImages(publication);
  const { requirePlatforms, sameLabel } = declaration.guards;
  const lacking = requirePlatforms.filter(
    (wanted) => !images.some(({ platform }) => platform !== undefined && covers(platform, wanted)),
  );
  const disagreements = sameLabel === undefined ? [] : checkLabels(sameLabel, images, publication.labels);
  return [
    ...(lacking.length === 0
      ? []
      : object('require-platforms', `lacks ${lacking.map(formatPlatform).join(', ')}`, names)),
    ...(disagreements.length === 0 ? [] : object('same-label', disagreements.join('; '), names)),
  ];
}

/** An os.version that is not asked for does not matter. */
function covers(published: Platform, wanted: Platform): boolean {
  const { osVersion: _version, osFeatures: _features, ...kind } = normalizePlatform(published);
  return isSamePlatform(published, wanted) || isSamePlatform(kind, wanted);
}

/** One image that is published, and for which platform. */
export interface PublishedImage {
  readonly digest: Digest;
  readonly platform: Platform | undefined;
}

function listImages({ content, wanted }: Publication): readonly PublishedImage[] {
  if (wanted.manifest.kind === 'index') {
    return sortEntries(wanted.manifest.manifests).images.map(({ digest, platform }) => ({ digest, platform }));
  }
  return [{ digest: wanted.digest, platform: content.kind === 'copy' ? content.platform : undefined }];
}

function checkSources({ content, tags }: Publication): readonly Objection[] {
  const sources: readonly Reference[] =
    content.kind === 'copy' ? [content.source] : content.entries.map((entry) => entry.source);
  const floating = [...new Set(sources.filter((source) => source.digest === undefined).map(formatReference))];
  if (floating.length === 0) return [];
  const verb = floating.length === 1 ? 'has' : 'have';
  return object(
    'floating-source',
    `${floating.join(', ')} ${verb} no digest`,
    tags.map((tag) => tag.name),
  );
}
