// Everything that a release publishes, in one folder: the npm package, the executables, the licences, a bill of materials, the
// notes and the checksums of all of them. Publishes nothing itself: .github/workflows/release.yml does.
//   npm run release -- [--out FOLDER] [--target linux-x64,… | all | none] [--notes-of VERSION]
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { copyFileSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { fetchNode, HOST } from './executable/node-builds.mjs';
import { cutNotes } from './release/notes.mjs';
import { makeSbom } from './release/sbom.mjs';

const { version } = JSON.parse(readFileSync('package.json', 'utf8'));
const { values } = parseArgs({
  options: {
    out: { type: 'string', default: 'release' },
    target: { type: 'string', default: 'all' },
    'notes-of': { type: 'string', default: version },
  },
});
const out = resolve(values.out);
const notes = cutNotes(readFileSync('CHANGELOG.md', 'utf8'), values['notes-of']);

function run(name, args) {
  const { status, error } = spawnSync(name, args, { stdio: ['ignore', 'ignore', 'inherit'] });
  if (status !== 0) throw new Error(`${name} ${args.join(' ')} ended with ${error?.message ?? status}`);
}

mkdirSync(out, { recursive: true });
if (readdirSync(out).length > 0) throw new Error(`${out} is not empty: what is in it would be published, too`);
run('npm', ['pack', '--ignore-scripts', '--pack-destination', out]);
if (values.target !== 'none') {
  run(process.execPath, ['scripts/executable.mjs', '--target', values.target, '--out', out]);
  copyFileSync(join(dirname(fetchNode(HOST)), '..', 'LICENSE'), join(out, 'LICENSE-node.txt'));
}
copyFileSync('LICENSE', join(out, 'LICENSE.txt'));
copyFileSync('dist/THIRD-PARTY-NOTICES.txt', join(out, 'THIRD-PARTY-NOTICES.txt'));
const sbom = makeSbom(readFileSync('dist/THIRD-PARTY-NOTICES.txt', 'utf8'));
writeFileSync(join(out, `plait-${version}.cdx.json`), `${JSON.stringify(sbom, null, 2)}\n`);
writeFileSync(join(out, 'RELEASE_NOTES.md'), notes);

const files = readdirSync(out).sort();
const lines = files.map(
  (name) =>
    `${createHash('sha256')
      .update(readFileSync(join(out, name)))
      .digest('hex')}  ${name}\n`,
);
writeFileSync(join(out, 'SHA256SUMS'), lines.join(''));
console.log(`${out}:\n${[...files, 'SHA256SUMS'].map((name) => `  ${name}\n`).join('')}`);
