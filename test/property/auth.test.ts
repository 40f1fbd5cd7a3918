import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseChallenges } from '../../src/auth/challenge.ts';
import { toBasicHeader } from '../../src/auth/credentials.ts';
import { findEntry, findHelper, parseDockerConfig } from '../../src/auth/docker-config.ts';
import { parseRealm } from '../../src/auth/realm.ts';
import { coversScopes, formatScope, parseScopes, toScopeKey, uniteScopes } from '../../src/auth/scope.ts';
import { parseGrant } from '../../src/auth/token-answer.ts';
import { isPlaitError } from '../../src/errors/plait-error.ts';

const RUNS = { numRuns: 10_000 };
const NAME = fc.stringMatching(/^[a-z]{1,8}$/);
const VALUE = fc.string({ unit: fc.constantFrom('a', 'Z', '"', '\\', ',', '=', ' ', '/', ':'), maxLength: 12 });
const SCOPES = fc
  .array(fc.tuple(NAME, fc.subarray(['pull', 'push', 'delete'], { minLength: 1 })), { minLength: 1, maxLength: 4 })
  .map((list) => parseScopes(list.map(([name, actions]) => `repository:${name}:${actions.join(',')}`).join(' ')));

describe('challenges', () => {
  it('are read back as they were written', () => {
    const challenge = fc.tuple(NAME, fc.dictionary(NAME, VALUE, { maxKeys: 4, noNullPrototype: true }));
    fc.assert(
      fc.property(
        fc.array(challenge, { maxLength: 4 }),
        fc.constantFrom(', ', ',', ' , ', ',, '),
        (challenges, comma) => {
          const header = challenges.map(([scheme, parameters]) => `${scheme} ${write(parameters, comma)}`).join(comma);
          const read = parseChallenges([header]).map(({ scheme, parameters }) => [
            scheme,
            Object.fromEntries(parameters),
          ]);
          expect(read).toEqual(challenges);
        },
      ),
      RUNS,
    );
  });

  it('are read quickly, whatever was sent', () => {
    const text = fc.oneof(
      fc.string({ maxLength: 500 }),
      fc.string({ unit: fc.constantFrom('a', '"', '\\', ',', '=', ' ', '\t'), maxLength: 2000 }),
    );
    fc.assert(
      fc.property(text, (header) => {
        for (const { parameters } of parseChallenges([header, header]))
          expect(parameters.size).toBeLessThanOrEqual(header.length);
      }),
      RUNS,
    );
  });
});

describe('scopes', () => {
  it('united allow what each of them allows', () => {
    fc.assert(
      fc.property(SCOPES, SCOPES, (a, b) => {
        const united = uniteScopes(a, b);
        expect(coversScopes(united, a) && coversScopes(united, b)).toBe(true);
        expect(toScopeKey(united)).toBe(toScopeKey(uniteScopes(b, a)));
      }),
      RUNS,
    );
  });

  it('of any text can be written again', () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 100 }), (text) => {
        const scopes = parseScopes(text);
        expect(parseScopes(scopes.map(formatScope).join(' '))).toEqual(scopes);
      }),
      RUNS,
    );
  });
});

describe('a docker config', () => {
  it('gives credentials or a clear error that holds nothing of it, whatever it is', () => {
    const canary = 'hunter2canary';
    const entry = fc.oneof(
      fc.anything(),
      fc.record(
        { auth: fc.oneof(fc.base64String(), fc.constant(canary), fc.anything()), password: fc.constant(canary) },
        { requiredKeys: [] },
      ),
    );
    const config = fc.record(
      {
        auths: fc.oneof(fc.anything(), fc.dictionary(fc.constantFrom('ghcr.io', 'x'), entry)),
        credsStore: fc.anything(),
        credHelpers: fc.anything(),
      },
      { requiredKeys: [] },
    );
    fc.assert(
      fc.property(
        fc.oneof(config.map(toJson), fc.string(), fc.json(), fc.constant(`{"auths":{"ghcr.io":${canary}`)),
        (text) => {
          try {
            const parsed = parseDockerConfig(text, 'config.json');
            findHelper(parsed, 'ghcr.io');
            findEntry(parsed, 'ghcr.io');
          } catch (error) {
            expect(isPlaitError(error, 'CREDENTIALS_INVALID')).toBe(true);
            expect((error as Error).message).not.toContain(canary);
          }
        },
      ),
      RUNS,
    );
  });

  it('gives back any user name and password', () => {
    const user = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 20 }).filter((name) => !/[:\0]/.test(name));
    const password = fc.string({ unit: 'grapheme', maxLength: 40 }).filter((text) => !text.endsWith('\0'));
    fc.assert(
      fc.property(user, password, (username, secret) => {
        const auth = toBasicHeader(username, secret).slice('Basic '.length);
        const config = parseDockerConfig(JSON.stringify({ auths: { 'ghcr.io': { auth } } }), 'config.json');
        expect(findEntry(config, 'ghcr.io')).toMatchObject({ username, password: secret });
      }),
      RUNS,
    );
  });
});

describe('a token server', () => {
  it('gives a token fit for a header or none, whatever it answers', () => {
    const answer = fc.oneof(
      fc.json(),
      fc.string(),
      fc.record({ token: fc.anything(), access_token: fc.string(), expires_in: fc.anything() }).map(toJson),
    );
    fc.assert(
      fc.property(answer, (text) => {
        const grant = parseGrant(Buffer.from(text));
        expect(grant?.token ?? 'x').toMatch(/^[\x21-\x7e]+$/);
        expect(grant?.lifetimeMs ?? 60_000).toBeGreaterThanOrEqual(60_000);
      }),
      RUNS,
    );
  });

  it('is asked by https or refused, whatever the registry names', () => {
    const context = {
      registry: 'r.example',
      origin: new URL('https://r.example'),
      trustedRealms: [],
      purpose: 'read it',
    };
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          fc.webUrl({ withQueryParameters: true }),
          fc.webUrl().map((url) => url.replace('://', '://a:b@')),
        ),
        (text) => {
          try {
            const realm = parseRealm(text, context);
            expect([realm.protocol, realm.username, realm.hash]).toEqual(['https:', '', '']);
          } catch (error) {
            expect(isPlaitError(error, 'REALM_REFUSED')).toBe(true);
          }
        },
      ),
      RUNS,
    );
  });
});

function write(parameters: Readonly<Record<string, string>>, comma: string): string {
  return Object.entries(parameters)
    .map(([name, value]) => `${name}="${value.replace(/["\\]/g, '\\$&')}"`)
    .join(comma);
}

function toJson(value: unknown): string {
  try {
    return JSON.stringify(value) ?? '';
  } catch {
    return '';
  }
}
