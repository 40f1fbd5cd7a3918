import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { createIncludeReader } from '../../../src/config/include/file-reader.ts';
import { type JsonSchema, makeConfigJsonSchema } from '../../../src/config/json-schema.ts';
import { loadConfig } from '../../../src/config/load.ts';
import { readConfig } from '../../../src/config/read-config.ts';

const ROOT = fileURLToPath(new URL('../../../', import.meta.url));
const EXAMPLE = readFileSync(`${ROOT}manifests.example.yaml`, 'utf8');

function listKeys(schema: JsonSchema): readonly string[] {
  const sections = [schema, ...Object.values(schema.definitions as Record<string, JsonSchema>)];
  return [...new Set(sections.flatMap(({ properties }) => Object.keys(properties ?? {})))];
}

describe('manifests.example.yaml', () => {
  it('is valid with the files that it includes, and nothing is to be said about it', async () => {
    const config = loadConfig({
      files: [await readConfig('manifests.example.yaml', { workingDirectory: ROOT })],
      variables: {},
      environment: {},
      includes: createIncludeReader(ROOT),
      now: Date.UTC(2026, 0),
    });

    expect(config.diagnostics).toEqual([]);
    expect(config.files.map(({ path }) => path)).toEqual(['manifests.example.yaml', 'examples/teams/edge/images.yaml']);
  });

  it('has a word about every key of the language', () => {
    const missing = listKeys(makeConfigJsonSchema()).filter(
      (key) => !new RegExp(`(?<![\\w.])${key.replace('.', '\\.')}(?![\\w.])`).test(EXAMPLE),
    );

    expect(missing).toEqual([]);
  });
});
