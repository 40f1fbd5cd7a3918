import type { Declaration, Origin } from '../config/declaration.ts';
import { formatReference } from '../oci/reference.ts';
import { formatRepository, type Repository } from '../oci/repository.ts';
import { compareText } from '../oci/text-order.ts';
import type { RegistryClient, RequestOptions } from '../registry/client.ts';
import { mapAtOnce } from '../transport/map-at-once.ts';
import { createContentReader } from './content-reader.ts';
import type { DesiredIndex, SourceFailure } from './desired.ts';
import type { LockFile } from './lock-file.ts';
import { readLiveTag } from './read-live.ts';
import { resolveDesired } from './resolve.ts';

/** One thing that a registry has against a config, and where the config says it. */
export interface OnlineProblem {
  /** `warning`: an image that is skipped without its source; `note`: worth knowing. */
  readonly severity: 'error' | 'warning' | 'note';
  /** An error code, or that of a notice of a plan. */
  readonly code: string;
  readonly message: string;
  readonly hint?: string;
  /** Of the image. */
  readonly id: string;
  /** The source, or the tag of a target, that was asked for. */
  readonly reference: string;
  readonly origin: Origin;
}

export interface OnlineReport {
  /** How many different sources there are, and how many repositories to publish to. */
  readonly sources: number;
  readonly repositories: number;
  /** In the order of the files. */
  readonly problems: readonly OnlineProblem[];
}

export interface TryOptions extends RequestOptions {
  /** Floating sources are what it says. */
  readonly lock?: LockFile | undefined;
  /** Called after each image with how many are done. */
  readonly onProgress?: (done: number, total: number) => void;
}

const AT_ONCE = 64;

/**
 * Reads every source as a plan would, past every cache, and asks every target repository for one tag: which may well be
 * absent, but not refused. Failures are values; only an abort throws.
 */
export async function trySources(
  client: RegistryClient,
  declarations: readonly Declaration[],
  { lock, onProgress, ...request }: TryOptions = {},
): Promise<OnlineReport> {
  const reader = createContentReader(client, request);
  const targets = listTargets(declarations);
  let done = 0;
  const [found, refused] = await Promise.all([
    mapAtOnce(declarations, AT_ONCE, async (declaration) => {
      request.signal?.throwIfAborted();
      const desired = await resolveDesired(reader, declaration, lock);
      done += 1;
      onProgress?.(done, declarations.length);
      return listProblems(desired);
    }),
    mapAtOnce(targets, AT_ONCE, (target) => tryTarget(client, target, request)),
  ]);
  request.signal?.throwIfAborted();
  const sources = new Set(declarations.flatMap((declaration) => listSources(declaration).map(({ name }) => name)));
  return { sources: sources.size, repositories: targets.length, problems: sort([...found, ...refused].flat()) };
}

interface NamedSource {
  readonly name: string;
  readonly origin: Origin;
}

function listSources({ content, origin }: Declaration): readonly NamedSource[] {
  if (content.kind !== 'platforms') return [{ name: formatReference(content.from), origin: content.origin ?? origin }];
  return content.entries.map((entry) => ({ name: formatReference(entry.source), origin: entry.origin }));
}

function listProblems(desired: DesiredIndex): readonly OnlineProblem[] {
  const { declaration } = desired;
  const { id, origin, onMissingSource } = declaration;
  if (desired.kind === 'resolved') {
    return desired.notices.map(({ code, message }) => ({ severity: 'note', code, message, id, reference: id, origin }));
  }
  const { failures } = desired;
  const isSkipped = onMissingSource === 'skipImage' && failures.every(({ error }) => error.code === 'SOURCE_MISSING');
  return failures.flatMap((failure) =>
    findOrigins(declaration, failure).map((place) => ({
      severity: isSkipped ? 'warning' : 'error',
      ...describe(failure.error),
      id,
      reference: failure.reference ?? id,
      origin: place,
    })),
  );
}

/** Where a source is named, which may be for several platforms; else where the image is. */
function findOrigins(declaration: Declaration, { reference }: SourceFailure): readonly Origin[] {
  const places = listSources(declaration).filter(({ name }) => name === reference);
  return places.length === 0 ? [declaration.origin] : places.map(({ origin }) => origin);
}

interface Target {
  readonly repository: Repository;
  readonly tag: string;
  readonly declaration: Declaration;
}

/** Each repository once, with a tag that is wanted there. */
function listTargets(declarations: readonly Declaration[]): readonly Target[] {
  const found = new Map<string, Target>();
  for (const declaration of declarations) {
    for (const { repository, tags } of declaration.targets) {
      const name = formatRepository(repository);
      if (!found.has(name)) found.set(name, { repository, tag: tags[0] ?? 'latest', declaration });
    }
  }
  return [...found.values()];
}

async function tryTarget(
  client: RegistryClient,
  { repository, tag, declaration: { id, origin } }: Target,
  options: RequestOptions,
): Promise<readonly OnlineProblem[]> {
  const live = await readLiveTag(client, { repository, tag }, options);
  if (live.kind !== 'unreadable') return [];
  const reference = `${formatRepository(repository)}:${tag}`;
  return [{ severity: 'error', ...describe(live.error), id, reference, origin }];
}

function describe({ code, message, hint }: SourceFailure['error']): Pick<OnlineProblem, 'code' | 'message' | 'hint'> {
  return { code, message, ...(hint === undefined ? {} : { hint }) };
}

/** The same thing said of the same place is said once: images of a matrix share their lines. */
function sort(problems: readonly OnlineProblem[]): readonly OnlineProblem[] {
  const once = new Map(problems.map((problem) => [`${toKey(problem)} ${problem.code} ${problem.message}`, problem]));
  return [...once.values()].sort((a, b) => compareText(toKey(a), toKey(b)) || compareText(a.message, b.message));
}

function toKey({ origin: { file, line, column } }: OnlineProblem): string {
  return `${file}:${String(line).padStart(9, '0')}:${String(column).padStart(9, '0')}`;
}
