import { PlaitError } from '../errors/plait-error.ts';
import type { Annotations } from '../oci/descriptor.ts';
import { type Platform, parsePlatform } from '../oci/platform.ts';
import { formatFamiliar, formatReference, parseReference, type Reference } from '../oci/reference.ts';
import { isTag } from '../oci/repository.ts';

/** The words of `plait create` that name and describe images. */
export interface CreateWords {
  readonly tag: readonly string[];
  readonly annotate: readonly string[];
  readonly annotation: readonly string[];
}

/** What `plait create` was asked for, before anything is read. */
export interface CreateRequest {
  readonly target: Reference & { readonly tag: string };
  readonly tags: readonly string[];
  /** Each with a tag or a digest, none twice. */
  readonly sources: readonly Reference[];
  /** As written, by complete source. */
  readonly platforms: ReadonlyMap<string, Platform>;
  readonly annotations: Annotations;
}

/** Pure. Throws USAGE, REFERENCE_INVALID and PLATFORM_INVALID, with a hint at the usual mistake. */
export function parseCreate(words: CreateWords, target: string, sources: readonly string[]): CreateRequest {
  const references = sources.map(parseSource);
  const names = references.map(formatReference);
  const twice = names.find((name, position) => names.indexOf(name) !== position);
  if (twice !== undefined) throw new PlaitError('USAGE', `${twice} is named twice`, { hint: 'name each source once' });
  return {
    target: parseTarget(target),
    tags: words.tag.map(checkTag),
    sources: references,
    platforms: parsePlatforms(words.annotate, names),
    annotations: Object.fromEntries(words.annotation.map(parseAnnotation)),
  };
}

function parseTarget(text: string): CreateRequest['target'] {
  const { repository, tag, digest } = parseReference(text);
  if (digest !== undefined) {
    throw new PlaitError('USAGE', `${text} names a digest, and what is created has a digest of its own`, {
      hint: 'name the target by its tag alone',
    });
  }
  if (tag === undefined) {
    throw new PlaitError('USAGE', `the target ${text} has no tag`, {
      hint: `Plait adds no :latest; write the tag you mean, as in  ${formatFamiliar({ repository, tag: 'latest' })}`,
    });
  }
  return { repository, tag };
}

function parseSource(text: string): Reference {
  const reference = parseReference(text);
  if (reference.tag !== undefined || reference.digest !== undefined) return reference;
  throw new PlaitError('USAGE', `the source ${text} has neither a tag nor a digest`, {
    hint: 'Plait adds no :latest; write the tag you mean',
  });
}

function checkTag(text: string): string {
  if (isTag(text)) return text;
  throw new PlaitError('USAGE', `--tag ${text}: not a tag`, {
    hint: /[/:@]/.test(text)
      ? 'write only the tag; it is one of the repository of the target'
      : 'at most 128 letters, digits, _ . and -, and neither . nor - at the start',
  });
}

function parsePlatforms(texts: readonly string[], sources: readonly string[]): ReadonlyMap<string, Platform> {
  const platforms = new Map<string, Platform>();
  for (const text of texts) {
    const [source, platform] = splitPair(text, '--annotate', 'SOURCE=linux/arm/v7');
    const name = formatReference(parseReference(source));
    if (!sources.includes(name)) {
      throw new PlaitError('USAGE', `--annotate ${text}: ${source} is not one of the sources`, {
        hint: `the sources are ${sources.join(', ')}`,
      });
    }
    if (platforms.has(name)) throw new PlaitError('USAGE', `--annotate names ${source} twice`);
    platforms.set(name, parsePlatform(platform));
  }
  return platforms;
}

function parseAnnotation(text: string): readonly [string, string] {
  return splitPair(text, '--annotation', 'org.opencontainers.image.version=1.8.2');
}

/** At the first `=`: references and keys of annotations have none. */
function splitPair(text: string, flag: string, example: string): readonly [string, string] {
  const separator = text.indexOf('=');
  if (separator < 1) throw new PlaitError('USAGE', `${flag} ${text}: no =`, { hint: `write  ${flag} ${example}` });
  return [text.slice(0, separator), text.slice(separator + 1)];
}
