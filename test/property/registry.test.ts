import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isPlaitError } from '../../src/errors/plait-error.ts';
import { isDigest } from '../../src/oci/digest.ts';
import { isTag } from '../../src/oci/repository.ts';
import { findNextLink } from '../../src/registry/link.ts';
import { toReferrersTag } from '../../src/registry/referrers-tag.ts';

const RUNS = { numRuns: 10_000 };
const URL_OF_PAGE = new URL('https://registry.example/v2/a/b/tags/list?n=1000');

describe('Link', () => {
  it('leads to the same host or nowhere, whatever it says', () => {
    const target = fc.oneof(fc.webUrl(), fc.webPath(), fc.string({ maxLength: 40 }));
    const link = fc.oneof(
      fc.string({ maxLength: 200 }),
      fc
        .tuple(target, fc.constantFrom('next', '"next"', '"prev next"', 'last'))
        .map(([to, rel]) => `<${to}>; rel=${rel}`),
      fc.string({ unit: fc.constantFrom('<', '>', ';', 'rel', '=', '"', ' ', 'next', ','), maxLength: 400 }),
    );
    fc.assert(
      fc.property(link, (header) => {
        try {
          const url = findNextLink(respond(header), 'list it');
          expect(url?.origin ?? URL_OF_PAGE.origin).toBe(URL_OF_PAGE.origin);
        } catch (error) {
          expect(isPlaitError(error, 'REGISTRY_PROTOCOL')).toBe(true);
        }
      }),
      RUNS,
    );
  });
});

describe('the fall-back tag of referrers', () => {
  it('is a tag, whatever the digest', () => {
    const digest = fc
      .stringMatching(/^[a-z0-9]{1,30}(?:[+._-][a-z0-9]{1,9}){0,4}:[a-zA-Z0-9=_-]{1,99}$/)
      .filter(isDigest);
    fc.assert(
      fc.property(digest, (subject) => {
        expect(isTag(toReferrersTag(subject))).toBe(true);
      }),
      RUNS,
    );
  });
});

function respond(link: string): Parameters<typeof findNextLink>[0] {
  return { status: 200, headers: { link }, url: URL_OF_PAGE, crossedOrigin: false, body: new Uint8Array() };
}
