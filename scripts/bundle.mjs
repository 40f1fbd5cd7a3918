// One bundled file for fast start-up: dist/plait.mjs, or the path given.
import { build } from 'esbuild';

await build({
  entryPoints: ['src/bin.ts'],
  outfile: process.argv[2] ?? 'dist/plait.mjs',
  bundle: true,
  platform: 'node',
  format: 'esm',
  target: 'node20.19',
  legalComments: 'external',
  banner: {
    js: "import { createRequire as __createRequire } from 'node:module'; const require = __createRequire(import.meta.url);",
  },
});
