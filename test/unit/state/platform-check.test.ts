import { describe, expect, it } from 'vitest';
import type { PlatformOverride } from '../../../src/config/declaration.ts';
import { formatPlatform, normalizePlatform, parsePlatform } from '../../../src/oci/platform.ts';
import { checkPlatform, findOverride } from '../../../src/state/platform-check.ts';

const read = (text: string) => normalizePlatform(parsePlatform(text));
const check = (declared: string, found: string, override?: PlatformOverride) =>
  checkPlatform({ declared: read(declared), found: read(found), override, image: 'a:1' });

describe('the platform of an image that is published for another one', () => {
  it.each<[string, string, PlatformOverride]>([
    ['linux/arm64', 'linux/arm/v7', { architecture: 'arm64' }],
    ['linux/arm/v6', 'linux/arm64', { architecture: 'arm' }],
    ['linux/amd64', 'windows(10.0.20348.1)/amd64', { os: 'linux' }],
    ['linux/arm/v6', 'linux/arm/v7', { variant: 'v6' }],
  ])('is %s of %s, with nothing left of what belongs to the other one', (declared, found, override) => {
    expect(formatPlatform(check(declared, found, override).platform)).toBe(declared);
    expect(findOverride(read(declared), read(found))).toEqual(override);
  });

  it('is refused where nobody says that it is meant', () => {
    expect(() => check('linux/arm64', 'linux/arm/v7')).toThrow(
      expect.objectContaining({ code: 'SOURCE_PLATFORM_MISMATCH' }),
    );
    expect(() => check('linux/amd64', 'linux/amd64/v3')).toThrow(
      expect.objectContaining({ code: 'SOURCE_PLATFORM_MISMATCH' }),
    );
  });
});
