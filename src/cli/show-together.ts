import { joinResults, type ResultFile } from '../apply/join-results.ts';
import { assertUntouched, decodeResultDocument } from '../apply/read-result.ts';
import { isPlaitError, PlaitError } from '../errors/plait-error.ts';
import { joinPlans, type PlanFile } from '../plan/join-plans.ts';
import { findMissingShards } from '../plan/join-scopes.ts';
import { assertCurrent } from '../plan/lifetime.ts';
import { openPlanFile } from '../plan/read-document.ts';
import { toShard } from '../plan/shard.ts';
import { readStoredPlan } from '../plan/stored-plan.ts';
import { verifyStoredPlan } from '../plan/verify-document.ts';
import type { Report, ResultReport } from '../report/report.ts';
import type { CliContext } from './context.ts';
import { tell } from './log.ts';
import { findProblem, readPlanBytes } from './plan-file.ts';
import { findReportFolder } from './report-folder.ts';
import { makeReport } from './reporting.ts';

type OpenFile = ({ readonly kind: 'plan' | 'findings' } & PlanFile) | ({ readonly kind: 'result' } & ResultFile);

/**
 * Reads several plans, findings of drift or results, and puts them together. Throws USAGE for files of different kinds and for
 * two that say something of one tag, and what reading one of them throws, with its name.
 */
export async function openTogether(context: CliContext, paths: readonly string[]): Promise<Report | ResultReport> {
  const files: OpenFile[] = [];
  for (const path of [...paths].sort(IN_ORDER.compare)) files.push(await openFile(context, path));
  assertOneKind(files);
  const [first, ...others] = files.flatMap((file) => (file.kind === 'result' ? [file] : []));
  if (first !== undefined) {
    const document = joinResults([first, ...others]);
    const folder = await findReportFolder(context);
    return { kind: 'apply', document, files: [first, ...others], planned: undefined, folder };
  }
  const plans = files.flatMap((file) => (file.kind === 'result' ? [] : [file]));
  const joined = joinPlans(plans);
  warnOfMismatch(context, plans);
  return { ...(await makeReport(context, joined)), files: plans };
}

/** `plan-2.json` before `plan-10.json`. */
const IN_ORDER = new Intl.Collator('en', { numeric: true });

async function openFile(context: CliContext, path: string): Promise<OpenFile> {
  try {
    const bytes = await readPlanBytes(context, path);
    const envelope = openPlanFile(bytes);
    if ('finishedAt' in envelope.outline) {
      const document = decodeResultDocument(bytes);
      warn(context, path, [() => assertUntouched(document)]);
      return { kind: 'result', path, document };
    }
    const stored = readStoredPlan(envelope);
    const { document, plan } = stored;
    warn(context, path, [() => verifyStoredPlan(stored), () => assertCurrent(document, context.clock.now())]);
    return { kind: document.drift === undefined ? 'plan' : 'findings', path, document, plan };
  } catch (error) {
    if (!isPlaitError(error) || error.message.includes(path)) throw error;
    const { code, message, hint } = error;
    throw new PlaitError(code, `${path}: ${message}`, { ...(hint === undefined ? {} : { hint }), cause: error });
  }
}

function warn(context: CliContext, path: string, checks: readonly (() => unknown)[]): void {
  for (const problem of checks.map(findProblem)) {
    if (problem !== undefined) tell(context, 'warn', `Warning: ${path}: ${problem.message}. It cannot be applied.\n`);
  }
}

const KINDS = { plan: 'a plan', findings: 'what plait drift found', result: 'a result' } as const;

function assertOneKind(files: readonly OpenFile[]): void {
  const [first] = files;
  const other = files.find(({ kind }) => kind !== first?.kind);
  if (first === undefined || other === undefined) return;
  throw new PlaitError('USAGE', `${first.path} holds ${KINDS[first.kind]}, and ${other.path} ${KINDS[other.kind]}`, {
    hint: 'show those of one kind together, and the others by themselves',
  });
}

/** Files that are not of one run may be shown, with a word about it. */
function warnOfMismatch(context: CliContext, files: readonly PlanFile[]): void {
  const [first] = files;
  const other = files.find(({ document }) => document.config.sha256 !== first?.document.config.sha256);
  if (first !== undefined && other !== undefined) {
    tell(context, 'warn', `Note: ${other.path} was made from another config than ${first.path}.\n`);
  }
  const missing = findMissingShards(files.map(({ document: { scope } }) => toShard(scope.shard ?? '') ?? null));
  if (missing.length > 0) tell(context, 'warn', `Note: these shards are not among the files: ${missing.join(', ')}.\n`);
}
