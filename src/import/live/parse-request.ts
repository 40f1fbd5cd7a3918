import { listPlaceholders } from '../../config/placeholders.ts';
import { PlaitError } from '../../errors/plait-error.ts';
import { parseReference } from '../../oci/reference.ts';
import { parseRepository, type Repository, toRepositoryKey } from '../../oci/repository.ts';
import { expandTemplate } from '../template.ts';
import type { TagSelection } from './tag-facts.ts';

/**
 * What the arguments name, each repository once: with the tags that were named, or all. Throws REFERENCE_INVALID, and USAGE for
 * a digest, which is no tag to declare.
 */
export function parseSelections(names: readonly string[], globs: readonly string[]): readonly TagSelection[] {
  const selections = new Map<string, TagSelection>();
  for (const name of names) {
    const { repository, tag, digest } = parseReference(name);
    if (digest !== undefined) {
      throw new PlaitError('USAGE', `${name} is no tag`, { hint: 'name a repository, or repository:tag' });
    }
    const key = toRepositoryKey(repository);
    const earlier = selections.get(key);
    const isWhole = tag === undefined || (earlier !== undefined && earlier.tags.length === 0);
    const tags = isWhole ? [] : [...new Set([...(earlier?.tags ?? []), tag])];
    selections.set(key, { repository, tags, globs: isWhole ? globs : [] });
  }
  return [...selections.values()];
}

/** Repositories to look for sources in; those with placeholders apart. Throws REFERENCE_INVALID. */
export function parseSources(texts: readonly string[]): {
  readonly sources: readonly Repository[];
  readonly patterns: readonly string[];
} {
  const patterns = texts.filter((text) => listPlaceholders(text).length > 0);
  for (const pattern of patterns) checkPattern(pattern);
  const sources = texts.filter((text) => !patterns.includes(text)).map((text) => parseRepository(text));
  return { sources, patterns };
}

function checkPattern(text: string): void {
  try {
    parseRepository(expandTemplate({ text, archNames: 'goarch' }, { os: 'linux', architecture: 'amd64' }));
  } catch (cause) {
    throw new PlaitError('USAGE', `--sources ${text}: no repository, whatever the platform`, {
      hint: 'write it as registry/repository-{arch}',
      cause,
    });
  }
}
