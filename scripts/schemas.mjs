// Writes the JSON Schemas that the code generates into schemas/. With --check it writes nothing and fails when a file
// there differs.
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { build } from 'esbuild';

/** File in schemas/, module in src/, and the function in it that makes the schema. */
const SCHEMAS = [
  ['manifests.schema.json', 'config/json-schema.ts', 'makeConfigJsonSchema'],
  ['plan.schema.json', 'plan/json-schema.ts', 'makePlanJsonSchema'],
  ['lock.schema.json', 'state/lock-schema.ts', 'makeLockJsonSchema'],
  ['result.schema.json', 'apply/result-document.ts', 'makeResultJsonSchema'],
  ['events.schema.json', 'report/ndjson/events-schema.ts', 'makeEventsJsonSchema'],
  ['settings.schema.json', 'cli/settings-schema.ts', 'makeSettingsJsonSchema'],
];

const root = dirname(dirname(fileURLToPath(import.meta.url)));

/** The module, with its packages as they are installed and without the commands, which no schema is made of. */
async function loadModule(path, folder) {
  const outfile = join(folder, `${path.replaceAll('/', '-')}.mjs`);
  await build({
    entryPoints: [join(root, 'src', path)],
    bundle: true,
    packages: 'external',
    external: ['./commands/*'],
    platform: 'node',
    format: 'esm',
    outfile,
  });
  return import(pathToFileURL(outfile).href);
}

function read(path) {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
}

const stale = [];
// In node_modules, so that packages are found from there.
const cache = join(root, 'node_modules', '.cache');
mkdirSync(cache, { recursive: true });
const folder = mkdtempSync(join(cache, 'schemas-'));
for (const [file, path, name] of SCHEMAS) {
  const module = await loadModule(path, folder);
  const text = `${JSON.stringify(module[name](), null, 2)}\n`;
  const target = join(root, 'schemas', file);
  if (read(target) === text) continue;
  stale.push(file);
  if (!process.argv.includes('--check')) writeFileSync(target, text);
}

rmSync(folder, { recursive: true });

if (process.argv.includes('--check') && stale.length > 0) {
  console.error(`not what the code generates: ${stale.join(', ')}; run  npm run schemas`);
  process.exitCode = 1;
} else if (stale.length > 0) {
  console.log(`written: ${stale.join(', ')}`);
}
