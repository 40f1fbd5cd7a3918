import { mkdtemp, realpath, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestProject } from 'vitest/node';

declare module 'vitest' {
  interface ProvidedContext {
    /** Everything that tests put on disk lies below it. */
    tempRoot: string;
  }
}

/** Test workers are ended without notice, so it is the main process that cleans up after them. */
export async function setup(project: TestProject): Promise<() => Promise<void>> {
  const root = await mkdtemp(join(await realpath(tmpdir()), 'plait-test-'));
  project.provide('tempRoot', root);
  return () => rm(root, { recursive: true, force: true, maxRetries: 3 });
}
