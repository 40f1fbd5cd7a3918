import type { TestProject } from 'vitest/node';
import { buildGoPrograms, type GoBuild } from '../support/go-programs.ts';

declare module 'vitest' {
  interface ProvidedContext {
    goBuilds: Readonly<Record<string, GoBuild>>;
  }
}

/** Called by vitest before the first test of the project: has the registries at hand that are built from source. */
export async function setup(project: TestProject): Promise<void> {
  project.provide('goBuilds', await buildGoPrograms((line) => void process.stderr.write(`interop: ${line}\n`)));
}
