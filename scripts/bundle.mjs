// The program as one file with everything it needs, dist/plait.cjs, and a few lines before it, dist/bin.cjs, that know the
// version; the public API and its types. docs/adr/0009-one-file.md says why, and why in the older module format.
import { chmodSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { build } from 'esbuild';
import { collectNotices } from './bundle/notices.mjs';
import { settings } from './bundle/settings.mjs';
import { slim } from './bundle/slim.mjs';
import { keepPublicTypes } from './bundle/types.mjs';

const BUNDLE = './plait.cjs';

const ENTRY = `
exports.main = () => require('./src/main.ts').main();
exports.api = () => require('./src/index.ts');
`;

const bundled = await build({
  ...settings,
  stdin: { contents: ENTRY, resolveDir: '.' },
  outfile: `dist/${BUNDLE}`,
  plugins: [slim],
  metafile: true,
});
writeFileSync('dist/THIRD-PARTY-NOTICES.txt', collectNotices(bundled.metafile));

const toBundle = {
  name: 'to-bundle',
  setup: (build) => build.onResolve({ filter: /^\.\/main\.ts$/ }, () => ({ path: BUNDLE, external: true })),
};
await build({ ...settings, entryPoints: ['src/bin.ts'], outfile: 'dist/bin.cjs', plugins: [toBundle] });

// The public API lies in the same file; that it has names of its own is for editors and bundlers.
const names = Object.keys(createRequire(import.meta.url)(`../dist/${BUNDLE}`).api()).sort();
writeFileSync(
  'dist/index.js',
  `import bundle from '${BUNDLE}';\n\nexport const {\n${names.map((name) => `  ${name},\n`).join('')}} = bundle.api();\n`,
);
keepPublicTypes('dist', 'index.d.ts');

// npm gives the right to be run only when it links the package.
chmodSync('dist/bin.cjs', 0o755);
