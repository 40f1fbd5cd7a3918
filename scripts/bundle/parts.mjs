// The program in a few files. V8 reads a file to its end before it runs a line of it: what a run has no use for must lie in
// another file than what it needs. A part holds all that its roots import and no earlier part has; the last one holds the rest.
import { createRequire } from 'node:module';
import { relative } from 'node:path';
import { LATER } from './slim.mjs';

const commands = (...names) => names.map((name) => `src/cli/commands/${name}.ts`);
const reports = (...names) => names.map((name) => `src/report/${name}.ts`);
const registry = (...names) => names.map((name) => `src/registry/${name}.ts`);
const packages = (...paths) => paths.map((path) => `node_modules/${path}`);

const FIRST = 'plait.cjs';
const LAST = 'plait-rare.cjs';
const ROOTS = {
  [FIRST]: ['src/main.ts', 'src/cli/explain.ts', ...commands('version'), ...packages('chalk/source/index.js')],
  'plait-config.cjs': [...commands('validate'), ...packages('cosmiconfig/dist/Explorer.js')],
  'plait-plan.cjs': [
    ...commands('plan', 'drift'),
    ...reports('text-plan', 'text-drift'),
    ...packages('smol-toml/dist/index.js'),
    'written:undici',
  ],
  'plait-apply.cjs': [
    ...commands('apply'),
    ...reports('text-apply'),
    ...registry('announce-referrers', 'copy-blob', 'delete-tag', 'put-tags', 'write-manifest'),
    ...packages('write-file-atomic/lib/index.js'),
  ],
  'plait-more.cjs': [
    ...commands('create', 'diff', 'inspect', 'lock', 'render', 'rollback', 'show'),
    ...reports('github/render', 'junit/render', 'markdown/render', 'ndjson/event-log', 'sarif'),
    ...packages('picomatch/index.js'),
  ],
  [LAST]: [],
};

/** Which part each module of the program goes to, by what esbuild tells of it as one file; paths are esbuild's. */
export function divide({ inputs }) {
  const partOf = new Map([['<stdin>', FIRST]]);
  for (const [part, roots] of Object.entries(ROOTS)) {
    const wanted = part === LAST ? Object.keys(inputs) : [...roots];
    for (const path of wanted) {
      if (inputs[path] === undefined) throw new Error(`${path} is a root of ${part}, and not in the program`);
      if (partOf.has(path)) continue;
      partOf.set(path, part);
      if (!path.startsWith(LATER)) wanted.push(...listNeeds(inputs[path]));
    }
  }
  return partOf;
}

/** The modules that a module needs before it runs. */
function listNeeds({ imports }) {
  return imports.filter(({ kind, external }) => kind !== 'dynamic-import' && !external).map(({ path }) => path);
}

/** The text that begins each part, the first with `entry`: it gives other parts the modules they take, by their paths. */
export function writeEntries({ inputs }, { partOf, entry }) {
  const given = new Map(Object.keys(ROOTS).map((part) => [part, new Set()]));
  for (const [path, { imports }] of Object.entries(inputs)) {
    for (const { path: wanted, external } of imports) {
      const part = partOf.get(wanted);
      if (!external && part !== partOf.get(path)) given.get(part).add(wanted);
    }
  }
  return [...given].map(([part, paths]) => {
    const gives = Array.from(paths, String)
      .sort()
      .map((path) => `exports[${quote(path)}] = () => require(${toSpecifier(path)});\n`);
    return { part, contents: `${part === FIRST ? entry : ''}${gives.join('')}` };
  });
}

/** An esbuild plugin: takes from other parts what is not in `own`. Earlier ones must be in `dist/`. */
export function takeFromOthers(own, { inputs }, partOf) {
  const asked = Symbol('asked by ourselves');
  return {
    name: 'parts',
    setup(build) {
      build.onResolve({ filter: /^\.\/plait/, namespace: 'part' }, ({ path }) => ({ path, external: true }));
      build.onResolve({ filter: /.*/ }, async ({ path, pluginData, ...from }) => {
        if (pluginData === asked) return undefined;
        const found = await build.resolve(path, { ...from, pluginData: asked });
        if (found.external || found.errors.length > 0) return found;
        const module = found.namespace === 'file' ? relative('', found.path) : `${found.namespace}:${found.path}`;
        const part = partOf.get(module);
        if (part === undefined) throw new Error(`${module} is in no part`);
        const name = `${module} (${part})`;
        return part === own ? undefined : { path: name, namespace: 'part', pluginData: { part, module } };
      });
      build.onLoad({ filter: /.*/, namespace: 'part' }, ({ pluginData: { part, module } }) => {
        const taken = `require(${quote(`./${part}`)})[${quote(module)}]()`;
        // An ES module is faster to use by the names of what it exports, and they are known once its part is there.
        if (inputs[module].format !== 'esm' || !isBefore(part, own)) return { contents: `module.exports = ${taken};` };
        return { contents: `export const { ${listExports(part, module)} } = ${taken};` };
      });
    },
  };
}

function isBefore(part, other) {
  const parts = Object.keys(ROOTS);
  return parts.indexOf(part) < parts.indexOf(other);
}

const require = createRequire(import.meta.url);

function listExports(part, module) {
  return Object.keys(require(`../../dist/${part}`)[module]()).join(', ');
}

const quote = JSON.stringify;

/** Of a file its path, of a module that `slim.mjs` writes the name it stands for. */
function toSpecifier(path) {
  return quote(path.includes(':') ? path.slice(path.indexOf(':') + 1) : `./${path}`);
}
