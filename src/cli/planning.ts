import { expectPushes } from '../apply/expect-pushes.ts';
import type { Declaration } from '../config/declaration.ts';
import type { LoadedConfig } from '../config/load.ts';
import { settingsFor } from '../config/registries.ts';
import { computeDigest } from '../oci/digest.ts';
import { type Allowance, parseAllowance } from '../plan/allowance.ts';
import type { DocumentFacts } from '../plan/document.ts';
import { joinPlan, planState } from '../plan/make-plan.ts';
import { type Plan, type PlanScope, summarize } from '../plan/plan.ts';
import { selectScope } from '../plan/select.ts';
import { formatShard } from '../plan/shard.ts';
import type { RegistryClient } from '../registry/client.ts';
import type { Progress } from '../report/progress.ts';
import { readAbsences } from '../state/read-absences.ts';
import { type ImageState, readEach } from '../state/read-state.ts';
import type { CliContext } from './context.ts';
import { EXIT_CODES, type ExitCode } from './exit-codes.ts';
import { readGitCommit } from './git-commit.ts';
import { loadChecked } from './load-input.ts';
import type { OpenLock } from './lock-input.ts';
import { tell } from './log.ts';
import type { CacheOptions, DisplayOptions, InputOptions, SelectionOptions } from './options.ts';
import { withCache } from './use-cache.ts';
import { VERSION } from './version.ts';

/** What is checked before any registry is contacted. */
export interface PlanQuestion {
  readonly config: RunConfig;
  /** Taken out when they are read: an apply goes on for long after that, and they are as large as its plan. */
  readonly declarations: Declaration[];
  readonly absences: LoadedConfig['absences'];
  readonly scope: PlanScope;
  readonly allowances: readonly Allowance[];
  /** Absent: without a lock file. */
  readonly lock?: OpenLock;
}

/** What a config says of the whole run. */
export type RunConfig = Omit<LoadedConfig, 'declarations' | 'absences'>;

/**
 * What the config that the flags name asks for. Throws USAGE for a selection that matches nothing and for text that is no
 * allowance, and as {@link loadChecked} does.
 */
export async function loadQuestion(
  context: CliContext,
  options: SelectionOptions & InputOptions & Pick<DisplayOptions, 'color'> & { readonly allow: readonly string[] },
): Promise<PlanQuestion> {
  const { declarations, absences, ...config } = await loadChecked(context, options);
  const { target: targets, exclude, selector = null, shard = null } = options;
  const scope = { targets, exclude, selector, shard };
  const selected = selectScope({ declarations, absences }, scope);
  return {
    config,
    scope,
    declarations: [...selected.declarations],
    absences: selected.absences,
    allowances: options.allow.map(parseAllowance),
  };
}

export interface PlanTools {
  readonly client: RegistryClient;
  readonly progress: Progress;
  readonly flags: CacheOptions;
  /** True when what is planned is applied at once. */
  readonly isApplied?: boolean;
}

export interface ComputedPlan {
  readonly plan: Plan;
  /** What was read for images that keep what others publish, and may have to be planned again. */
  readonly amended: readonly ImageState[];
}

/** Reads the registries and compares. Throws only when aborted. */
export async function computePlan(
  context: CliContext,
  question: PlanQuestion,
  tools: PlanTools,
): Promise<ComputedPlan> {
  const { signal } = context;
  const onProgress = tools.progress.reading;
  const { config, absences, allowances, scope } = question;
  const declarations = question.declarations.splice(0);
  const { guards, drift, settings } = config;
  const lock = question.lock?.use;
  if (scope.shard !== null && declarations.length + absences.length === 0) {
    tell(context, 'info', `Note: nothing of this config is in shard ${formatShard(scope.shard)}.\n`);
  }
  const amended: ImageState[] = [];
  const [images, unwanted] = await Promise.all([
    withCache(context, tools.flags, (cache) =>
      readEach(tools.client, declarations, {
        signal,
        onProgress,
        cache,
        children: drift.children,
        ...(lock === undefined ? {} : { lock }),
        take: (state) => {
          if (isAmended(state)) amended.push(state);
          const planned = planState(state, { guards, allowances });
          if (tools.isApplied === true) expectPushes(tools.client, planned.plan.changes, { signal });
          return planned;
        },
      }),
    ),
    readAbsences(tools.client, absences, { signal }),
  ]);
  tools.progress.clear();
  const mayDelete = (registry: string) => settingsFor(settings, registry).deletes === 'tag';
  const locked = lock === undefined ? {} : { lock: lock.lock };
  const plan = joinPlan({ images, absences: unwanted, guards, allowances, mayDelete, scope, ...locked });
  context.record?.({ plan: summarize(plan) });
  return { plan, amended };
}

function isAmended({ desired }: ImageState): boolean {
  return desired.declaration.unmanagedPlatforms === 'keep';
}

/** What the plan document says besides the plan. */
export async function collectFacts(
  context: CliContext,
  config: Pick<LoadedConfig, 'files'>,
  requests: Readonly<Record<string, number>>,
): Promise<DocumentFacts> {
  return {
    version: VERSION,
    createdAt: context.clock.now(),
    configSha256: hashFiles(config),
    gitCommit: await readGitCommit(context.workingDirectory),
    requests,
  };
}

/** The hash of the one config file, or of the hashes of several in their order. */
function hashFiles({ files }: Pick<LoadedConfig, 'files'>): string {
  const [first, ...others] = files.map((file) => file.sha256);
  if (first !== undefined && others.length === 0) return first;
  const joined = computeDigest(new TextEncoder().encode(files.map((file) => file.sha256).join('\n')));
  return joined.slice('sha256:'.length);
}

/** The exit codes that hold for a plan by itself. */
export function planCodes(plan: Plan, isDetailed: boolean): readonly ExitCode[] {
  return [
    EXIT_CODES.ok,
    ...(plan.unreadable.length > 0 ? [EXIT_CODES.error] : []),
    ...(plan.blocked.length > 0 ? [EXIT_CODES.blocked] : []),
    ...(isDetailed && plan.changes.length > 0 ? [EXIT_CODES.changes] : []),
  ];
}
