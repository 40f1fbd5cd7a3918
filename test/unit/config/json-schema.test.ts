import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import * as z from 'zod';
import { type JsonSchema, makeConfigJsonSchema } from '../../../src/config/json-schema.ts';

const ROOT = new URL('../../../', import.meta.url);
const schema = makeConfigJsonSchema();

/** A validator of the same schema by another road. It forgets additionalProperties where there are patternProperties. */
function accepts(text: string, { withPatterns }: { readonly withPatterns: boolean }): boolean {
  const used = JSON.parse(
    JSON.stringify(schema, (key, value: unknown) => (key === 'patternProperties' && !withPatterns ? undefined : value)),
  );
  return z.fromJSONSchema(used).safeParse(parse(text, { merge: true })).success;
}

function listUndescribed(node: unknown, path = ''): readonly string[] {
  if (typeof node !== 'object' || node === null) return [];
  const { properties } = node as JsonSchema;
  const own = Object.entries((properties ?? {}) as Record<string, JsonSchema>)
    .filter(([, value]) => value.description === undefined)
    .map(([key]) => `${path}/${key}`);
  return [...own, ...Object.entries(node).flatMap(([key, value]) => listUndescribed(value, `${path}/${key}`))];
}

/** Keys of a single value or a list of such, of which an editor could show no value that is allowed. */
function listWithoutExample(node: unknown, path = ''): readonly string[] {
  if (typeof node !== 'object' || node === null) return [];
  const { properties } = node as JsonSchema;
  const own = Object.entries((properties ?? {}) as Record<string, JsonSchema>)
    .filter(
      ([, value]) =>
        !/"(?:examples|enum|const|default|\$ref)":|"type":"(?:boolean|integer)"/.test(JSON.stringify(value)),
    )
    .map(([key]) => `${path}/${key}`);
  return [...own, ...Object.entries(node).flatMap(([key, value]) => listWithoutExample(value, `${path}/${key}`))];
}

describe('the JSON Schema of config files', () => {
  it('is the one in schemas/', () => {
    const written = readFileSync(new URL('schemas/manifests.schema.json', ROOT), 'utf8');

    expect(JSON.parse(written)).toEqual(schema);
  });

  it('accepts the complete example', () => {
    expect(
      accepts(readFileSync(new URL('test/fixtures/config/complete.yaml', ROOT), 'utf8'), { withPatterns: true }),
    ).toBe(true);
  });

  it.each([
    ['x- keys', 'version: 1\nx-a: [1]\nimages: [{x-b: 1, target: a, platforms: {x-c: 1}}]'],
    ['variables for lists and words', 'version: 1\nimages: [{tags: "${t}", platforms: "${p}", mediaType: "${m}"}]'],
    [
      'null for defaults',
      'version: 1\nimages: [{annotations: null, guards: {maxPlatformRemovals: null}, labels: {a: null}}]',
    ],
    ['rows that change the image', 'version: 1\nimages: [{matrix: {rows: [{app: a, mediaType: docker}]}}]'],
  ])('accepts %s', (_name, text) => {
    expect(accepts(text, { withPatterns: true })).toBe(true);
  });

  it.each([
    ['a file without version', 'images: []'],
    ['unknown keys', 'version: 1\nimages: [{tag: [a]}]'],
    ['unquoted numbers', 'version: 1\nimages: [{tags: [1.10]}]'],
    ['unknown words', 'version: 1\nimages: [{mediaType: ocii}]'],
    ['other values in rows', 'version: 1\nimages: [{matrix: {rows: [{app: 1}]}}]'],
    ['secrets', 'version: 1\nregistries: {a.b: {auth: {password: a}}}'],
  ])('refuses %s', (_name, text) => {
    expect(accepts(text, { withPatterns: false })).toBe(false);
  });

  it('describes every key', () => {
    expect(listUndescribed(schema)).toEqual([]);
  });

  it('shows a value of every key that is no section', () => {
    expect(listWithoutExample(schema)).toEqual([]);
  });
});
