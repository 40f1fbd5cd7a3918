import { type PlaitError, toPlaitError } from '../errors/plait-error.ts';
import type { Digest } from '../oci/digest.ts';
import type { RegistryClient, RequestOptions } from '../registry/client.ts';
import { mapAtOnce } from '../transport/map-at-once.ts';
import type { FloatingSource } from './pin.ts';

const SOURCES_AT_ONCE = 64;

/** What a registry says of the tag of a source, or of a digest in its repository. */
export type SourceAnswer =
  | { readonly kind: 'found'; readonly digest: Digest }
  /** Confirmed by the registry. */
  | { readonly kind: 'absent' }
  | { readonly kind: 'failed'; readonly error: PlaitError };

/** One HEAD for the tag of each source. Answers by name; failures are values, only an abort throws. */
export function resolveSources(
  client: RegistryClient,
  sources: readonly FloatingSource[],
  options: RequestOptions = {},
): Promise<ReadonlyMap<string, SourceAnswer>> {
  const questions = sources.map(({ name, reference }) => ({ name, reference, wanted: reference.tag ?? 'latest' }));
  return ask(client, questions, options);
}

/** One HEAD for the pinned digest of each source, to learn whether its registry still holds it. As {@link resolveSources}. */
export function findHeld(
  client: RegistryClient,
  pins: readonly (Pick<FloatingSource, 'name' | 'reference'> & { readonly digest: Digest })[],
  options: RequestOptions = {},
): Promise<ReadonlyMap<string, SourceAnswer>> {
  const questions = pins.map(({ name, reference, digest }) => ({ name, reference, wanted: digest }));
  return ask(client, questions, options);
}

type Question = Pick<FloatingSource, 'name' | 'reference'> & { readonly wanted: string };

async function ask(
  client: RegistryClient,
  questions: readonly Question[],
  options: RequestOptions,
): Promise<ReadonlyMap<string, SourceAnswer>> {
  const answers = await mapAtOnce(questions, SOURCES_AT_ONCE, async ({ name, reference, wanted }) => {
    options.signal?.throwIfAborted();
    return [name, await askOne(client, { reference, wanted }, options)] as const;
  });
  options.signal?.throwIfAborted();
  return new Map(answers);
}

async function askOne(
  client: RegistryClient,
  { reference, wanted }: Pick<Question, 'reference' | 'wanted'>,
  options: RequestOptions,
): Promise<SourceAnswer> {
  try {
    const head = await client.headManifest(reference.repository, wanted, options);
    return head === undefined ? { kind: 'absent' } : { kind: 'found', digest: head.digest };
  } catch (error) {
    return { kind: 'failed', error: toPlaitError(error) };
  }
}
