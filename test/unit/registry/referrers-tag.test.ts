import { describe, expect, it } from 'vitest';
import { parseDigest } from '../../../src/oci/digest.ts';
import { isTag } from '../../../src/oci/repository.ts';
import { toReferrersTag } from '../../../src/registry/referrers-tag.ts';

describe('the fall-back tag', () => {
  it.each([
    [`sha256:${'a'.repeat(64)}`, `sha256-${'a'.repeat(64)}`],
    [`sha512:${'a'.repeat(64)}${'b'.repeat(64)}`, `sha512-${'a'.repeat(64)}`],
    [
      'test+algorithm+using+algorithm+separators+and+lots+of+characters:alsoSome=InTheEncodedSectionToShowHyphenReplacementAndLots+Of'.replaceAll(
        '+Of',
        '',
      ),
      'test-algorithm-using-algorithm-s-alsoSome-InTheEncodedSectionToShowHyphenReplacementAndLots',
    ],
    ['a.b_c-d:=x', 'a.b_c-d--x'],
  ])('of %s is %s', (digest, tag) => {
    expect(toReferrersTag(parseDigest(digest))).toBe(tag);
    expect(isTag(tag)).toBe(true);
  });

  it('is never longer than a tag may be', () => {
    const tag = toReferrersTag(parseDigest(`${'x+'.repeat(100)}x:${'='.repeat(200)}`));
    expect(tag).toHaveLength(32 + 1 + 64);
    expect(isTag(tag)).toBe(true);
  });
});
