import { describe, expect, it } from 'vitest';
import { isKnownArchitecture, isKnownOs } from '../../../src/oci/known-platforms.ts';
import {
  formatPlatform,
  isSamePlatform,
  normalizePlatform,
  type Platform,
  parsePlatform,
} from '../../../src/oci/platform.ts';

const REFUSED = expect.objectContaining({ code: 'PLATFORM_INVALID' });

/** containerd/platforms `platforms_test.go`; the number is that of its case. Text, and the folded form of it. */
const FOLDED: readonly (readonly [row: string, text: string, folded: string])[] = [
  ['1', 'linux/amd64', 'linux/amd64'],
  ['2', 'linux/x86_64', 'linux/amd64'],
  ['3', 'Linux/x86-64', 'linux/amd64'],
  ['4', 'linux/amd64/v1', 'linux/amd64'],
  ['6', 'linux/i386', 'linux/386'],
  ['7', 'linux/aarch64', 'linux/arm64'],
  ['8', 'linux/arm64/v8', 'linux/arm64'],
  ['10', 'linux/armhf', 'linux/arm/v7'],
  ['11', 'linux/armel', 'linux/arm/v6'],
  ['12', 'linux/arm', 'linux/arm/v7'],
  ['14', 'macos/arm64', 'darwin/arm64'],
  ['15', 'windows(10.0.17763)/amd64', 'windows(10.0.17763)/amd64'],
  ['16a', 'windows(10.0.17763+win32k)/amd64', 'windows(10.0.17763+win32k)/amd64'],
  ['16c', 'linux(+unsorted+erofs)/amd64', 'linux(+erofs+unsorted)/amd64'],
];

const MORE_FOLDED: readonly (readonly [text: string, folded: string])[] = [
  ['linux/amd64/v2', 'linux/amd64/v2'],
  ['linux/AMD64/V3', 'linux/amd64/v3'],
  ['linux/i386/v6', 'linux/386'],
  ['linux/arm64/8', 'linux/arm64'],
  ['linux/arm64/v8.0', 'linux/arm64'],
  ['linux/arm64/v8.2', 'linux/arm64/v8.2'],
  ['linux/arm64/9', 'linux/arm64/v9'],
  ['linux/arm64/9.0', 'linux/arm64/v9'],
  ['linux/arm64/v9.0', 'linux/arm64/v9'],
  ['linux/aarch64/V8', 'linux/arm64'],
  ['linux/arm/5', 'linux/arm/v5'],
  ['linux/arm/6', 'linux/arm/v6'],
  ['linux/arm/7', 'linux/arm/v7'],
  ['linux/arm/8', 'linux/arm/v8'],
  ['linux/armhf/v6', 'linux/arm/v7'],
  ['linux/arm64/v10', 'linux/arm64/v10'],
  ['windows()/amd64', 'windows/amd64'],
  ['windows(10.0.17763%2Bbuild.42+win32k)/amd64', 'windows(10.0.17763%2Bbuild.42+win32k)/amd64'],
  ['windows(50%25done)/amd64', 'windows(50%25done)/amd64'],
  ['linux(+gpu+gpu+simd)/riscv64', 'linux(+gpu+simd)/riscv64'],
  ['freebsd/made-up_arch.2', 'freebsd/made-up_arch.2'],
];

/** Row 16 of the same table: nothing of this is a platform. */
const MALFORMED: readonly (readonly [what: string, text: string])[] = [
  ['empty text', ''],
  ['an empty operating system', '/linux/arm'],
  ['an empty variant', 'linux/arm/'],
  ['an empty architecture', 'linux//v7'],
  ['white space', 'linux /arm'],
  ['a character that is not allowed', 'linux/&arm'],
  ['four parts', 'linux/arm/foo/bar'],
  ['a wildcard', '*'],
  ['a wildcard for the architecture', 'linux/*'],
  ['a wildcard for the operating system', '*/arm64'],
  ['33 features', `linux(${'+f'.repeat(33)})/amd64`],
  ['64 KiB of +', '+'.repeat(65_536)],
  ['64 KiB of features', `linux(${'+f'.repeat(32_768)})/amd64`],
  ['an empty feature', 'linux(+)/amd64'],
  ['two empty features', 'linux(1++f)/amd64'],
  ['an open parenthesis', 'windows(10.0.17763/amd64'],
  ['text after the parenthesis', 'windows(10.0.17763)x/amd64'],
  ['half of a percent-encoding', 'windows(%4)/amd64'],
  ['percent-encoding of no UTF-8', 'windows(%ff)/amd64'],
  ['an encoded line end', 'windows(10%0A)/amd64'],
  ['a line end', 'linux/amd64\n'],
];

/** Rows 16d and relatives: containerd would take the rest from the machine it runs on. */
const HALF: readonly (readonly [text: string, hint: RegExp])[] = [
  ['linux', /linux\/amd64/],
  ['macOS', /darwin\/amd64/],
  ['windows(10.0.17763)', /linux\/amd64/],
  ['arm', /linux\/arm/],
  ['armhf', /linux\/arm/],
  ['s390x', /linux\/s390x/],
  ['Aarch64', /linux\/arm64/],
  ['arm/v7', /linux\/arm\/v7/],
  ['x86_64/v2', /linux\/x86_64\/v2/],
  ['something', /linux\/amd64/],
];

describe('a platform', () => {
  it.each(FOLDED)('of row %s is folded: %s is %s', (_row, text, folded) => {
    expect(formatPlatform(normalizePlatform(parsePlatform(text)))).toBe(folded);
  });

  it.each(MORE_FOLDED)('is folded: %s is %s', (text, folded) => {
    expect(formatPlatform(normalizePlatform(parsePlatform(text)))).toBe(folded);
  });

  it.each([...FOLDED.map(([, text, folded]) => [text, folded] as const), ...MORE_FOLDED])(
    'is the same however it is written: %s and %s',
    (text, folded) => {
      expect(isSamePlatform(parsePlatform(text), parsePlatform(folded))).toBe(true);
    },
  );

  it.each<readonly [string, Platform]>([
    ['Linux/ARM64/V8', { os: 'linux', architecture: 'arm64', variant: 'v8' }],
    ['linux/arm', { os: 'linux', architecture: 'arm' }],
    ['linux/x86_64', { os: 'linux', architecture: 'x86_64' }],
    [
      'windows(10.0.20348.2227+win32k)/amd64',
      { os: 'windows', architecture: 'amd64', osVersion: '10.0.20348.2227', osFeatures: ['win32k'] },
    ],
    [
      'windows(10.0.17763%2Bbuild.42)/amd64',
      { os: 'windows', architecture: 'amd64', osVersion: '10.0.17763+build.42' },
    ],
    ['linux(+Big%20One)/amd64', { os: 'linux', architecture: 'amd64', osFeatures: ['Big One'] }],
  ])('is read as written: %s', (text, platform) => {
    expect(parsePlatform(text)).toStrictEqual(platform);
  });

  it.each(MALFORMED)('is not %s', { timeout: 500 }, (_what, text) => {
    expect(() => parsePlatform(text)).toThrow(REFUSED);
  });

  it.each(HALF)('needs both an operating system and an architecture: %s', (text, hint) => {
    expect(() => parsePlatform(text)).toThrow(
      expect.objectContaining({ code: 'PLATFORM_INVALID', hint: expect.stringMatching(hint) }),
    );
  });

  it.each([
    ['linux/amd64', 'linux/amd64/v2'],
    ['linux/arm/v6', 'linux/arm/v7'],
    ['linux/amd64', 'darwin/amd64'],
    ['windows(10.0.17763)/amd64', 'windows/amd64'],
    ['windows(10.0.17763)/amd64', 'windows(10.0.17763+win32k)/amd64'],
    ['windows(10.0.17763.1)/amd64', 'windows(10.0.17763.2)/amd64'],
  ])('%s is not %s', (left, right) => {
    expect(isSamePlatform(parsePlatform(left), parsePlatform(right))).toBe(false);
  });

  it('has no empty fields when folded', () => {
    const written = { os: 'linux', architecture: 'amd64', variant: '', osVersion: '', osFeatures: ['', ''] };
    expect(normalizePlatform(written)).toStrictEqual({ os: 'linux', architecture: 'amd64' });
    expect(formatPlatform({ ...written, osFeatures: [] })).toBe('linux/amd64');
  });

  it.each<readonly [Platform, string]>([
    [{ os: 'windows', architecture: 'amd64', osVersion: '1.0(beta)' }, 'windows(1.0%28beta%29)/amd64'],
    [{ os: 'windows', architecture: 'amd64', osVersion: 'a/b' }, 'windows(a%2Fb)/amd64'],
    [{ os: 'linux', architecture: 'amd64', osFeatures: ['feat+v2', 'ü'] }, 'linux(+feat%2Bv2+%C3%BC)/amd64'],
    [{ os: 'lin/ux', architecture: '\u001b[31m', variant: 'v\n' }, 'lin%2Fux/%1B%5B31m/v%0A'],
    [{ os: '\ud800', architecture: 'x' }, '%EF%BF%BD/x'],
  ])('of any content is written safely', (platform, text) => {
    expect(formatPlatform(platform)).toBe(text);
  });
});

describe('the lists of known values', () => {
  it.each(['linux', 'windows', 'darwin', 'illumos', 'zos'])('know the operating system %s', (os) => {
    expect(isKnownOs(os)).toBe(true);
  });

  it.each(['386', 'amd64', 'arm', 'arm64', 'loong64', 'riscv64', 's390x', 'wasm'])(
    'know the architecture %s',
    (name) => {
      expect(isKnownArchitecture(name)).toBe(true);
    },
  );

  it.each(['lunix', 'amd46', 'arm65', 'unknown', '', 'toString'])('do not know "%s"', (name) => {
    expect([isKnownOs(name), isKnownArchitecture(name)]).toEqual([false, false]);
  });
});
