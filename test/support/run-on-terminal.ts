import { spawn, spawnSync } from 'node:child_process';
import { inject } from 'vitest';
import { homeVariables } from './run-cli.ts';
import { makeTempDir } from './temp-dir.ts';

export interface TerminalResult {
  readonly code: number | null;
  /** All that the terminal showed, with its control characters. */
  readonly screen: string;
}

/** True when this machine has the `script` of util-linux, which gives a program a terminal. */
export function hasTerminal(): boolean {
  return spawnSync('script', ['--version'], { encoding: 'utf8' }).stdout?.includes('util-linux') ?? false;
}

/** Runs the built program on a terminal and types `keys` when it shows `prompt`. */
export function runOnTerminal(
  args: readonly string[],
  { cwd, prompt, keys }: { readonly cwd: string; readonly prompt: string; readonly keys: string },
): Promise<TerminalResult> {
  const { path, problem } = inject('cli');
  if (problem !== undefined) throw new Error(problem);
  const env = { PATH: process.env.PATH, TERM: 'xterm', ...homeVariables(makeTempDir()) };
  const line = [process.execPath, path, ...args].map((word) => `'${word}'`).join(' ');
  const child = spawn('script', ['--quiet', '--return', '--command', line, '/dev/null'], { cwd, env });
  const typed = { isDone: false, screen: '' };
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    typed.screen += text;
    if (typed.isDone || !typed.screen.includes(prompt)) return;
    typed.isDone = true;
    child.stdin.write(keys);
  });
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code) => resolve({ code, screen: typed.screen }));
  });
}
