import { spawn } from 'node:child_process';
import { inject } from 'vitest';
import { makeTempDir } from './temp-dir.ts';

export interface CliOptions {
  /** An empty folder by default. */
  readonly cwd?: string;
  /** On top of an environment that holds nothing of the user's: PATH, and HOME in an empty folder. */
  readonly env?: Readonly<Record<string, string>>;
  /** Standard input, at its end after this text; empty by default; null: open, and nothing comes. */
  readonly input?: string | null;
  /** Ends the program so, as a person or a scheduler would. */
  readonly signal?: AbortSignal;
  /** Called with the running program, for tests that send it signals. */
  readonly onStart?: (program: { kill(signal: NodeJS.Signals): boolean }) => void;
  readonly timeoutMs?: number;
}

export interface CliResult {
  /** Null when a signal ended it. */
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

const TIMEOUT_MS = 60_000;

/** Runs the built program as a user would, to its end. Throws when it could not be built or does not end in time. */
export async function runCli(args: readonly string[], options: CliOptions = {}): Promise<CliResult> {
  const { path, problem } = inject('cli');
  if (problem !== undefined) throw new Error(problem);
  const home = makeTempDir();
  const env = { PATH: process.env.PATH, ...homeVariables(home), ...options.env };
  const child = spawn(process.execPath, [path, ...args], {
    cwd: options.cwd ?? home,
    env,
    killSignal: 'SIGINT',
    ...(options.signal === undefined ? {} : { signal: options.signal }),
  });
  options.onStart?.(child);
  const output = { stdout: '', stderr: '' };
  for (const name of ['stdout', 'stderr'] as const) {
    child[name].setEncoding('utf8').on('data', (text: string) => {
      output[name] += text;
    });
  }
  child.on('error', () => undefined); // the abort; how it ended is told by 'close'
  child.stdin.on('error', () => undefined); // not every command reads its input
  if (options.input !== null) child.stdin.end(options.input ?? '');
  return { code: await waitForEnd(child, options.timeoutMs ?? TIMEOUT_MS, args), ...output };
}

/** Where a program looks for what is the user's. */
export function homeVariables(home: string): Readonly<Record<string, string>> {
  return {
    HOME: home,
    XDG_CACHE_HOME: `${home}/.cache`,
    XDG_RUNTIME_DIR: `${home}/run`,
    PLAIT_ETC: `${home}/etc`,
  };
}

function waitForEnd(
  child: ReturnType<typeof spawn>,
  timeoutMs: number,
  args: readonly string[],
): Promise<number | null> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => {
      child.kill('SIGKILL');
      reject(new Error(`plait ${args.join(' ')} did not end within ${timeoutMs} ms`));
    }, timeoutMs);
    child.once('close', (code) => {
      clearTimeout(timer);
      resolve(code);
    });
  });
}
