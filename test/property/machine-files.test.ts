import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isPlaitError } from '../../src/errors/plait-error.ts';
import { createHostFiles } from '../../src/transport/host-files.ts';
import { writeFiles } from '../support/write-files.ts';

const RUNS = { numRuns: 300 };
const CANARY = 'canary-hunter2';

describe('registries.conf', () => {
  it('is read or refused by its name, whatever it holds, and never shown', async () => {
    const value = fc.oneof(
      fc.constantFrom('true', 'false', '"ghcr.io"', '"*.example.com"', '"https://x"', '"tag-only"', '1', '[]', '{}'),
      fc.string().map((text) => JSON.stringify(text)),
      fc.constantFrom(`"${CANARY}"`, CANARY, `["${CANARY}"]`),
    );
    const key = fc.constantFrom('prefix', 'location', 'insecure', 'blocked', 'mirror', 'pull-from-mirror', 'x');
    const line = fc.oneof(
      fc.constantFrom('[[registry]]', '[[registry.mirror]]', '[registry]', '[[registry', 'registry = 1', '# x'),
      fc.tuple(key, value).map(([name, text]) => `${name} = ${text}`),
    );
    const name = fc.constantFrom('registries.conf', 'registries.conf.d/1.conf', 'registries.conf.d/2.conf');
    const files = fc.dictionary(name, fc.array(line, { maxLength: 8 }), { minKeys: 1 });
    await fc.assert(
      fc.asyncProperty(files, async (lines) => {
        const paths = Object.entries(lines).map(([file, texts]) => [`containers/${file}`, texts.join('\n')] as const);
        const root = writeFiles(Object.fromEntries(paths));
        const read = createHostFiles({ systemDirectory: root, configDirectory: join(root, 'none') });
        try {
          await read.find('ghcr.io');
          await read.findMirrors('ghcr.io', 'a/b');
          await read.assertAllowed('ghcr.io', 'a/b', 'read it');
        } catch (error) {
          if (!isPlaitError(error)) throw error;
          expect(['HOST_FILE_INVALID', 'REGISTRY_BLOCKED']).toContain(error.code);
          expect(error.message).toContain(root);
          expect(`${error.message} ${error.hint}`).not.toContain(CANARY);
        }
      }),
      RUNS,
    );
  });
});
