import { ARCH_NAME_SETS } from '../../config/arch-names.ts';
import { listPlaceholders } from '../../config/placeholders.ts';
import { isPlaitError } from '../../errors/plait-error.ts';
import type { Digest } from '../../oci/digest.ts';
import { formatPlatform, type Platform } from '../../oci/platform.ts';
import { parseReference } from '../../oci/reference.ts';
import { formatRepository, type Repository } from '../../oci/repository.ts';
import { compareText } from '../../oci/text-order.ts';
import type { ContentReader } from '../../state/content-reader.ts';
import { findOnlyImage } from '../../state/entry-source.ts';
import { expandTemplate, listTemplates, type SourceTemplate } from '../template.ts';
import { isContentError } from './content-error.ts';

/** A repository in which the images of single platforms may have tags. */
export interface SourceRepository {
  readonly repository: Repository;
  readonly tags: readonly string[];
  /** What tags that hold an image are known to hold. */
  readonly images: ReadonlyMap<string, Digest>;
}

/** One published image of an index. */
export interface SoughtImage {
  readonly platform: Platform;
  readonly digest: Digest;
}

export interface SourceSearch {
  /** Templates whose tags hold exactly these images now, those that name one of `tags` first; a few at most. */
  findTemplates(images: readonly SoughtImage[], tags: readonly string[]): Promise<readonly SourceTemplate[]>;
}

/** More would only be other names for the same. */
const MAX_TEMPLATES = 3;
/** Templates an index whose tags are read for it, because nothing is known of them yet. */
const MAX_READ = 16;

/**
 * `patterns`: repositories with placeholders in their names, one for each platform. Each tag is read once at most, and only
 * when its name fits.
 */
export function createSourceSearch(
  reader: ContentReader,
  {
    repositories,
    patterns,
  }: { readonly repositories: readonly SourceRepository[]; readonly patterns: readonly string[] },
): SourceSearch {
  const known = new Map<string, readonly SourceTemplate[]>();
  const images = new Map(
    repositories.flatMap(({ repository, images }) =>
      [...images].map(([tag, digest]) => [`${formatRepository(repository)}:${tag}`, digest] as const),
    ),
  );
  return {
    findTemplates: async (sought, tags) => {
      const platforms = sought.map(({ platform }) => platform);
      const key = platforms.map(formatPlatform).join(' ');
      const candidates = known.get(key) ?? repositories.flatMap((each) => listCandidates(each, platforms));
      known.set(key, candidates);
      const all = [...sortByTags(candidates, tags), ...patterns.flatMap((pattern) => fillPattern(pattern, tags))];
      return pickTemplates({ reader, images }, all, sought);
    },
  };
}

/** Every template for which the repository has a tag for each platform, going by the names alone. */
function listCandidates(
  { repository, tags }: SourceRepository,
  platforms: readonly Platform[],
): readonly SourceTemplate[] {
  const [first] = platforms;
  if (first === undefined || platforms.length < 2) return [];
  const names = new Set(tags);
  const found = new Map<string, SourceTemplate>();
  for (const tag of tags) {
    for (const template of listTemplates({ platform: first, text: tag })) {
      const expanded = platforms.map((platform) => expandTemplate(template, platform));
      const isWhole = expanded.every((name) => names.has(name)) && new Set(expanded).size === platforms.length;
      const key = expanded.join(' ');
      if (isWhole && !found.has(key)) found.set(key, template);
    }
  }
  const place = formatRepository(repository);
  return [...found.values()].map(({ text, archNames }) => ({ text: `${place}:${text}`, archNames }));
}

function fillPattern(pattern: string, tags: readonly string[]): readonly SourceTemplate[] {
  const isNamed = listPlaceholders(pattern).includes('archName');
  const sets = isNamed ? ARCH_NAME_SETS : (['goarch'] as const);
  return tags.flatMap((tag) => sets.map((archNames) => ({ text: `${pattern}:${tag}`, archNames })));
}

/** What names the most telling of the tags comes first: `1.8.2-{arch}` before `latest-{arch}`. */
function sortByTags(templates: readonly SourceTemplate[], tags: readonly string[]): readonly SourceTemplate[] {
  const rank = ({ text }: SourceTemplate): number =>
    Math.max(0, ...tags.filter((tag) => text.includes(tag)).map((tag) => tag.length + (/\d/.test(tag) ? 128 : 0)));
  return [...templates].sort((a, b) => rank(b) - rank(a) || compareText(a.text, b.text));
}

/** The first few that hold what is sought. */
async function pickTemplates(
  search: Search,
  templates: readonly SourceTemplate[],
  sought: readonly SoughtImage[],
): Promise<readonly SourceTemplate[]> {
  const found: SourceTemplate[] = [];
  let read = 0;
  for (const template of templates) {
    const isKnown = sought.every(({ platform }) => search.images.has(expandTemplate(template, platform)));
    if (!isKnown) read += 1;
    if ((isKnown || read <= MAX_READ) && (await holdsAll(search, template, sought))) found.push(template);
    if (found.length === MAX_TEMPLATES) break;
  }
  return found;
}

interface Search {
  readonly reader: ContentReader;
  readonly images: ReadonlyMap<string, Digest>;
}

async function holdsAll(search: Search, template: SourceTemplate, sought: readonly SoughtImage[]): Promise<boolean> {
  for (const { platform, digest } of sought) {
    const found = await findImage(search, expandTemplate(template, platform));
    if (found !== digest) return false;
  }
  return true;
}

/** The image that a source comes to; undefined when it comes to none, or cannot be read: then it is no source to name. */
async function findImage({ reader, images }: Search, text: string): Promise<Digest | undefined> {
  const known = images.get(text);
  if (known !== undefined) return known;
  try {
    const reference = parseReference(text);
    const stored = await reader.readManifest(reference.repository, reference.tag ?? '', 'source');
    return stored && findOnlyImage(reference, stored).descriptor.digest;
  } catch (error) {
    if (isPlaitError(error) && (isContentError(error) || isRefusal(error.code))) return undefined;
    throw error;
  }
}

function isRefusal(code: string): boolean {
  return ['REFERENCE_INVALID', 'REGISTRY_DENIED', 'REGISTRY_UNAUTHORIZED'].includes(code);
}
