import type { PlatformOverride } from '../config/declaration.ts';
import { formatPlatform, type Platform } from '../oci/platform.ts';
import type { ImportedContent, ImportedEntry, ImportedImage, ImportNote } from './imported.ts';
import type { Lookup, Lookups } from './online.ts';
import { findOverride } from './override.ts';
import { guessPlatform } from './platform-words.ts';
import { settlePlatform } from './settle-platform.ts';
import { findTemplate } from './template.ts';
import type { WantedImage, WantedList } from './wanted-list.ts';

/** Of one list; there are not nearly as many platforms. */
const MAX_IMAGES = 256;

/** The images of a config, and what became of the lists that are not among them. */
export interface Assembly {
  readonly images: readonly ImportedImage[];
  readonly notes: readonly ImportNote[];
}

/**
 * Pure: lists as images of a config. The platform of each source is what `lookups` says of it, else what its name says; a
 * list with a source of which neither tells is left out whole, as half of it would take platforms away.
 */
export function assemble(lists: readonly WantedList[], lookups: Lookups): Assembly {
  const notes: ImportNote[] = [];
  const images = followCopies(lists).flatMap((list) => {
    const content = toContent(list, lookups);
    if (!('problem' in content)) return [toImage(list, content)];
    notes.push({
      severity: 'warning',
      where: content.where,
      message: `${nameList(list)} is left out: ${content.problem}`,
    });
    return [];
  });
  return { images: mergeSame(images), notes };
}

/** A copy of a list that was made before is another tag of that list: one plan can make both. */
function followCopies(lists: readonly WantedList[]): readonly WantedList[] {
  const made = new Map<string, WantedList>();
  return lists.map((list) => {
    const origin = list.isCopy ? made.get(list.images[0]?.source ?? '') : undefined;
    const { where, repository, tags } = list;
    const followed = origin === undefined ? list : { ...origin, where, repository, tags };
    for (const tag of tags) made.set(`${repository}:${tag}`, followed);
    return followed;
  });
}

function nameList({ repository, tags }: WantedList): string {
  return `${repository}:${tags[0] ?? ''}`;
}

function toImage(list: WantedList, content: ImportedContent): ImportedImage {
  const { repository, tags, mediaType, annotations, descriptorAnnotations, keepsOthers } = list;
  return {
    comments: list.comments,
    targets: [{ repository, tags }],
    content,
    mediaType,
    annotations,
    descriptorAnnotations,
    ...(keepsOthers ? { unmanagedPlatforms: 'keep' } : {}),
  };
}

interface Problem {
  readonly problem: string;
  readonly where: string;
}

/** An entry on its way, and what it was made from. */
interface Placed {
  readonly entry: ImportedEntry;
  readonly platform: Platform;
  readonly source: string;
}

function toContent(list: WantedList, lookups: Lookups): ImportedContent | Problem {
  const [first] = list.images;
  if (list.isCopy && first !== undefined) return { kind: 'copy', from: first.source };
  if (list.images.length > MAX_IMAGES) return { problem: `it has more than ${MAX_IMAGES} images`, where: list.where };
  const placed: Placed[] = [];
  for (const image of list.images) {
    const entries = placeImage(image, lookups);
    if ('problem' in entries) return entries;
    placed.push(...entries);
  }
  const names = placed.map(({ entry }) => entry.platform);
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  if (twice !== undefined) {
    const problem = `two images are for ${twice}, going by what is known of them; --online asks the registry`;
    return { problem, where: list.where };
  }
  return toTemplate(placed) ?? { kind: 'mapping', entries: placed.map(({ entry }) => entry) };
}

/** One template, where nothing else is to be said of any platform. */
function toTemplate(placed: readonly Placed[]): ImportedContent | undefined {
  if (placed.some(({ entry }) => entry.override !== undefined || 'from' in entry.source)) return undefined;
  const template = findTemplate(placed.map(({ platform, source }) => ({ platform, text: source })));
  if (template === undefined) return undefined;
  const platforms = placed.map(({ entry }) => entry.platform);
  return { kind: 'list', platforms, source: template.text, archNames: template.archNames };
}

function placeImage(image: WantedImage, lookups: Lookups): readonly Placed[] | Problem {
  const { source, resolved, where } = image;
  const found = resolved === undefined ? undefined : lookups.get(resolved);
  if (found?.kind === 'index' && found.platforms.length > 0) {
    return found.platforms.map((platform) => {
      const name = formatPlatform(platform);
      return { platform, source, entry: { platform: name, source: { from: source } } };
    });
  }
  const own = found?.kind === 'image' ? found.platform : undefined;
  const known = own ?? guessPlatform(source);
  const platform = settlePlatform(image.stated, known);
  if (platform === undefined) return { problem: explainUntold(source, found), where };
  const override = own === undefined ? stateOverride(image, known) : findOverride({ platform, found: own });
  const entry = {
    platform: formatPlatform(platform),
    source: { ref: source },
    ...(override === undefined ? {} : { override }),
  };
  return [{ platform, source, entry }];
}

function explainUntold(source: string, found: Lookup | undefined): string {
  const reason =
    found?.kind === 'unreadable' ? (found.error?.message ?? 'it does not exist') : 'its name does not tell';
  const hint = found === undefined ? '; --online asks the registry' : '';
  return `for which platform ${source} is cannot be told, ${reason}${hint}`;
}

/** Of an image that was not looked at, all that was stated may differ, but for what its name says too. */
function stateOverride(
  { stated, overrides }: WantedImage,
  named: Partial<Platform> = {},
): PlatformOverride | undefined {
  const fields = Object.entries(stated).filter(([key, value]) => named[key as keyof Platform] !== value);
  return overrides && fields.length > 0 ? Object.fromEntries(fields) : undefined;
}

/** Says what `mediaType: auto` stands for, where it is used. */
export function explainMediaType(images: readonly ImportedImage[]): readonly string[] {
  const isAuto = images.some(({ mediaType, content }) => mediaType === 'auto' && content.kind !== 'copy');
  return isAuto
    ? ["mediaType auto: a Docker manifest list where all images are of Docker's types, else an OCI index"]
    : [];
}

/** Equal content under several tags is one image. */
function mergeSame(images: readonly ImportedImage[]): readonly ImportedImage[] {
  const merged = new Map<string, ImportedImage>();
  for (const image of images) {
    const { targets: _targets, comments: _comments, ...rest } = image;
    const key = JSON.stringify(rest);
    const first = merged.get(key);
    merged.set(key, first === undefined ? image : joinTargets(first, image));
  }
  return [...merged.values()];
}

function joinTargets(first: ImportedImage, second: ImportedImage): ImportedImage {
  const targets = new Map<string, ReadonlySet<string>>();
  for (const { repository, tags } of [...first.targets, ...second.targets]) {
    targets.set(repository, new Set([...(targets.get(repository) ?? []), ...tags]));
  }
  const comments = [...new Set([...first.comments, ...second.comments])];
  return { ...first, comments, targets: [...targets].map(([repository, tags]) => ({ repository, tags: [...tags] })) };
}
