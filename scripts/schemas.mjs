// Writes the JSON Schemas that the code generates into schemas/. With --check it writes nothing and fails when a file
// there differs.
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { loadModule, ROOT } from './load-module.mjs';

/** File in schemas/, module in src/, and the function in it that makes the schema. */
const SCHEMAS = [
  ['manifests.schema.json', 'config/json-schema.ts', 'makeConfigJsonSchema'],
  ['plan.schema.json', 'plan/json-schema.ts', 'makePlanJsonSchema'],
  ['lock.schema.json', 'state/lock-schema.ts', 'makeLockJsonSchema'],
  ['result.schema.json', 'apply/result-document.ts', 'makeResultJsonSchema'],
  ['events.schema.json', 'report/ndjson/events-schema.ts', 'makeEventsJsonSchema'],
  ['settings.schema.json', 'cli/settings-schema.ts', 'makeSettingsJsonSchema'],
];

function read(path) {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
}

const stale = [];
for (const [file, path, name] of SCHEMAS) {
  const module = await loadModule(path);
  const text = `${JSON.stringify(module[name](), null, 2)}\n`;
  const target = join(ROOT, 'schemas', file);
  if (read(target) === text) continue;
  stale.push(file);
  if (!process.argv.includes('--check')) writeFileSync(target, text);
}

if (process.argv.includes('--check') && stale.length > 0) {
  console.error(`not what the code generates: ${stale.join(', ')}; run  npm run schemas`);
  process.exitCode = 1;
} else if (stale.length > 0) {
  console.log(`written: ${stale.join(', ')}`);
}
