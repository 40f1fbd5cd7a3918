import { createHash } from 'node:crypto';
import type { Declaration, MediaTypeChoice } from '../../config/declaration.ts';
import { DEFAULT_DRIFT_RULES, DEFAULT_RUN_GUARDS } from '../../config/run-rules.ts';
import { PlaitError } from '../../errors/plait-error.ts';
import { type Allowance, parseAllowance } from '../../plan/allowance.ts';
import { toPlanDocument } from '../../plan/document.ts';
import { makePlan } from '../../plan/make-plan.ts';
import type { RegistryClient } from '../../registry/client.ts';
import { type ContentReader, createContentReader } from '../../state/content-reader.ts';
import { readState } from '../../state/read-state.ts';
import type { ApplyFlags } from '../applying.ts';
import { withClient } from '../connect.ts';
import type { CliContext } from '../context.ts';
import { declareRequest } from '../create-declaration.ts';
import { describeRequest, renderRequest } from '../create-emit.ts';
import { readSources } from '../create-reading.ts';
import { type CreateWords, parseCreate } from '../create-request.ts';
import { startProgress } from '../display.ts';
import { EXIT_CODES, type ExitCode } from '../exit-codes.ts';
import { type AskFlags, assertAnswerable, settlePlan, showPlan } from '../fresh-plan.ts';
import { findSettings } from '../load-input.ts';
import type { CacheOptions, ConnectionOptions, DisplayOptions, InputOptions } from '../options.ts';
import { collectFacts } from '../planning.ts';
import { createReplan } from '../replanning.ts';
import { makeReport, openLiveReporting, type Reporting } from '../reporting.ts';
import { withCache } from '../use-cache.ts';
import { assertWritable } from '../write-file.ts';

export interface CreateOptions
  extends InputOptions,
    ConnectionOptions,
    CacheOptions,
    DisplayOptions,
    CreateWords,
    Omit<ApplyFlags, 'stale'>,
    AskFlags {
  readonly allow: readonly string[];
  readonly amend?: boolean;
  readonly mediaType: MediaTypeChoice;
  readonly emit?: boolean;
  readonly short?: boolean;
  readonly showUnchanged?: boolean;
}

/** What every step of one run needs. */
interface CreateRun {
  readonly client: RegistryClient;
  readonly options: CreateOptions;
  readonly reporting: Reporting;
  readonly allowances: readonly Allowance[];
}

/**
 * `plait create TARGET SOURCE…`: one index without a config, through the same plan, guards and apply. With `--emit` the
 * config that says the same, and nothing is written.
 */
export async function runCreate(
  context: CliContext,
  options: CreateOptions,
  ...[target = '', ...sources]: readonly string[]
): Promise<ExitCode> {
  const reporting = await openLiveReporting(context, options);
  const request = parseCreate(options, target, sources);
  const allowances = options.allow.map(parseAllowance);
  const isEmitting = options.emit === true;
  if (isEmitting && options.output.length > 0) {
    throw new PlaitError('USAGE', '--emit prints a config and takes no --output');
  }
  refuseListAnnotations(options);
  if (!isEmitting) assertAnswerable(context, options, 'create');
  await assertWritable(context, [options.result]);
  const access = isEmitting || options.dryRun === true ? 'read' : 'write';
  const settings = await findSettings(context, options, access);
  return withClient(context, { access, settings, flags: options }, (client) =>
    withCache(context, options, async (cache) => {
      const reader = createContentReader(client, { signal: context.signal, cache });
      const read = await readSources(context, reader, request.sources);
      const declaration = declareRequest(request, read, options);
      if (!isEmitting) return createIndex(context, { client, options, reporting, allowances }, { declaration, reader });
      context.stdout.write(renderRequest(declaration, options));
      return EXIT_CODES.ok;
    }),
  );
}

/** Of an index in Docker's form: nothing would be said of them, as there they have no place. */
function refuseListAnnotations({ mediaType, annotation }: CreateOptions): void {
  if (mediaType !== 'docker' || annotation.length === 0) return;
  throw new PlaitError('USAGE', 'a Docker manifest list cannot carry annotations', {
    hint: 'leave --annotation out, or use  --media-type oci',
  });
}

interface Declared {
  readonly declaration: Declaration;
  /** Knows the sources already. */
  readonly reader: ContentReader;
}

async function createIndex(
  context: CliContext,
  { client, options, reporting, allowances }: CreateRun,
  { declaration, reader }: Declared,
): Promise<ExitCode> {
  const { signal, clock } = context;
  const progress = startProgress(context, options);
  const plannedAt = clock.elapsed();
  const images = await readState(client, [declaration], { signal, reader, onProgress: progress.reading });
  progress.clear();
  const config = { guards: DEFAULT_RUN_GUARDS, drift: DEFAULT_DRIFT_RULES };
  const question = { config, allowances, scope: { targets: [], exclude: [], selector: null, shard: null } };
  const plan = makePlan({ ...question, images, absences: [], guards: config.guards, mayDelete: () => false });
  const sha256 = createHash('sha256').update(describeRequest(declaration, options)).digest('hex');
  const sources = { files: [{ path: 'plait create', sha256 }] };
  const document = toPlanDocument(plan, await collectFacts(context, sources, client.requestCounts()));
  const planned = await makeReport(context, { plan, document });
  await showPlan(context, planned, reporting);
  const replan = createReplan(context, { question, images, client });
  const flags = { ...options, stale: 'abort' as const };
  return settlePlan(context, { plan, client, progress, plannedAt, replan, flags, planned, reporting });
}
