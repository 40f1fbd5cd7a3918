// Fails when something that comes with Plait has a licence we have not agreed to: what the build put into the bundle, and
// what npm would install with it. The notices of the build name the one, the lock file the other; each package itself says
// under which licence. --list prints what was found; --root checks another folder.
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';

/** Permissive ones that ask for no more than a notice. */
const ALLOWED = ['0BSD', 'Apache-2.0', 'BlueOak-1.0.0', 'BSD-2-Clause', 'BSD-3-Clause', 'ISC', 'MIT'];

const options = { root: { type: 'string', default: '.' }, list: { type: 'boolean', default: false } };
const { values } = parseArgs({ options });
const readJson = (...path) => JSON.parse(readFileSync(join(values.root, ...path), 'utf8'));

const { packages } = readJson('package-lock.json');

/** Where the package at `from` finds `name`, by the rule of Node: in the nearest `node_modules` on the way up. */
function findPackage(from, name) {
  for (let folder = from; ; folder = folder.slice(0, Math.max(0, folder.lastIndexOf('/node_modules/')))) {
    const path = folder === '' ? `node_modules/${name}` : `${folder}/node_modules/${name}`;
    if (packages[path] !== undefined) return path;
    if (folder === '') return undefined;
  }
}

/** Adds to `found` all that the package at `path` brings along. Peers are not followed: whoever names them brings them. */
function collectDependencies(path, found) {
  const { dependencies, optionalDependencies } = packages[path];
  for (const name of Object.keys({ ...dependencies, ...optionalDependencies })) {
    const next = findPackage(path, name);
    if (next === undefined || found.has(next)) continue;
    found.add(next);
    collectDependencies(next, found);
  }
  return found;
}

/** SPDX, as far as package manifests use it: one licence, or some joined by OR or by AND. */
function isAllowed(expression) {
  const text = expression.replace(/^\((.*)\)$/, '$1');
  if (text.includes(' OR ')) return text.split(' OR ').some(isAllowed);
  return text.split(' AND ').every((name) => ALLOWED.includes(name));
}

/** `- name 1.2.3 (MIT)`, as `bundle/notices.mjs` writes it. */
function listBundled() {
  const path = join(values.root, 'dist', 'THIRD-PARTY-NOTICES.txt');
  const text = existsSync(path) ? readFileSync(path, 'utf8') : '';
  const [list] = text.split(/^-{80}$/m);
  return [...list.matchAll(/^- (\S+ \S+) \((.*)\)$/gm)].map(([, id, licence]) => ({ id, licence }));
}

const wanted = collectDependencies('', new Set());
const paths = Object.keys(packages).filter((path) => wanted.has(path));
const found = paths.map((path) => {
  const { name, version, license } = readJson(path, 'package.json');
  return { id: `${name} ${version}`, licence: typeof license === 'string' ? license : 'none named' };
});
const installed = [...found, ...listBundled()];

if (values.list) for (const { id, licence } of installed) console.log(`${id}  ${licence}`);

for (const { id, licence } of installed) {
  if (isAllowed(licence)) continue;
  console.error(`${id} is under "${licence}", which is not among: ${ALLOWED.join(', ')}`);
  process.exitCode = 1;
}
