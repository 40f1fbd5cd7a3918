import { chmodSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { inject } from 'vitest';
import { type CliResult, homeVariables } from './run-cli.ts';
import { runProgram } from './run-program.ts';
import { makeTempDir } from './temp-dir.ts';

const TIMEOUT_MS = 60_000;

export interface PathOptions {
  readonly cwd: string;
  readonly env?: Readonly<Record<string, string>>;
}

/**
 * Runs a program that finds the built `plait` on its PATH, as it would on a machine of a CI service. What environment
 * plait got is in the file that SEEN_ENV names.
 */
export async function runWithPlait(
  program: string,
  args: readonly string[],
  { cwd, env = {} }: PathOptions,
): Promise<CliResult> {
  const { path, problem } = inject('cli');
  if (problem !== undefined) throw new Error(problem);
  const folder = makeTempDir();
  const command = join(folder, 'plait');
  writeFileSync(command, `#!/bin/sh\nenv > "$SEEN_ENV"\nexec '${process.execPath}' '${path}' "$@"\n`);
  chmodSync(command, 0o755);
  const base = {
    PATH: `${folder}:${process.env.PATH}`,
    ...homeVariables(makeTempDir()),
    SEEN_ENV: `${folder}/seen-env`,
  };
  const options = { timeoutMs: TIMEOUT_MS, cwd, env: { ...base, ...env } };
  const { code, stdout, stderr } = await runProgram(program, args, options);
  return { code, stdout: stdout.toString('utf8'), stderr };
}
