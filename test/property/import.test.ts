import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { loadConfig } from '../../src/config/load.ts';
import { leaveOutInvalid } from '../../src/import/check-config.ts';
import { importScript, readScript } from '../../src/import/script/import-script.ts';
import { expandTemplate, findTemplate } from '../../src/import/template.ts';
import { writeConfig } from '../../src/import/write-config.ts';
import { normalizePlatform, parsePlatform } from '../../src/oci/platform.ts';

const PIECES = [
  'docker manifest create ',
  'docker manifest push ',
  'docker manifest annotate ',
  'docker buildx imagetools create -t ',
  '--amend ',
  '--arch arm ',
  '--annotation index:a=b ',
  'a.io/x:1 ',
  'a.io/x:1-amd64 ',
  'a.io/x:$V-arm64 ',
  '"',
  "'",
  '`',
  '$(',
  ')',
  '${V:-1}',
  '${',
  '}',
  '{a,b}',
  '$V',
  'V=1',
  'V=$(x)',
  ';',
  '\n',
  '\\',
  '&&',
  '||',
  'if ',
  'fi',
  'for i in a b; do ',
  'done',
  '<<EOF',
  '#',
  '\u0000',
  '🐳',
  ' ',
];
const script = fc.array(fc.oneof(fc.constantFrom(...PIECES), fc.string({ maxLength: 4 })), { maxLength: 40 });

describe('an import', () => {
  it('reads every text, and writes a config that loads', () => {
    fc.assert(
      fc.property(script, (pieces) => {
        const read = readScript({ path: 's.sh', text: pieces.join(''), environment: {} });
        const { config } = leaveOutInvalid(importScript(read, new Map()));
        const text = writeConfig(config);
        const variables = Object.fromEntries(config.variables.map(({ name, fallback }) => [name, fallback ?? '1']));
        const load = () =>
          loadConfig({ files: [{ path: 'm.yaml', directory: '/', text }], variables, environment: {} });

        if (config.images.length > 0) expect(load).not.toThrow();
      }),
    );
  });

  it('finds only templates that make what they were found for', () => {
    const platforms = fc.uniqueArray(
      fc.constantFrom('linux/amd64', 'linux/arm64', 'linux/arm/v7', 'linux/386', 'windows/amd64'),
      { minLength: 1 },
    );
    const word = fc.constantFrom(
      'amd64',
      'arm64',
      'x86_64',
      'aarch64',
      'armv7',
      'arm-v7',
      'linux',
      '1.0',
      '-',
      '_',
      'x',
    );
    fc.assert(
      fc.property(
        platforms,
        fc.array(fc.array(word, { maxLength: 4 }), { minLength: 5, maxLength: 5 }),
        (names, texts) => {
          const samples = names.map((name, index) => ({
            platform: normalizePlatform(parsePlatform(name)),
            text: (texts[index] ?? []).join(''),
          }));
          const template = findTemplate(samples);
          const made = samples.map(({ platform }) => template && expandTemplate(template, platform));

          if (template !== undefined) expect(made).toEqual(samples.map(({ text }) => text));
        },
      ),
    );
  });
});
