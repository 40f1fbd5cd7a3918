// What the licences of bundled packages want to be passed on: who wrote them, and the text of the licence.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const LICENCE_FILE = /^(licen[cs]e|notice|copying)/i;

/** `name version` and the texts of every package that has code in the bundle. Throws for one that brings no text. */
export function collectNotices(metafile) {
  const notices = listPackages(metafile).map((folder) => describePackage(folder));
  return [`Plait contains these packages:\n\n${notices.map(({ title }) => `- ${title}`).join('\n')}\n`]
    .concat(notices.map(({ title, text }) => `${'-'.repeat(80)}\n${title}\n\n${text}\n`))
    .join('\n');
}

/** The folders of the packages that have code in the bundle, sorted. */
export function listPackages({ outputs }) {
  const files = Object.values(outputs).flatMap(({ inputs }) =>
    Object.entries(inputs).flatMap(([path, { bytesInOutput }]) => (bytesInOutput > 0 ? [path] : [])),
  );
  const folders = files.flatMap((path) => /^.*node_modules\/(?:@[^/]+\/)?[^/]+/.exec(path)?.[0] ?? []);
  return [...new Set(folders)].sort();
}

function describePackage(folder) {
  const { name, version, license } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
  const files = readdirSync(folder).filter((file) => LICENCE_FILE.test(file));
  if (files.length === 0) throw new Error(`${name} ${version} says ${license}, but brings no text of it`);
  const texts = files.sort().map((file) => readFileSync(join(folder, file), 'utf8').trim());
  return { title: `${name} ${version} (${license})`, text: texts.join('\n\n') };
}
