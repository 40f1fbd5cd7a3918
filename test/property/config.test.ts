import { readFileSync } from 'node:fs';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { stringify } from 'yaml';
import { Budget } from '../../src/config/budget.ts';
import { Findings } from '../../src/config/findings.ts';
import { dropNulls, mergeMaps } from '../../src/config/merge.ts';
import { type MapNode, makeText } from '../../src/config/node.ts';
import { parseConfig } from '../../src/config/parse.ts';
import { toPlainValue } from '../../src/config/plain-value.ts';
import { formatYaml, renderConfig } from '../../src/config/render.ts';
import { toSourceFile } from '../../src/config/source-file.ts';
import { type Scope, substitute } from '../../src/config/substitute.ts';
import { formatPlatform } from '../../src/oci/platform.ts';
import { diagnoseFiles, loadYaml } from '../support/load-yaml.ts';
import { foldedPlatform, referenceText } from './oci-arbitraries.ts';

const EXAMPLE = readFileSync(new URL('../fixtures/config/complete.yaml', import.meta.url), 'utf8');

/** Words of the language and of YAML, so that random texts get past the first line. */
const WORDS = [
  'version: 1|images:|- |  |\n|: |, |{|}|[|]|"|\'|&a |*a|<<: *a|? |# c\n|!!str |--- |%YAML 1.1\n|\t|\u0000|\uFEFF'.split(
    '|',
  ),
  'target: |tags: |platforms: |source: |from: |matrix: |axes: |rows: |defaults: |x-a: |variables: |registries: '.split(
    '|',
  ),
  'labels: |override: |null|1.10|yes|${a}|${matrix.a}|$${|{arch}|linux/amd64|ghcr.io/acme/api|redis:7'.split('|'),
].flat();

const hostileText = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 200 }),
  fc.array(fc.constantFrom(...WORDS), { maxLength: 40 }).map((words) => words.join('')),
  fc.array(fc.constantFrom(...WORDS), { maxLength: 40 }).map((words) => `version: 1\nimages: ${words.join('')}`),
  fc
    .tuple(fc.nat(EXAMPLE.length), fc.nat(30), fc.oneof(fc.constantFrom(...WORDS), fc.string({ maxLength: 10 })))
    .map(([at, removed, added]) => EXAMPLE.slice(0, at) + added + EXAMPLE.slice(at + removed)),
);

/** Values of any shape under keys that the language knows, and some that it does not. */
const KEYS = [
  'target tags targets platforms source from select as matrix axes rows include exclude labels annotations'.split(' '),
  'descriptorAnnotations archNames guards enabled id mediaType repository ref override optional variant'.split(' '),
  'linux/amd64 linux/arm64/v8 x-a a << toString constructor'.split(' '),
].flat();
const shapes = fc.letrec((tie) => ({
  value: fc.oneof(
    { maxDepth: 5 },
    fc.constantFrom<unknown>(
      null,
      true,
      1,
      1.5,
      'a',
      'a:1',
      'linux/arm64',
      '${matrix.a}',
      '${v}',
      '{os}',
      'copy',
      'docker',
      '',
    ),
    fc.array(tie('value'), { maxLength: 3 }),
    fc.dictionary(fc.constantFrom(...KEYS), tie('value'), { maxKeys: 5 }),
  ),
})).value;
const shapedText = fc
  .record(
    { images: fc.array(shapes, { maxLength: 3 }), defaults: shapes, registries: shapes, variables: shapes },
    { requiredKeys: ['images'] },
  )
  .map((config) => stringify({ version: 1, ...config }));

describe('any text', () => {
  it('is loaded or refused with a ConfigError, whose places are in the text', () => {
    fc.assert(
      fc.property(fc.oneof(hostileText, shapedText), (text) => {
        const lines = text.split('\n');
        for (const { origin, message, hint = '' } of diagnoseFiles({ 'a.yaml': text })) {
          expect(origin.line).toBeLessThanOrEqual(lines.length);
          expect(origin.column).toBeLessThanOrEqual((lines[origin.line - 1] ?? '').length + 1);
          // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what must not be there
          expect(message + hint).not.toMatch(/[\u0000-\u001f\u007f-\u009f]/);
        }
      }),
      { numRuns: 1000 },
    );
  });
});

const plainMapping = fc.letrec((tie) => ({
  mapping: fc.dictionary(
    fc.constantFrom('a', 'b', 'c', 'd'),
    fc.oneof({ maxDepth: 3 }, fc.constantFrom<unknown>('x', 'y', 1, true, ['z'], []), tie('mapping')),
  ),
})).mapping;

function toNode(value: unknown): MapNode {
  const findings = new Findings(['a.yaml']);
  const file = toSourceFile({ path: 'a.yaml', directory: '/', text: JSON.stringify(value) });
  const node = parseConfig(file, findings);
  findings.assertNoError();
  if (node === undefined) throw new Error('not a mapping');
  return node;
}

function mergeAll(...values: readonly unknown[]): unknown {
  return toPlainValue(values.map(toNode).reduce((lower, upper) => mergeMaps(lower, upper)));
}

describe('merging', () => {
  it('changes nothing the second time', () => {
    fc.assert(
      fc.property(plainMapping, plainMapping, (lower, upper) => {
        expect(mergeAll(lower, upper, upper)).toEqual(mergeAll(lower, upper));
        expect(mergeAll(lower, lower)).toEqual(lower);
      }),
    );
  });

  it('removes with null exactly the keys that are null', () => {
    fc.assert(
      fc.property(plainMapping, (mapping) => {
        const keys = Object.keys(mapping);
        const removed = keys.filter((_, index) => index % 2 === 0);
        const nulls = Object.fromEntries(removed.map((key) => [key, null]));

        const merged = mergeMaps(toNode(mapping), toNode(nulls));

        const left = toPlainValue(dropNulls({ node: merged, path: [] }, new Findings([])));
        expect(Object.keys(left as object)).toEqual(keys.filter((key) => !removed.includes(key)));
      }),
    );
  });
});

const NOWHERE = { file: toSourceFile({ path: 'a.yaml', directory: '/', text: '' }), offset: 0 };

function fill(text: string, values: Readonly<Record<string, string>>): unknown {
  const findings = new Findings(['a.yaml']);
  const scope: Scope = new Map(Object.entries(values).map(([name, value]) => [name, makeText(NOWHERE, value)]));
  const cursor = { node: makeText(NOWHERE, text), path: [] };
  const node = substitute(cursor, { scope, findings, budget: new Budget(findings) });
  findings.assertNoError();
  return toPlainValue(node);
}

describe('substitution', () => {
  const name = fc.stringMatching(/^[A-Za-z_][A-Za-z0-9_-]{0,8}$/);

  it('leaves a text without ${ as it is, and gives back an escaped one', () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom('$', '{', '}', 'a', ' ') }), (text) => {
        const escaped = text.replaceAll('${', () => '$${');
        expect(fill(escaped, {})).toBe(text);
        if (!text.includes('${')) expect(fill(text, {})).toBe(text);
      }),
    );
  });

  it('puts in each value once, whatever the values look like', () => {
    const part = fc.tuple(fc.stringMatching(/^[a-z ]*$/), name, fc.string());
    fc.assert(
      fc.property(fc.uniqueArray(part, { selector: ([, key]) => key, maxLength: 6 }), (parts) => {
        const template = parts.map(([before, key]) => `${before}\${${key}}`).join('');
        const values = Object.fromEntries(parts.map(([, key, value]) => [key, value]));
        expect(fill(template, values)).toBe(parts.map(([before, , value]) => before + value).join(''));
      }),
    );
  });
});

const labels = fc.dictionary(fc.stringMatching(/^[a-z]{1,5}$/), fc.string(), { maxKeys: 3 });
const source = fc.tuple(referenceText, fc.stringMatching(/^[a-z0-9]{1,5}$/)).map(([, tag]) => `ghcr.io/acme/ci:${tag}`);
// A key that begins with x- is a note of the user's, not a platform.
const platformKey = foldedPlatform.map(formatPlatform).filter((key) => !key.startsWith('x-'));
const image = fc.record(
  {
    target: fc.constantFrom('ghcr.io/acme/api', 'redis', 'localhost:5000/a/b'),
    tags: fc.uniqueArray(fc.stringMatching(/^[A-Za-z0-9_][A-Za-z0-9_.-]{0,6}$/), { minLength: 1, maxLength: 3 }),
    platforms: fc.dictionary(platformKey, source, { minKeys: 1, maxKeys: 4 }),
    labels,
    annotations: labels,
    attestations: fc.constantFrom('keep', 'drop'),
    unmanagedPlatforms: fc.constantFrom('keep', 'remove', 'error'),
  },
  { requiredKeys: ['target', 'tags', 'platforms'] },
);

describe('a rendered config', () => {
  it('renders to itself', () => {
    fc.assert(
      fc.property(image, (each) => {
        const text = formatYaml({
          version: 1,
          images: [JSON.parse(JSON.stringify(each).replaceAll('${', () => '$${'))],
        });
        const rendered = formatYaml(renderConfig(loadYaml(text)));
        expect(formatYaml(renderConfig(loadYaml(rendered)))).toBe(rendered);
      }),
      { numRuns: 300 },
    );
  });
});
