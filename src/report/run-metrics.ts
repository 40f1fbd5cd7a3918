import type { PlanSummary } from '../plan/plan.ts';
import type { Metric, Sample } from './prometheus.ts';

/** What a run found out and did, as far as it came. */
export interface RunFacts {
  readonly plan?: PlanSummary;
  /** Tags by how they ended; only of an apply. */
  readonly tags?: Readonly<Record<string, number>>;
  /** Tags by how they differ; only of `drift`. */
  readonly drift?: Readonly<Record<string, number>>;
  /** By method. */
  readonly requests?: Readonly<Record<string, number>>;
}

/** How a run ended. Times are seconds, wall clock where they are points in time. */
export interface RunEnd {
  readonly command: string;
  readonly exitCode: number;
  readonly durationSeconds: number;
  readonly endedAt: number;
  /** Undefined when there was none yet. */
  readonly succeededAt: number | undefined;
}

export const LAST_SUCCESS = 'plait_last_success_timestamp_seconds';

/** Pure: the metrics of `--metrics-file`, each with the name of the command as a label. What is not known is left out. */
export function listRunMetrics(facts: RunFacts, end: RunEnd): readonly Metric[] {
  const { command } = end;
  const one = (value: number | undefined): readonly Sample[] =>
    value === undefined ? [] : [{ labels: { command }, value }];
  const by = (label: string, counts: Readonly<Record<string, number>> = {}): readonly Sample[] =>
    Object.entries(counts).map(([key, value]) => ({ labels: { command, [label]: key }, value }));
  const { plan } = facts;
  const changes = plan && { create: plan.create, update: plan.update, delete: plan.delete };
  return [
    metric(
      'plait_changes',
      'Indexes that differ from what is declared, by what would be or was done.',
      by('action', changes),
    ),
    metric('plait_blocked', 'Indexes that a guard holds back.', one(plan?.blocked)),
    metric('plait_unreadable', 'Sources and tags that could not be read.', one(plan?.unreadable)),
    metric('plait_unchanged', 'Images whose tags hold what is declared.', one(plan?.unchanged)),
    metric('plait_applied_tags', 'Tags of an apply, by how they ended.', by('status', facts.tags)),
    metric('plait_drift_tags', 'Tags by how they differ from the config and the lock file.', by('state', facts.drift)),
    metric('plait_requests', 'Requests sent, by method.', by('method', facts.requests)),
    metric('plait_duration_seconds', 'How long the run took.', one(end.durationSeconds)),
    metric('plait_exit_code', 'The exit code of the run.', one(end.exitCode)),
    metric('plait_last_run_timestamp_seconds', 'When the run ended, Unix time.', one(end.endedAt)),
    metric(LAST_SUCCESS, 'When a run last ended with exit code 0 or 2, Unix time.', one(end.succeededAt)),
  ];
}

function metric(name: string, help: string, samples: readonly Sample[]): Metric {
  return { name, help, samples };
}
