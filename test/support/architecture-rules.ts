import type { SourceFile, SourceImport } from './source-tree.ts';

/** One breach, ready to read: `oci/x.ts: imports …`. */
export type Breach = string;
type Rule = (files: readonly SourceFile[]) => readonly Breach[];

/** A folder imports only from itself and from folders after it. Files of the top level may import from every folder. */
export const FOLDERS: readonly string[] = [
  'cli',
  'report',
  'import',
  'apply',
  'plan',
  'state',
  'config',
  'registry',
  'auth',
  'transport',
  'cache',
  'playground',
  'oci',
  'errors',
];

/** Packages and the places that may import them; whatever is not listed may be imported by nobody. */
export const PACKAGES: Readonly<Record<string, readonly string[]>> = {
  undici: ['transport/'],
  chalk: ['report/'],
  cosmiconfig: ['config/'],
  yaml: ['config/', 'report/', 'import/'],
  zod: ['config/', 'plan/', 'apply/', 'auth/', 'registry/', 'report/'],
  commander: ['cli/'],
  'p-limit': ['transport/', 'registry/', 'state/', 'apply/', 'import/'],
  'smol-toml': ['transport/'],
  'write-file-atomic': ['cli/'],
  picomatch: ['config/', 'cli/', 'plan/'],
  re2js: ['config/'],
};

/** Where the world outside comes in: arguments, streams, the environment, time and chance. */
const EDGE: readonly string[] = ['bin.ts', 'main.ts', 'cli/context.ts'];
const OUTSIDE: readonly string[] = [
  'process',
  'console',
  'globalThis',
  'Date.now',
  'new Date()',
  'Math.random',
  'performance',
  'setTimeout',
  'setInterval',
  'setImmediate',
];
const OUTSIDE_MODULES: readonly string[] = ['node:process', 'node:timers', 'node:timers/promises', 'node:console'];

const PURE_FOLDERS: readonly string[] = ['oci', 'plan'];
const PURE_MODULES: readonly string[] = ['node:crypto', 'node:buffer', 'node:util'];
const MAX_LINES = 300;

function folderOf(path: string): string {
  return path.includes('/') ? path.slice(0, path.indexOf('/')) : '';
}

function eachImport(
  files: readonly SourceFile[],
  judge: (found: SourceImport, file: SourceFile) => string | undefined,
) {
  return files.flatMap((file) =>
    file.imports.flatMap((found) => {
      const problem = judge(found, file);
      return problem === undefined ? [] : [`${file.path}: ${problem}`];
    }),
  );
}

export const findUpwardImports: Rule = (files) =>
  eachImport(files, (found, file) => {
    if (found.file === undefined || folderOf(file.path) === '') return undefined;
    const from = FOLDERS.indexOf(folderOf(file.path));
    const to = FOLDERS.indexOf(folderOf(found.file));
    if (from === -1) return 'the folder is not in the order';
    return to < from ? `imports ${found.file}, which lies above it` : undefined;
  });

/** The compiler says so too; here it shows that the other rules judge the real graph. */
export const findMissingFiles: Rule = (files) => {
  const paths = new Set(files.map(({ path }) => path));
  return eachImport(files, (found) =>
    found.file === undefined || paths.has(found.file) ? undefined : `imports ${found.file}, which is not there`,
  );
};

/** Types count too: two files that need each other are one thing in two places. */
export const findCycles: Rule = (files) => {
  const graph = new Map(files.map((file) => [file.path, file.imports.flatMap((found) => found.file ?? [])]));
  const done = new Set<string>();
  const cycles: string[] = [];
  const walk = (path: string, trail: readonly string[]): void => {
    if (trail.includes(path)) cycles.push([...trail.slice(trail.indexOf(path)), path].join(' -> '));
    else if (!done.has(path)) for (const next of graph.get(path) ?? []) walk(next, [...trail, path]);
    done.add(path);
  };
  for (const path of graph.keys()) walk(path, []);
  return cycles;
};

export const findForeignPackages: Rule = (files) =>
  eachImport(files, ({ specifier, file: inside }, file) => {
    if (inside !== undefined || specifier.startsWith('node:')) return undefined;
    const name = specifier
      .split('/')
      .slice(0, specifier.startsWith('@') ? 2 : 1)
      .join('/');
    const places = PACKAGES[name] ?? [];
    return places.some((place) => file.path.startsWith(place)) ? undefined : `imports ${specifier}`;
  });

export const findOutsideWorld: Rule = (files) => {
  const inner = files.filter((file) => !EDGE.includes(file.path));
  const named = inner.flatMap((file) =>
    file.globals.filter((name) => OUTSIDE.includes(name)).map((name) => `${file.path}: uses ${name}`),
  );
  const imported = eachImport(inner, ({ specifier }) =>
    OUTSIDE_MODULES.includes(specifier) ? `imports ${specifier}` : undefined,
  );
  return [...named, ...imported];
};

/** Follows value imports to the end, so that a pure folder cannot do input or output through another one either. */
export const findImpurity: Rule = (files) => {
  const byPath = new Map(files.map((file) => [file.path, file]));
  const breaches: string[] = [];
  const walk = (file: SourceFile, trail: readonly string[], seen: Set<string>): void => {
    if (seen.has(file.path)) return;
    seen.add(file.path);
    for (const found of file.imports.filter(({ kind }) => kind !== 'type')) {
      const next = found.file === undefined ? undefined : byPath.get(found.file);
      if (next !== undefined) walk(next, [...trail, file.path], seen);
      else if (isImpure(found.specifier)) breaches.push([...trail, file.path, found.specifier].join(' -> '));
    }
  };
  for (const file of files) if (PURE_FOLDERS.includes(folderOf(file.path))) walk(file, [], new Set());
  return breaches;
};

function isImpure(specifier: string): boolean {
  if (specifier.startsWith('node:')) return !PURE_MODULES.includes(specifier);
  return ['undici', 'cosmiconfig'].includes(specifier);
}

export const findReexports: Rule = (files) =>
  eachImport(files, ({ kind, specifier }, { path }) =>
    kind === 'reexport' && path !== 'index.ts' ? `re-exports ${specifier}` : undefined,
  );

export const findDefaultExports: Rule = (files) =>
  files.filter(({ hasDefaultExport }) => hasDefaultExport).map(({ path }) => `${path}: has a default export`);

export const findLongFiles: Rule = (files) =>
  files.filter(({ lines }) => lines > MAX_LINES).map(({ path, lines }) => `${path}: ${lines} lines`);
