// What packages bring along and Plait never runs stays out of the bundle: it would be read at every start.
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));

/** All of undici that `transport/` uses: `undici` itself names its fetch, mocks, caches and web sockets. */
const UNDICI = `
  const Dispatcher = require('undici/lib/dispatcher/dispatcher.js');
  Dispatcher.prototype.request = require('undici/lib/api/api-request.js');
  exports.Agent = require('undici/lib/dispatcher/agent.js');
  exports.buildConnector = require('undici/lib/core/connect.js');`;

/** With these cosmiconfig would run code or read YAML for itself. We hand it readers of our own; `config/explorer.ts` says why. */
const UNUSED_LOADERS = /^(import-fresh|js-yaml|parse-json|typescript)$/;

const inside =
  (namespace) =>
  ({ path }) => ({ path, namespace });

/** An esbuild plugin. */
export const slim = {
  name: 'slim',
  setup(build) {
    build.onResolve({ filter: /^undici$/ }, inside('undici'));
    build.onLoad({ filter: /.*/, namespace: 'undici' }, () => ({ contents: UNDICI, resolveDir: ROOT }));
    build.onResolve({ filter: UNUSED_LOADERS }, inside('unused'));
    build.onLoad({ filter: /.*/, namespace: 'unused' }, ({ path }) => ({
      contents: `throw new Error('${path} is not part of Plait');`,
    }));
  },
};
