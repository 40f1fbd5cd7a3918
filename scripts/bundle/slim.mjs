// What packages bring along and Plait never runs stays out of the bundle: it would be read at every start. What it runs in few
// cases is asked for when it is used, and not before.
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));

/** Modules instead of those that packages name. */
const WRITTEN = {
  // All of undici that `transport/` uses: `undici` itself names its fetch, mocks, caches and web sockets.
  undici: `
    const Dispatcher = require('undici/lib/dispatcher/dispatcher.js');
    Dispatcher.prototype.request = require('undici/lib/api/api-request.js');
    exports.Agent = require('undici/lib/dispatcher/agent.js');
    exports.buildConnector = require('undici/lib/core/connect.js');`,
  // Only what is used, so that nothing else of zod is kept: a name that is missing here ends the build.
  zod: `
    export {
      array, base64, boolean, discriminatedUnion, enum, int, literal, object, record, strictObject, string, union, unknown,
      ZodArray, ZodObject, ZodOptional, ZodRecord, ZodUnion,
    } from './node_modules/zod/v4/classic/schemas.js';
    export { config } from './node_modules/zod/v4/core/core.js';
    export { globalRegistry } from './node_modules/zod/v4/core/registries.js';
    export * as iso from './node_modules/zod/v4/classic/iso.js';
    export { toJSONSchema } from './node_modules/zod/v4/core/json-schema-processors.js';`,
};

/** With these cosmiconfig would run code or read YAML for itself. We hand it readers of our own; `config/explorer.ts` says why. */
const UNUSED_LOADERS = /^(import-fresh|js-yaml|parse-json|typescript)$/;

/** The namespace of modules that name another one and ask for it as late as can be: it may lie in a later part. */
export const LATER = 'later:';

/** A module of the older kind with these names, in place of `path`. */
const named = (path, names) =>
  `module.exports = { ${names.map((name) => `get ${name}() { return require('${path}').${name}; },`).join(' ')} };`;

/** A module that is one function. */
const called = (path) => `module.exports = (...args) => require('${path}')(...args);`;

const LATER_MODULES = {
  // For regular expressions and patterns of users, and for colours.
  re2js: `${named('re2js', ['RE2JS'])} module.exports.__esModule = true;`,
  chalk: `${named('chalk', ['Chalk'])} module.exports.__esModule = true;`,
  picomatch: named('picomatch', ['isMatch', 'makeRe', 'scan']),
  // Never used, as `transport/agents.ts` says.
  './client-h2.js': called('undici/lib/dispatcher/client-h2.js'),
  // Undici makes sure of many things; all that fails is told by Node's own.
  'node:assert': `module.exports = (value, ...args) => { if (!value) require('node:assert')(value, ...args); };`,
  // For credential helpers, the commit of a plan, and commands that commander would look for in files.
  'node:child_process': named('node:child_process', ['execFile', 'spawn']),
  // Named inside of functions: for processors without SIMD, and for bodies of fetch.
  '../llhttp/llhttp-wasm.js': `module.exports = require('undici/lib/llhttp/llhttp-wasm.js');`,
  '../web/fetch/body.js': `module.exports = require('undici/lib/web/fetch/body.js');`,
};

const inside =
  (namespace) =>
  ({ path }) => ({ path, namespace });

/** An esbuild plugin. */
export const slim = {
  name: 'slim',
  setup(build) {
    build.onResolve({ filter: /^(undici|zod)$/ }, inside('written'));
    build.onLoad({ filter: /.*/, namespace: 'written' }, ({ path }) => ({ contents: WRITTEN[path], resolveDir: ROOT }));
    const later = LATER.slice(0, -1);
    build.onResolve({ filter: /./ }, ({ path, namespace }) =>
      namespace === later || LATER_MODULES[path] === undefined ? undefined : { path, namespace: later },
    );
    build.onLoad({ filter: /.*/, namespace: later }, ({ path }) => ({
      contents: LATER_MODULES[path],
      resolveDir: ROOT,
    }));
    build.onResolve({ filter: UNUSED_LOADERS }, inside('unused'));
    build.onLoad({ filter: /.*/, namespace: 'unused' }, ({ path }) => ({
      contents: `throw new Error('${path} is not part of Plait');`,
    }));
  },
};
