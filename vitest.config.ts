import { defineConfig } from 'vitest/config';
import { InteropReporter } from './test/interop/reporter.ts';

/** Every project gets a folder for temporary files that the main process removes. */
const project = (
  name: string,
  { globalSetup = [], ...extra }: { globalSetup?: string[]; [key: string]: unknown } = {},
) => ({
  extends: true as const,
  test: {
    name,
    include: [`test/${name}/**/*.test.ts`],
    globalSetup: ['test/support/temp-setup.ts', ...globalSetup],
    ...extra,
  },
});

const patient = { testTimeout: 60_000, hookTimeout: 120_000 };
const registrySetup = 'test/support/global-setup.ts';
const buildSetup = 'test/support/build-setup.ts';

export default defineConfig({
  test: {
    // No test changes what belongs to the process, so that files may share one: it loads every module once, not once a file.
    isolate: false,
    maxWorkers: 2,
    reporters: ['default', new InteropReporter()],
    projects: [
      project('unit', { include: ['test/unit/**/*.test.ts', 'test/architecture.test.ts'], testTimeout: 30_000 }),
      project('property', { testTimeout: 120_000 }),
      project('faults', { testTimeout: 30_000, hookTimeout: 120_000, globalSetup: [buildSetup] }),
      project('conformance', { testTimeout: 30_000, hookTimeout: 60_000 }),
      project('contract', { ...patient, globalSetup: [registrySetup] }),
      project('interop', { ...patient, globalSetup: [registrySetup, 'test/interop/setup.ts'] }),
      project('browser', { testTimeout: 30_000, hookTimeout: 60_000 }),
      project('e2e', { ...patient, globalSetup: [registrySetup, buildSetup] }),
    ],
  },
});
