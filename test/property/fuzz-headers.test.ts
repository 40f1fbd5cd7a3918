import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseChallenges, selectChallenge } from '../../src/auth/challenge.ts';
import { parseRealm } from '../../src/auth/realm.ts';
import { parseScopes } from '../../src/auth/scope.ts';
import { parseGrant } from '../../src/auth/token-answer.ts';
import { findNextLink } from '../../src/registry/link.ts';
import { parseWarnings } from '../../src/registry/warnings.ts';
import { parseErrorBody } from '../../src/transport/error-body.ts';
import { parsePullPauseMs } from '../../src/transport/pull-limit.ts';
import { findNextHop, resolveLocation, selectHeaders, toFirstHop } from '../../src/transport/redirect.ts';
import { parseRetryAfterMs } from '../../src/transport/retry.ts';
import { fuzz, hostileText } from '../support/fuzz.ts';

/** All headers of an answer together have no more: undici refuses longer ones. */
const MAX_HEADER_CHARS = 16 * 1024;
const PAGE = new URL('https://registry.example:5000/v2/a/b/tags/list?n=1000');
const URL_PIECES = [
  'https://',
  'HTTPS:',
  'http://',
  'file:',
  'javascript:',
  '//',
  '/',
  '\\',
  '..',
  '?',
  '#',
  '@',
  ':',
  '%2f',
  '%',
  'a',
  '127.0.0.1',
  '[::1]',
  '[',
  ']',
  'registry.example',
  ':5000',
  ':443',
  '\t',
  '\n',
  '\r',
  '\0',
  ' ',
  'é',
  '\u202e',
];
const CHALLENGE_PIECES = [
  'Bearer',
  'Basic',
  'bearer ',
  'realm',
  'service',
  'scope',
  'error',
  '=',
  '"',
  '\\',
  ',',
  ' ',
  '\t',
  'a',
  'https://x/',
  'repository:a:pull',
  '==',
  '""',
  '\\"',
  '\u0000',
  'é',
];

describe('headers and small answers of a hostile server', () => {
  it('as WWW-Authenticate are read or ignored', () => {
    fuzz({
      what: 'challenge parser',
      input: fc.array(hostileText(CHALLENGE_PIECES, MAX_HEADER_CHARS), { minLength: 1, maxLength: 2 }),
      feed: (headers) => {
        const challenges = parseChallenges(headers);
        const chars = challenges.flatMap(({ parameters }) => [...parameters]).join('').length;
        expect(chars).toBeLessThanOrEqual(2 * headers.join('').length);
        const scope = selectChallenge(challenges)?.parameters.get('scope') ?? '';
        expect(parseScopes(scope).length).toBeLessThanOrEqual(scope.length);
      },
    });
  });

  it('as a realm lead to https or nowhere', () => {
    const context = { registry: 'r.example', origin: PAGE, trustedRealms: [], purpose: 'read it' };
    fuzz({
      what: 'realm',
      input: hostileText(URL_PIECES, MAX_HEADER_CHARS),
      feed: (text) => {
        const { protocol, username, password, hash } = parseRealm(text, context);
        expect([protocol, username, password, hash]).toEqual(['https:', '', '', '']);
      },
    });
  });

  it('as Link lead to the same origin or nowhere', () => {
    const pieces = [...URL_PIECES, '<', '>', ';', 'rel', '=', '"', 'next', 'prev', ','];
    fuzz({
      what: 'Link',
      input: hostileText(pieces, MAX_HEADER_CHARS),
      feed: (link) => {
        const next = findNextLink(
          { status: 200, headers: { link }, url: PAGE, crossedOrigin: false, body: EMPTY },
          'list it',
        );
        expect(next?.origin ?? PAGE.origin).toBe(PAGE.origin);
      },
    });
  });

  it('as Location never take credentials elsewhere', () => {
    const request = {
      method: 'GET',
      url: PAGE,
      purpose: 'read it',
      lane: 'metadata',
      authorization: 'Basic x',
    } as const;
    fuzz({
      what: 'Location',
      input: fc.tuple(hostileText(URL_PIECES, MAX_HEADER_CHARS), fc.constantFrom(301, 302, 303, 307, 308)),
      feed: ([location, status]) => {
        expect(resolveLocation(location, PAGE)?.hash ?? '').toBe('');
        const next = findNextHop(request, toFirstHop(request), { status, headers: { location } });
        if (next === undefined) return;
        expect([next.url.protocol, next.url.username]).toEqual(['https:', '']);
        expect('authorization' in selectHeaders(request, next)).toBe(next.url.origin === PAGE.origin);
      },
    });
  });

  it('as Warning become short printable lines', () => {
    const pieces = ['299', ' ', '-', '"', '\\', ',', 'a', '\u009b', '\u202e', '\t', '299 - "', '", ', 'token=abc', 'é'];
    fuzz({
      what: 'Warning',
      input: hostileText(pieces, MAX_HEADER_CHARS),
      feed: (warning) => {
        for (const text of parseWarnings({ warning })) {
          expect(text.length).toBeLessThanOrEqual(300);
          expect(text).not.toMatch(/\p{Cc}/u);
        }
      },
    });
  });

  it('as pauses are times that exist', () => {
    const pieces = [
      '0',
      '9',
      ';w=',
      ';',
      ' ',
      'w=',
      '-',
      '.',
      'e',
      'Mon, 01 Jan 2026 00:00:00 GMT',
      'Jan',
      ':',
      '+',
      'NaN',
    ];
    fuzz({
      what: 'Retry-After and ratelimit headers',
      input: fc.tuple(hostileText(pieces, 1000), hostileText(pieces, 1000), hostileText(pieces, 1000)),
      feed: ([remaining, limit, reset]) => {
        const headers = { 'ratelimit-remaining': remaining, 'ratelimit-limit': limit, 'ratelimit-reset': reset };
        for (const ms of [parsePullPauseMs(headers, 1e12), parseRetryAfterMs(remaining, 1e12)])
          expect(ms === undefined || (ms >= 0 && !Number.isNaN(new Date(1e12 + ms).getTime()))).toBe(true);
      },
    });
  });

  it('as the text of an error are cut and cleaned', () => {
    const pieces = [
      '{',
      '}',
      '[',
      ']',
      '"errors":',
      '"code":"X"',
      '"message":',
      '"detail":',
      ',',
      '"',
      '\\',
      '<title',
      '>',
      '</title>',
      '<html',
      ' ',
      '\u001b[31m',
      'https://u:p@h/',
      'Bearer abcdefgh',
      'a',
      '\n',
      '?token=x',
      'é',
    ];
    fuzz({
      what: 'error body',
      input: fc.tuple(hostileText(pieces, 64 * 1024), fc.constantFrom('application/json', 'text/html', 'text/plain')),
      feed: ([text, type]) => {
        const { text: words } = parseErrorBody({ 'content-type': type }, Buffer.from(text));
        expect(words.length).toBeLessThanOrEqual(300);
        expect(words).not.toMatch(/\p{Cc}/u);
      },
    });
  });

  it('as a token fit into a header or are none', () => {
    const pieces = [
      '{',
      '}',
      '"token":',
      '"access_token":',
      '"expires_in":',
      '"',
      ':',
      ',',
      '1e999',
      '-1',
      'null',
      'a',
      '\\n',
      '\\u0000',
    ];
    fuzz({
      what: 'token answer',
      input: hostileText(pieces, 64 * 1024),
      feed: (text) => {
        const grant = parseGrant(Buffer.from(text));
        expect(grant?.token ?? 'x').toMatch(/^[\x21-\x7e]+$/);
        expect(grant?.lifetimeMs ?? 60_000).toBeGreaterThanOrEqual(60_000);
      },
    });
  });
});

const EMPTY = new Uint8Array();
