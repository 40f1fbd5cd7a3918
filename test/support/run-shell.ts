import { inject } from 'vitest';
import { homeVariables } from './run-cli.ts';
import { type ProgramResult, runProgram } from './run-program.ts';
import { makeTempDir } from './temp-dir.ts';

const TIMEOUT_MS = 60_000;

/** Runs a line of shell in which `plait` is the built program, as in somebody's pipeline. */
export function runShell(line: string, cwd: string): Promise<ProgramResult> {
  const { path, problem } = inject('cli');
  if (problem !== undefined) throw new Error(problem);
  const env = { PATH: process.env.PATH, ...homeVariables(makeTempDir()), NODE: process.execPath, PLAIT: path };
  return runProgram('sh', ['-c', `plait() { "$NODE" "$PLAIT" "$@"; }\n${line}`], { timeoutMs: TIMEOUT_MS, cwd, env });
}
