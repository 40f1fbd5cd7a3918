import type { ResultFile } from '../apply/join-results.ts';
import type { ResultDocument } from '../apply/result-schema.ts';
import type { Diagnostic } from '../config/diagnostic.ts';
import type { PlanFile } from '../plan/join-plans.ts';
import type { Plan } from '../plan/plan.ts';
import type { PlanDocument } from '../plan/plan-document.ts';

/** `plan`: what an apply would do. `drift`: how the registries differ from what is declared. */
export type ReportKind = 'plan' | 'drift';

/** The one thing that every writer of reports gets, so that no format can know what another does not. */
export interface Report {
  readonly kind: ReportKind;
  readonly plan: Plan;
  /** Of the same plan. */
  readonly document: PlanDocument;
  /** What it was put together of; absent for a plan by itself. */
  readonly files?: readonly PlanFile[];
  /** Warnings and notes on the config; none for a saved plan. */
  readonly diagnostics: readonly Diagnostic[];
  /** Where the files of the config are seen from, below the root of the repository: empty, or with a slash at its end. */
  readonly folder: string;
}

/** What writers get of an apply: how every tag ended. */
export interface ResultReport {
  readonly kind: 'apply';
  readonly document: ResultDocument;
  /** As in {@link Report}. */
  readonly files?: readonly ResultFile[];
  /** The plan that was carried out; undefined when there is nothing but the file of a result. */
  readonly planned: Report | undefined;
  /** As in {@link Report}. */
  readonly folder: string;
}

/** All that can be reported. */
export type AnyReport = Report | ResultReport;
