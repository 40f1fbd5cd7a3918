// The types of the public API, and nothing else: what the compiler wrote for inner modules would name packages that whoever
// installs Plait does not have. Each file keeps the declarations that `index.d.ts` leads to.
import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { parseSync } from 'rolldown/utils';

/** Removes from `folder` every declaration file, and every declaration, that `entry` does not need. */
export function keepPublicTypes(folder, entry) {
  const files = new Map();
  const open = (path) => {
    if (!files.has(path)) files.set(path, readFile(join(folder, path)));
    return files.get(path);
  };
  const wanted = [...open(entry).statements].map((statement) => ({ path: entry, statement }));
  for (const { path, statement } of wanted) {
    if (statement.isNeeded) continue;
    statement.isNeeded = true;
    wanted.push(...findNeeds(open, path, statement));
  }
  for (const path of listTypes(folder)) {
    const file = files.get(path);
    if (file === undefined) rmSync(join(folder, path));
    else writeFileSync(join(folder, path), writeFile(file));
  }
}

function listTypes(folder) {
  return readdirSync(folder, { recursive: true }).filter((path) => path.endsWith('.d.ts'));
}

function readFile(path) {
  const text = readFileSync(path, 'utf8');
  const { program, errors } = parseSync(path, text, { lang: 'dts' });
  if (errors.length > 0) throw new Error(`${path}: ${errors[0].message}`);
  let begin = 0;
  const statements = program.body.map((node) => {
    const statement = { node, text: text.slice(begin, node.end), names: new Set(), places: [], isNeeded: false };
    begin = node.end;
    collectNames(node, statement);
    return statement;
  });
  const imports = new Map();
  for (const { node } of statements.filter((each) => each.node.type === 'ImportDeclaration')) {
    for (const { local, imported } of node.specifiers) {
      imports.set(local.name, { source: node.source.value, imported: imported?.name });
    }
  }
  const own = statements.filter(({ node }) => node.type !== 'ImportDeclaration');
  return { statements: own, imports };
}

/** Every name in `node`: those it declares among them, and those of properties, which cost nothing. */
function collectNames(node, statement) {
  if (node === null || typeof node !== 'object') return;
  if (node.type === 'Identifier') statement.names.add(node.name);
  if (node.type === 'TSImportType')
    statement.places.push({ source: node.source.value, imported: node.qualifier?.name });
  for (const value of Object.values(node)) collectNames(value, statement);
}

function declares({ node }, name) {
  const declaration = node.declaration ?? node;
  return (declaration.declarations ?? [declaration]).some(({ id }) => id?.name === name);
}

function findNeeds(open, path, statement) {
  const { statements, imports } = open(path);
  const passed =
    statement.node.source === null || statement.node.source === undefined ? [] : listPassed(statement.node);
  const imported = [...statement.names].flatMap((name) => imports.get(name) ?? []);
  const outside = [...passed, ...imported, ...statement.places].flatMap(({ source, imported: name }) => {
    if (!source.startsWith('.')) return [];
    const target = normalize(join(dirname(path), source.replace(/\.[jt]s$/, '.d.ts')));
    return open(target)
      .statements.filter((each) => declares(each, name))
      .map((each) => ({ path: target, statement: each }));
  });
  const inside =
    passed.length > 0 ? [] : statements.filter((each) => [...statement.names].some((name) => declares(each, name)));
  return [...outside, ...inside.map((each) => ({ path, statement: each }))];
}

/** What `export { a } from './b.ts'` hands on. */
function listPassed({ source, specifiers }) {
  return specifiers.map(({ local }) => ({ source: source.value, imported: local.name }));
}

function writeFile({ statements, imports }) {
  const kept = statements.filter(({ isNeeded }) => isNeeded);
  const names = new Set(kept.flatMap((statement) => [...statement.names]));
  const lines = [...imports].flatMap(([local, { source, imported }]) => {
    if (!names.has(local)) return [];
    const what =
      imported === undefined ? `* as ${local}` : `{ ${imported === local ? local : `${imported} as ${local}`} }`;
    return [`import type ${what} from '${source}';\n`];
  });
  const text = `${lines.join('')}${kept.map((statement) => statement.text).join('')}\n`;
  // The compiler leaves the names of sources in declarations; there are none beside them.
  const named = text.replaceAll(/(from '\.[^']*|import\(['"]\.[^'"]*)\.ts(?=['"])/g, '$1.js');
  return named.includes('export {') ? named : `${named}export {};\n`;
}
