import type { DeclaredAbsence } from '../config/declaration.ts';
import { type PlaitError, toPlaitError } from '../errors/plait-error.ts';
import type { RegistryClient, RequestOptions } from '../registry/client.ts';
import { mapAtOnce } from '../transport/map-at-once.ts';
import { readLiveTag } from './read-live.ts';
import type { TagState } from './read-state.ts';

const ABSENCES_AT_ONCE = 16;
const TAGS_AT_ONCE = 64;

/** What the registry holds of tags that are to be gone. */
export type AbsenceState =
  | { readonly kind: 'read'; readonly absence: DeclaredAbsence; readonly tags: readonly TagState[] }
  /** The tags of the repository could not be listed, so that it is not known which of them match. */
  | { readonly kind: 'failed'; readonly absence: DeclaredAbsence; readonly error: PlaitError };

/** One HEAD a tag; one listing of the repository for patterns. Failures are values; only an abort throws. */
export async function readAbsences(
  client: RegistryClient,
  absences: readonly DeclaredAbsence[],
  options: RequestOptions = {},
): Promise<readonly AbsenceState[]> {
  return mapAtOnce(absences, ABSENCES_AT_ONCE, async (absence): Promise<AbsenceState> => {
    options.signal?.throwIfAborted();
    try {
      const names = await listTags(client, absence, options);
      const tags = await mapAtOnce(names, TAGS_AT_ONCE, async (name) => ({
        name,
        live: await readLiveTag(client, { repository: absence.repository, tag: name }, options),
      }));
      options.signal?.throwIfAborted();
      return { kind: 'read', absence, tags };
    } catch (error) {
      options.signal?.throwIfAborted();
      return { kind: 'failed', absence, error: toPlaitError(error) };
    }
  });
}

/** The tags that are named, then those that a pattern matches, each once. */
async function listTags(
  client: RegistryClient,
  { repository, tags, tagsMatching, except }: DeclaredAbsence,
  options: RequestOptions,
): Promise<readonly string[]> {
  if (tagsMatching.length === 0) return tags;
  const live = await client.listTags(repository, options);
  const matching = live.filter((tag) => tagsMatching.some((pattern) => pattern.matches(tag)) && !except.includes(tag));
  return [...new Set([...tags, ...[...matching].sort()])];
}
