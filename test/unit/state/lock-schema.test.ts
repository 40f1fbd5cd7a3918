import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import * as z from 'zod';
import { EMPTY_LOCK, formatLockFile } from '../../../src/state/lock-file.ts';
import { makeLockJsonSchema } from '../../../src/state/lock-schema.ts';
import { digestOf } from '../../support/states.ts';

function accepts(text: string): boolean {
  return z.fromJSONSchema(makeLockJsonSchema() as Parameters<typeof z.fromJSONSchema>[0]).safeParse(parse(text))
    .success;
}

describe('the JSON Schema of lock files', () => {
  it('is the one in schemas/', () => {
    const file = readFileSync(new URL('../../../schemas/lock.schema.json', import.meta.url), 'utf8');

    expect(JSON.parse(file)).toEqual(makeLockJsonSchema());
  });

  it.each([
    ['one without entries', EMPTY_LOCK],
    ['one with entries', { sources: new Map([['[::1]:5000/a/b:1', digestOf('a')]]), tags: new Map() }],
  ])('accepts what is written: %s', (_what, lock) => {
    expect(accepts(formatLockFile(lock))).toBe(true);
  });

  it.each(['sources: []', 'version: 2', 'version: 1\nsource: []', 'version: 1\ntags: [a.b/c:1]'])(
    'refuses %j',
    (text) => {
      expect(accepts(text)).toBe(false);
    },
  );
});
