/**
 * The public API: the steps from a config to a plan to a result, each usable alone. What is not listed here is not
 * public and may change in any version. `docs/api.md` shows how they go together.
 */
export type { FindReplan, Replan } from './apply/amendment.ts';
export { type ApplyOptions, applyPlan } from './apply/apply-plan.ts';
export type { ApplyResult, ChangeResult, TagResult, TagStatus } from './apply/apply-result.ts';
export type { ApplyEvent } from './apply/context.ts';
export { createClock } from './cli/context.ts';
export { VERSION } from './cli/version.ts';
export type { Declaration } from './config/declaration.ts';
export { ConfigError, type Diagnostic } from './config/diagnostic.ts';
export { type LoadedConfig, loadConfig } from './config/load.ts';
export { settingsFor } from './config/registries.ts';
export { ERROR_CODES, type ErrorCode } from './errors/codes.ts';
export { isPlaitError, PlaitError } from './errors/plait-error.ts';
export { type Platform, parsePlatform } from './oci/platform.ts';
export { parseReference, type Reference } from './oci/reference.ts';
export { type Allowance, parseAllowance } from './plan/allowance.ts';
export { type DocumentFacts, toPlanDocument } from './plan/document.ts';
export { makePlan, type PlanInput } from './plan/make-plan.ts';
export { type Change, type Plan, summarize } from './plan/plan.ts';
export type { PlanDocument } from './plan/plan-document.ts';
export { startPlayground } from './playground/server.ts';
export type { RegistryClient } from './registry/client.ts';
export { createRegistryClient, type RegistryClientOptions } from './registry/create-client.ts';
export { createStyle } from './report/style.ts';
export { renderTextApply } from './report/text-apply.ts';
export { renderTextPlan } from './report/text-plan.ts';
export { formatLockFile, type LockFile, parseLockFile } from './state/lock-file.ts';
export type { LockUse } from './state/lock-use.ts';
export { readAbsences } from './state/read-absences.ts';
export { readState } from './state/read-state.ts';
export type { Clock } from './transport/clock.ts';
