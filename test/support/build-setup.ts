import { readdir, stat, utimes } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import type { TestProject } from 'vitest/node';
import { withLock } from './folder-lock.ts';
import { runProgram } from './run-program.ts';

declare module 'vitest' {
  interface ProvidedContext {
    cli: CliBuild;
  }
}

export interface CliBuild {
  /** Absolute path of the program, built from the sources as they were when the run began. */
  readonly path: string;
  /** Why it could not be built. */
  readonly problem?: string;
}

const PROGRAM = resolve('dist/bin.cjs');
const SOURCES = ['src', 'package.json', 'tsconfig.json', 'tsconfig.build.json', 'scripts/bundle.mjs', 'scripts/bundle'];
const LOCK = resolve('node_modules/.cache/plait/build.lock');
const BUILD_MS = 120_000;

/** Builds the program when its sources are newer than it is. Runs that start together wait for one build. */
export async function setup(project: TestProject): Promise<void> {
  const problem = await withLock(LOCK, BUILD_MS, async () => ((await isStale()) ? build() : undefined));
  project.provide('cli', { path: PROGRAM, ...(problem === undefined ? {} : { problem }) });
}

async function isStale(): Promise<boolean> {
  const built = await findChangeTime(PROGRAM);
  const changes = await Promise.all(SOURCES.map(findNewest));
  return changes.some((changed) => changed >= built);
}

async function build(): Promise<string | undefined> {
  const begun = new Date();
  const result = await runProgram('npm', ['run', '--silent', 'build'], { timeoutMs: BUILD_MS });
  if (result.code !== 0) return `npm run build failed:\n${result.stdout.toString('utf8')}${result.stderr}`;
  // What is edited while the compiler runs must count as newer than its result.
  await utimes(PROGRAM, begun, begun);
  return undefined;
}

/** The latest change below `path`; removing a file changes its folder. */
async function findNewest(path: string): Promise<number> {
  const entries = await readdir(path, { recursive: true }).catch(() => []);
  return Math.max(...(await Promise.all(['', ...entries].map((entry) => findChangeTime(join(path, entry))))));
}

/** Milliseconds since 1970; 0 for what is not there. */
async function findChangeTime(path: string): Promise<number> {
  return (await stat(path).catch(() => undefined))?.mtimeMs ?? 0;
}
