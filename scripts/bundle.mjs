// The program with everything it needs in a few files, dist/plait*.cjs, and a few lines before it, dist/bin.cjs, that know the
// version; the public API and its types. docs/adr/0009-bundle.md says why, and why in the older module format.
import { chmodSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { build } from 'esbuild';
import { toAscii } from './bundle/ascii.mjs';
import { collectNotices } from './bundle/notices.mjs';
import { divide, takeFromOthers, writeEntries } from './bundle/parts.mjs';
import { settings } from './bundle/settings.mjs';
import { slim } from './bundle/slim.mjs';
import { keepPublicTypes } from './bundle/types.mjs';

const BUNDLE = './plait.cjs';

const ENTRY = `
exports.main = () => require('./src/main.ts').main();
exports.api = () => require('./src/index.ts');
`;

const toStdin = (contents) => ({ contents, resolveDir: '.' });

// To see what there is: as one file.
const { metafile } = await build({
  ...settings,
  stdin: toStdin(ENTRY),
  outfile: 'dist/whole.cjs',
  plugins: [slim],
  metafile: true,
  write: false,
});
writeFileSync('dist/THIRD-PARTY-NOTICES.txt', collectNotices(metafile));

const partOf = divide(metafile);
for (const { part, contents } of writeEntries(metafile, { partOf, entry: ENTRY })) {
  const plugins = [takeFromOthers(part, metafile, partOf), slim];
  const { outputFiles } = await build({ ...settings, stdin: toStdin(contents), plugins, write: false });
  writeFileSync(`dist/${part}`, toAscii(outputFiles[0].text));
}

const toBundle = {
  name: 'to-bundle',
  setup: (build) => build.onResolve({ filter: /^\.\/main\.ts$/ }, () => ({ path: BUNDLE, external: true })),
};
await build({ ...settings, entryPoints: ['src/bin.ts'], outfile: 'dist/bin.cjs', plugins: [toBundle] });

// The public API lies in the same files; that it has names of its own is for editors and bundlers.
const names = Object.keys(createRequire(import.meta.url)(`../dist/${BUNDLE}`).api()).sort();
writeFileSync(
  'dist/index.js',
  `import bundle from '${BUNDLE}';\n\nexport const {\n${names.map((name) => `  ${name},\n`).join('')}} = bundle.api();\n`,
);
keepPublicTypes('dist', 'index.d.ts');

// npm gives the right to be run only when it links the package.
chmodSync('dist/bin.cjs', 0o755);
