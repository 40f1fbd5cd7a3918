import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

const GNU_TIME = '/usr/bin/time';
const hasGnuTime = spawnSync(GNU_TIME, ['-f', '%M', 'timeout', '9', 'true']).status === 0;
/** Without GNU time: what a shell knows of the programs that it ran, which is all but their memory. */
const SHELL_TIMES = '"$@"; code=$?; times >"$FIGURES"; exit $code';
const MAX_LOG = 4000;

/**
 * Runs a program to its end, with all programs that it starts.
 *
 * @param {string[]} command
 * @param {{ env: Record<string, string>, cwd: string, timeoutMs: number }} options
 * @returns {Promise<{ code: number, wallMs: number, cpuS?: number, peakMib?: number, log: string }>} CPU seconds of all
 *   processes together, memory of the largest one; `log` is the end of what they printed
 */
export async function measure(command, { env, cwd, timeoutMs }) {
  const figures = join(cwd, 'figures');
  const [file, ...args] = hasGnuTime
    ? [GNU_TIME, '-q', '-f', '%U %S %M', '-o', figures, 'timeout', '-k', '5', String(timeoutMs / 1000), ...command]
    : ['bash', '-c', SHELL_TIMES, 'bash', ...command];
  const begun = performance.now();
  const child = spawn(file, args, { cwd, env: { ...env, FIGURES: figures }, stdio: ['ignore', 'pipe', 'pipe'] });
  let log = '';
  const keep = (chunk) => {
    log = (log + chunk).slice(-MAX_LOG);
  };
  child.stdout.setEncoding('utf8').on('data', keep);
  child.stderr.setEncoding('utf8').on('data', keep);
  const [code] = await once(child, 'close');
  return { code, wallMs: performance.now() - begun, ...readFigures(figures), log };
}

function readFigures(path) {
  const text = readFileSync(path, 'utf8').trim();
  if (hasGnuTime) {
    const [user, system, kib] = text.split('\n').at(-1).split(' ').map(Number);
    return { cpuS: user + system, peakMib: kib / 1024 };
  }
  const minutes = [
    ...text
      .split('\n')
      .at(-1)
      .matchAll(/(\d+)m([\d.]+)s/g),
  ];
  return { cpuS: minutes.reduce((sum, [, m, s]) => sum + Number(m) * 60 + Number(s), 0) };
}
