import type { CliContext } from '../../src/cli/context.ts';
import { runProgram } from '../../src/cli/program.ts';
import { REAL_CLOCK } from './make-client.ts';
import { type CliResult, homeVariables } from './run-cli.ts';

/**
 * Runs a command line in this process: a tenth of the time of starting the program, for what a test does beside the run
 * that it is about.
 */
export async function runHere(
  args: readonly string[],
  { cwd, home }: { readonly cwd: string; readonly home: string },
): Promise<CliResult> {
  const output = { stdout: '', stderr: '' };
  const capture = (name: keyof typeof output): CliContext['stdout'] => ({
    isTerminal: false,
    columns: 80,
    write: (text) => {
      output[name] += text;
    },
  });
  const context: CliContext = {
    stdout: capture('stdout'),
    stderr: capture('stderr'),
    environment: homeVariables(home),
    workingDirectory: cwd,
    homeDirectory: home,
    clock: REAL_CLOCK,
    signal: new AbortController().signal,
    isInteractive: false,
    readStandardInput: async () => Buffer.alloc(0),
    ask: async () => '',
  };
  const code = await runProgram(context, args);
  return { code, ...output };
}
