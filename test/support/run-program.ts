import { execFile } from 'node:child_process';

export interface ProgramResult {
  /** Exit code; 127 when the program cannot be started, 124 when it was ended after `timeoutMs`. */
  readonly code: number;
  readonly stdout: Buffer;
  readonly stderr: string;
}

export interface ProgramOptions {
  readonly timeoutMs: number;
  readonly cwd?: string;
  readonly env?: NodeJS.ProcessEnv;
}

/** Runs `file` to its end. Never rejects: a program that is missing or too slow is a result too. */
export function runProgram(
  file: string,
  args: readonly string[],
  { timeoutMs, ...options }: ProgramOptions,
): Promise<ProgramResult> {
  return new Promise((resolve) => {
    const settings = { ...options, timeout: timeoutMs, killSignal: 'SIGKILL', maxBuffer: 64 << 20 } as const;
    execFile(file, args, { ...settings, encoding: 'buffer' }, (error, stdout, stderr) => {
      resolve({ code: toExitCode(error), stdout, stderr: stderr.toString('utf8').trim() });
    });
  });
}

function toExitCode(error: (Error & { code?: unknown; killed?: boolean }) | null): number {
  if (error === null) return 0;
  if (error.killed === true) return 124;
  if (typeof error.code === 'number') return error.code;
  return error.code === 'ENOENT' || error.code === 'EACCES' ? 127 : 1;
}

/** The last line of what a program complained about, for a sentence that says why it failed. */
export function describeFailure(result: ProgramResult): string {
  if (result.code === 127) return 'not installed';
  if (result.code === 124) return 'no answer in time';
  return result.stderr.split('\n').at(-1) || `exit code ${result.code}`;
}
