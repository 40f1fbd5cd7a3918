import type { Annotations } from '../../oci/descriptor.ts';
import type { Digest } from '../../oci/digest.ts';
import type { StoredIndex } from '../../oci/manifest.ts';
import { MEDIA_TYPES } from '../../oci/media-types.ts';
import { formatPlatform } from '../../oci/platform.ts';
import { formatRepository, type Repository } from '../../oci/repository.ts';
import { sortEntries } from '../../plan/live-entries.ts';
import type { ImportedContent, ImportedEntry, ImportedImage, ImportedTarget } from '../imported.ts';
import { findOverride } from '../override.ts';
import { expandTemplate, type SourceTemplate } from '../template.ts';
import type { EntryFact } from './entry-facts.ts';

/** Whether sources are named by digest: where no tag is found for all platforms, always, or never if it can be helped. */
export type PinChoice = 'auto' | 'always' | 'never';

/** All that is known of one live index. */
export interface LiveIndex {
  readonly repository: Repository;
  readonly targets: readonly ImportedTarget[];
  readonly stored: StoredIndex;
  readonly entries: readonly EntryFact[];
  readonly templates: readonly SourceTemplate[];
  /** A tag, `repository:tag`, of an image by its digest. */
  readonly tags: ReadonlyMap<Digest, string>;
  readonly pin: PinChoice;
}

/**
 * Pure: ways to write an index down, the one that says most to a reader first. Any may turn out to say something else than
 * the index, and the last one, a copy of it, cannot.
 */
export function listCandidates(live: LiveIndex): readonly ImportedImage[] {
  const base = toBase(live);
  const make = (content: ImportedContent): ImportedImage => ({ ...base, content });
  const templated =
    live.pin === 'always' ? [] : live.templates.flatMap((template) => fromTemplate(live, template)).map(make);
  const spelled = make({
    kind: 'mapping',
    entries: live.entries.map((entry) => toEntry(entry, nameImage(live, entry))),
  });
  // Templates may bring attestations that the index does without.
  const isBare = sortEntries(live.stored.manifest.manifests).attestations.length === 0;
  const bare = isBare ? templated.map((image): ImportedImage => ({ ...image, attestations: 'drop' })) : [];
  return [...templated, ...bare, spelled, toCopy(live)];
}

/** Pure: the index as it is, byte for byte. */
export function toCopy(
  live: Pick<LiveIndex, 'repository' | 'targets'> & { readonly stored: { readonly digest: Digest } },
): ImportedImage {
  const { repository, targets, stored } = live;
  return {
    comments: [],
    targets,
    content: { kind: 'copy', from: `${formatRepository(repository)}@${stored.digest}` },
    mediaType: 'oci',
    annotations: {},
    descriptorAnnotations: {},
  };
}

function toBase({ targets, stored }: LiveIndex): Omit<ImportedImage, 'content'> {
  return {
    comments: [],
    targets,
    mediaType: stored.mediaType === MEDIA_TYPES.dockerList ? 'docker' : 'oci',
    annotations: escapeValues(stored.manifest.annotations),
    descriptorAnnotations: {},
  };
}

/** The template as it is, where nothing is to be said of single platforms; else what it makes, platform by platform. */
function fromTemplate({ entries }: LiveIndex, template: SourceTemplate): readonly ImportedContent[] {
  const platforms = entries.map(({ platform }) => formatPlatform(platform));
  const spelled = entries.map((entry) => toEntry(entry, expandTemplate(template, entry.platform)));
  const list = { kind: 'list', platforms, source: template.text, archNames: template.archNames } as const;
  const isPlain = spelled.every(({ override }) => override === undefined);
  return [...(isPlain ? [list] : []), { kind: 'mapping', entries: spelled }];
}

function toEntry(entry: EntryFact, ref: string): ImportedEntry {
  const override = findOverride(entry);
  return {
    platform: formatPlatform(entry.platform),
    source: { ref },
    ...(override === undefined ? {} : { override }),
    annotations: escapeValues(entry.descriptor.annotations),
  };
}

/** By digest, with a tag beside it for the reader where one is known. */
function nameImage({ repository, tags, pin }: LiveIndex, { descriptor }: EntryFact): string {
  const { digest } = descriptor;
  const tag = tags.get(digest);
  if (tag === undefined) return `${formatRepository(repository)}@${digest}`;
  return pin === 'never' ? tag : `${tag}@${digest}`;
}

function escapeValues(annotations: Annotations = {}): Annotations {
  return Object.fromEntries(
    Object.entries(annotations).map(([key, value]) => [key, value.replaceAll('${', () => '$${')]),
  );
}
