import { defineConfig } from 'vitest/config';

const project = (name: string, extra: object = {}) => ({
  extends: true as const,
  test: { name, include: [`test/${name}/**/*.test.ts`], ...extra },
});

/** `contract` and `e2e` talk to a real registry, which the global setup provides for the whole run. */
const realRegistry = { globalSetup: ['test/support/global-setup.ts'], testTimeout: 60_000, hookTimeout: 120_000 };

export default defineConfig({
  test: {
    reporters: ['default'],
    projects: [
      project('unit', { include: ['test/unit/**/*.test.ts', 'test/architecture.test.ts'] }),
      project('property', { testTimeout: 120_000 }),
      project('contract', realRegistry),
      project('e2e', realRegistry),
    ],
  },
});
