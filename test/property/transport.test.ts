import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { findZone, mayReach } from '../../src/transport/address-zone.ts';
import { parseErrorBody } from '../../src/transport/error-body.ts';
import { DEFAULT_RETRY } from '../../src/transport/policy.ts';
import { findNextHop, resolveLocation, selectHeaders, toFirstHop } from '../../src/transport/redirect.ts';
import { computeBackoffMs, parseRetryAfterMs } from '../../src/transport/retry.ts';

const RUNS = { numRuns: 10_000 };
const LOCATION = fc.oneof(
  fc.string({ maxLength: 60 }),
  fc.webUrl(),
  fc.webPath(),
  fc
    .tuple(
      fc.constantFrom('//', 'http:', 'https:', 'javascript:', '\\\\', '/\\', '?', '#', '..'),
      fc.string({ maxLength: 20 }),
    )
    .map((parts) => parts.join('')),
);

describe('redirects', () => {
  it('never carry credentials to another origin, nor from https to http, whatever Location says', () => {
    const url = new URL('https://registry.example:5000/v2/a/b/manifests/x');
    const request = {
      method: 'GET',
      url,
      purpose: 'read it',
      lane: 'metadata',
      authorization: 'Basic x',
      headers: { 'x-own': 'y' },
    } as const;
    fc.assert(
      fc.property(LOCATION, fc.constantFrom(301, 302, 303, 307, 308), (location, status) => {
        const next = attempt(() => findNextHop(request, toFirstHop(request), { status, headers: { location } }));
        if (next === undefined) return;
        expect(next.url.protocol).toBe('https:');
        const carries = 'authorization' in selectHeaders(request, next);
        expect(carries).toBe(next.url.origin === url.origin);
      }),
      RUNS,
    );
  });

  it('resolve any Location or not at all', () => {
    fc.assert(
      fc.property(LOCATION, (location) => {
        expect(resolveLocation(location, new URL('https://registry.example/v2/'))?.hash ?? '').toBe('');
      }),
      RUNS,
    );
  });
});

describe('pauses', () => {
  it('are never negative, and end on a date that exists', () => {
    const value = fc.oneof(
      fc.string(),
      fc.nat().map(String),
      fc.date({ noInvalidDate: true }).map((date) => date.toUTCString()),
      fc.bigInt({ min: 0n }).map(String),
    );
    fc.assert(
      fc.property(value, fc.integer({ min: 0, max: 4e12 }), (header, now) => {
        const ms = parseRetryAfterMs(header, now) ?? 0;
        expect(ms).toBeGreaterThanOrEqual(0);
        expect(() => new Date(now + ms).toISOString()).not.toThrow();
      }),
      RUNS,
    );
  });

  it('of our own stay within their bounds', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 2000 }),
        fc.double({ min: 0, max: 1, noNaN: true, maxExcluded: true }),
        (number, random) => {
          const ms = computeBackoffMs(DEFAULT_RETRY, number, random);
          expect(ms >= 0 && ms <= DEFAULT_RETRY.maxDelayMs).toBe(true);
        },
      ),
      RUNS,
    );
  });
});

describe('addresses', () => {
  it('inside are never reachable from outside, in whatever form they are written', () => {
    const inside = fc.constantFrom(
      '127.0.0.1',
      '10.0.0.1',
      '192.168.7.7',
      '172.20.0.1',
      '169.254.169.254',
      '100.64.9.9',
    );
    const form = fc.constantFrom('', '::ffff:', '64:ff9b::', '::');
    fc.assert(
      fc.property(inside, form, (address, prefix) => {
        expect(mayReach('public', findZone(`${prefix}${address}`))).toBe(false);
      }),
      RUNS,
    );
  });

  it('have a zone, whatever they are', () => {
    fc.assert(
      fc.property(fc.oneof(fc.ipV4(), fc.ipV6(), fc.string()), (address) => {
        expect(findZone(address)).toMatch(/^(loopback|link-local|private|public|reserved)$/);
      }),
      RUNS,
    );
  });
});

describe('the words of a registry', () => {
  it('are short and printable, whatever was sent', () => {
    const entry = fc.record(
      { code: fc.anything(), message: fc.anything(), detail: fc.anything() },
      { requiredKeys: [] },
    );
    const body = fc.oneof(
      fc.string(),
      fc.json(),
      fc.record({ errors: fc.array(entry) }).map((value) => safeJson(value)),
    );
    fc.assert(
      fc.property(body, (text) => {
        const words = parseErrorBody({}, Buffer.from(text)).text;
        expect(words.length).toBeLessThanOrEqual(300);
        // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what must not be there
        expect(words).not.toMatch(/[\u0000-\u001f\u007f]/);
      }),
      RUNS,
    );
  });
});

function attempt<T>(run: () => T): T | undefined {
  try {
    return run();
  } catch {
    return undefined;
  }
}

function safeJson(value: unknown): string {
  return attempt(() => JSON.stringify(value)) ?? '';
}
