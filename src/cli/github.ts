import { appendFile, stat } from 'node:fs/promises';
import { PlaitError } from '../errors/plait-error.ts';
import type { AnyReport } from '../report/report.ts';
import type { CliContext } from './context.ts';
import { tell } from './log.ts';
import { writeWholeFile } from './write-file.ts';

/**
 * Annotations on standard output, and the summary at the end of `GITHUB_STEP_SUMMARY`. With a path the summary is that
 * file, and the annotations go to standard error, where the runner reads them too. Throws OUTPUT_FAILED.
 */
export async function publishGithub(context: CliContext, report: AnyReport, path: string | undefined): Promise<void> {
  const { MAX_SUMMARY_BYTES, renderGithub } = await import('../report/github/render.ts');
  const file = context.environment.GITHUB_STEP_SUMMARY;
  if (path !== undefined) {
    const { summary, commands } = renderGithub(report);
    (context.log?.raw ?? context.stderr).write(commands);
    await writeWholeFile(context, path, summary);
    return;
  }
  const used = file === undefined || file === '' ? 0 : await findSize(file);
  const { summary, commands } = renderGithub(report, Math.max(0, MAX_SUMMARY_BYTES - used));
  context.stdout.write(commands);
  if (file === undefined || file === '') tell(context, 'warn', 'Note: GITHUB_STEP_SUMMARY is not set: no summary.\n');
  else await append(file, summary, 'GITHUB_STEP_SUMMARY');
}

/** Writes `changes`, `drift`, `blocked`, `errors` and `plan-checksum` where `GITHUB_OUTPUT` says, if it does. */
export async function writeGithubOutputs({ environment }: CliContext, report: AnyReport): Promise<void> {
  const file = environment.GITHUB_OUTPUT;
  if (file === undefined || file === '') return;
  const { renderGithubOutputs } = await import('../report/github/outputs.ts');
  await append(file, renderGithubOutputs(report), 'GITHUB_OUTPUT');
}

async function findSize(path: string): Promise<number> {
  try {
    return (await stat(path)).size;
  } catch {
    return 0;
  }
}

/** The files of the runner are added to: other programs of the step write them too. */
async function append(path: string, text: string, variable: string): Promise<void> {
  try {
    await appendFile(path, text);
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new PlaitError('OUTPUT_FAILED', `could not write ${path}: ${reason}`, {
      hint: `unset ${variable}, or name a file there that can be written`,
      cause,
    });
  }
}
