import { isPlaitError, type PlaitError } from '../../errors/plait-error.ts';
import { fromPlanDocument } from '../../plan/from-document.ts';
import { assertCurrent } from '../../plan/lifetime.ts';
import { assertReadable, readPlanDocument } from '../../plan/read-document.ts';
import { verifyPlanDocument } from '../../plan/verify-document.ts';
import { PLAIN } from '../../report/style.ts';
import { renderTextDrift } from '../../report/text-drift.ts';
import { renderTextPlan } from '../../report/text-plan.ts';
import type { CliContext } from '../context.ts';
import { chooseStyle } from '../display.ts';
import { EXIT_CODES, type ExitCode } from '../exit-codes.ts';
import type { DisplayOptions } from '../options.ts';
import { parseOutputs, writeOutputs } from '../output-targets.ts';
import { readPlanEnvelope } from '../plan-file.ts';
import { PLAN_FORMATS, toTextOptions } from './plan.ts';

export interface ShowOptions extends DisplayOptions {
  readonly short?: boolean;
  readonly showUnchanged?: boolean;
}

/** `plait show FILE`: a saved plan in any format; also one that could not be applied, with the reason. */
export async function runShow(context: CliContext, options: ShowOptions, path: string): Promise<ExitCode> {
  const outputs = parseOutputs(options.output, PLAN_FORMATS);
  const envelope = await readPlanEnvelope(context, path);
  const foreign = findProblem(() => assertReadable(envelope));
  if (foreign !== undefined) {
    context.stderr.write(`Note: ${foreign.message}; shown as it is.\n`);
    context.stdout.write(`${JSON.stringify(envelope.json, null, 2)}\n`);
    return EXIT_CODES.ok;
  }
  const document = readPlanDocument(envelope);
  const problem = findProblem(() => verifyPlanDocument(document));
  if (problem !== undefined) context.stderr.write(`Warning: ${problem.message}. It cannot be applied.\n`);
  const late = findProblem(() => assertCurrent(document, context.clock.now()));
  if (late !== undefined) context.stderr.write(`Note: ${late.message}. It cannot be applied.\n`);
  const plan = fromPlanDocument(document, new Map());
  const style = chooseStyle(context, context.stdout, options.color);
  await writeOutputs(context, outputs, (format, isFile) =>
    format === 'json'
      ? `${JSON.stringify(document, null, 2)}\n`
      : (plan.drift === undefined ? renderTextPlan : renderTextDrift)(plan, {
          ...toTextOptions(options),
          style: isFile ? PLAIN : style,
          requests: document.requests,
        }),
  );
  return EXIT_CODES.ok;
}

function findProblem(check: () => unknown): PlaitError | undefined {
  try {
    check();
    return undefined;
  } catch (error) {
    if (isPlaitError(error)) return error;
    throw error;
  }
}
