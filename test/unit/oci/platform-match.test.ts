import { describe, expect, it } from 'vitest';
import { type Platform, parsePlatform } from '../../../src/oci/platform.ts';
import { explainMatch, selectExactPlatform, selectPlatform } from '../../../src/oci/platform-match.ts';

interface Candidate {
  readonly name: string;
  readonly platform?: Platform;
}

function candidates(names: readonly string[]): readonly Candidate[] {
  return names.map((name) => (name === 'none' ? { name } : { name, platform: parsePlatform(name) }));
}

function select(host: string, names: readonly string[]): readonly string[] {
  return selectPlatform(parsePlatform(host), candidates(names)).map(({ name }) => name);
}

const WINDOWS_ALL = [
  'windows(10.0.17763.6)/amd64',
  'windows(10.0.20348.1)/amd64',
  'windows(10.0.22621.1)/amd64',
  'windows(10.0.25398.1)/amd64',
  'windows(10.0.26100.1)/amd64',
];

/** containerd/platforms `compare_test.go` and `platform_windows_compat_test.go`; the number is that of its case. */
const CASES: readonly (readonly [row: string, host: string, given: readonly string[], runs: readonly string[]])[] = [
  ['17', 'linux/amd64', ['linux/amd64/v2'], []],
  ['18', 'linux/amd64', ['linux/386', 'linux/amd64'], ['linux/amd64', 'linux/386']],
  ['19', 'linux/amd64/v2', ['linux/amd64', 'linux/amd64/v2'], ['linux/amd64/v2', 'linux/amd64']],
  ['20', 'linux/amd64/v2', ['linux/amd64/v3'], []],
  [
    '21',
    'linux/amd64/v3',
    ['linux/amd64', 'linux/amd64/v2', 'linux/amd64/v3'],
    ['linux/amd64/v3', 'linux/amd64/v2', 'linux/amd64'],
  ],
  ['22', 'linux/arm/v7', ['linux/arm/v6'], ['linux/arm/v6']],
  ['23', 'linux/arm/v7', ['linux/arm'], ['linux/arm']],
  [
    '24',
    'linux/arm/v7',
    ['linux/arm/v5', 'linux/arm/v6', 'linux/arm/v7'],
    ['linux/arm/v7', 'linux/arm/v6', 'linux/arm/v5'],
  ],
  ['25', 'linux/arm/v7', ['linux/arm/v8'], []],
  ['26', 'linux/arm/v7', ['linux/arm/v4'], []],
  ['26b', 'linux/386', ['linux/amd64'], []],
  ['27', 'linux/arm/v6', ['linux/arm'], []],
  ['28', 'linux/arm/v5', ['linux/arm/v6'], []],
  ['29', 'linux/arm64', ['linux/arm/v7', 'linux/arm64'], ['linux/arm64', 'linux/arm/v7']],
  ['30', 'linux/arm64', ['linux/arm64/v8.1', 'linux/arm64/v9'], []],
  ['31', 'linux/arm64/v8.2', ['linux/arm64/v8'], ['linux/arm64/v8']],
  ['32', 'linux/arm64/v9', ['linux/arm64/v8.6', 'linux/arm64/v8.5'], ['linux/arm64/v8.5']],
  ['33', 'linux/amd64', ['windows/amd64'], []],
  ['33 reversed', 'windows/amd64', ['linux/amd64'], []],
  ['34', 'linux/amd64', ['linux(+x)/amd64'], []],
  ['35', 'windows(10.0.17763)/amd64', ['windows(10.0.17763.999)/amd64'], ['windows(10.0.17763.999)/amd64']],
  ['36', 'windows(10.0.17763)/amd64', ['windows(10.0.20348)/amd64'], []],
  ['37', 'windows(10.0.20348)/amd64', ['windows(10.0.17763)/amd64'], []],
  ['38', 'windows(10.0.20348)/amd64', ['windows(10.0.20348)/amd64'], ['windows(10.0.20348)/amd64']],
  ['39', 'windows(10.0.22621)/amd64', ['windows(10.0.17763)/amd64'], []],
  ['40', 'windows(10.0.25398)/amd64', ['windows(10.0.20348)/amd64'], ['windows(10.0.20348)/amd64']],
  ['42', 'windows(10.0.26100)/amd64', ['windows(10.0.22621)/amd64'], ['windows(10.0.22621)/amd64']],
  ['43', 'windows(10.0.20348)/amd64', ['windows(10.0.22621)/amd64', 'windows(10.0.26100)/amd64'], []],
  ['44', 'windows(10.0.20348)/amd64', ['windows/amd64'], ['windows/amd64']],
  ['44 short host', 'windows(10.0)/amd64', ['windows(10.0.17763)/amd64'], ['windows(10.0.17763)/amd64']],
  ['47', 'linux/amd64', ['none', 'linux/386', 'linux/amd64'], ['linux/amd64', 'linux/386', 'none']],
  ['48', 'linux/amd64', ['unknown/unknown'], []],
];

describe('a host', () => {
  it.each(CASES)('of row %s: %s, given %j, runs %j', (...[, host, given, runs]) => {
    expect(select(host, given)).toEqual(runs);
  });

  it('of arm64 runs 32-bit images from the newest to the oldest, after its own', () => {
    const given = ['linux/arm/v5', 'linux/arm/v6', 'linux/arm/v7', 'linux/arm/v8', 'linux/arm64'];
    expect(select('linux/arm64/v8.1', given)).toEqual(given.toReversed());
  });

  it('of arm64 v9 prefers v9 to v8 and the higher revision to the lower', () => {
    const best = [
      'linux/arm64/v9.2',
      'linux/arm64/v9.1',
      'linux/arm64/v9',
      'linux/arm64/v8.7',
      'linux/arm64',
      'linux/arm',
    ];
    expect(select('linux/arm64/v9.2', ['linux/arm64/v9.3', 'linux/arm64/v8.8', ...best.toReversed()])).toEqual(best);
  });

  it('of an arm64 revision that is not known yet runs its own images', () => {
    expect(select('linux/arm64/v10', ['linux/arm64', 'linux/arm64/v10'])).toEqual(['linux/arm64/v10']);
  });

  it('of a variant that is no level runs only its own images, and 386 on amd64', () => {
    const given = ['linux/amd64', 'linux/386', 'linux/amd64/fast'];
    expect(select('linux/amd64/fast', given)).toEqual(['linux/amd64/fast', 'linux/386']);
  });

  it('with features runs what needs some of them, the most demanding first', () => {
    const given = ['linux/amd64', 'linux(+a)/amd64', 'linux(+b+a)/amd64', 'linux(+a+c)/amd64'];
    expect(select('linux(+a+b)/amd64', given)).toEqual(['linux(+b+a)/amd64', 'linux(+a)/amd64', 'linux/amd64']);
  });

  it('prefers a nearer variant to more features', () => {
    const given = ['linux(+a)/amd64', 'linux/amd64/v2'];
    expect(select('linux(+a)/amd64/v2', given)).toEqual(['linux/amd64/v2', 'linux(+a)/amd64']);
  });

  it('takes the first of equal candidates', () => {
    const given = [{ name: 'first' }, { name: 'second' }].map(({ name }) => ({
      name,
      platform: parsePlatform('linux/arm64'),
    }));
    expect(selectPlatform(parsePlatform('linux/arm64/v8'), given).map(({ name }) => name)).toEqual(['first', 'second']);
  });

  it.each([
    ['10.0.17763', ['10.0.17763.6']],
    ['10.0.20348', ['10.0.20348.1']],
    ['10.0.22621', ['10.0.22621.1', '10.0.20348.1']],
    ['10.0.25398', ['10.0.25398.1', '10.0.22621.1', '10.0.20348.1']],
    ['10.0.26100', ['10.0.26100.1', '10.0.25398.1', '10.0.22621.1', '10.0.20348.1']],
    ['10.0.26200', ['10.0.26100.1', '10.0.25398.1', '10.0.22621.1', '10.0.20348.1']],
    ['11.0.26100', []],
    ['10.1.26100', []],
  ])('of Windows %s prefers the newest build it runs', (version, builds) => {
    expect(select(`windows(${version})/amd64`, WINDOWS_ALL)).toEqual(builds.map((build) => `windows(${build})/amd64`));
  });

  it('of Windows does not mind the feature win32k, but others', () => {
    const given = ['windows(10.0.20348+win32k)/amd64', 'windows(10.0.20348+other)/amd64'];
    expect(select('windows(10.0.20348)/amd64', given)).toEqual(['windows(10.0.20348+win32k)/amd64']);
  });

  it('of Windows does not run an image with an unreadable version', () => {
    expect(select('windows(10.0.20348)/amd64', ['windows(ltsc2022)/amd64'])).toEqual([]);
  });

  it('that is unknown runs nothing', () => {
    expect(select('unknown/unknown', ['unknown/unknown'])).toEqual([]);
  });

  it('of an absurd level is no way to exhaust memory', () => {
    expect(select('linux/amd64/v99999999', ['linux/amd64', 'linux/386'])).toEqual(['linux/386']);
  });
});

describe('an exact choice', () => {
  it.each([
    ['32b', 'linux/arm64', ['linux/arm/v7'], []],
    ['of amd64 without 386', 'linux/amd64', ['linux/386', 'linux/x86_64'], ['linux/x86_64']],
    ['of a level without lower ones', 'linux/amd64/v3', ['linux/amd64', 'linux/amd64/v3'], ['linux/amd64/v3']],
    ['of a platform that is named', 'linux/amd64', ['none', 'linux/amd64'], ['linux/amd64']],
  ])('%s', (...[, host, given, runs]) => {
    const chosen = selectExactPlatform(parsePlatform(host), candidates(given));
    expect(chosen.map(({ name }) => name)).toEqual(runs);
  });
});

describe('an explanation', () => {
  it('says of every candidate, in the order given, whether it runs and why', () => {
    const given = candidates(['linux/386', 'windows/amd64', 'linux/amd64', 'linux/amd64/v2', 'linux/arm64', 'none']);
    const explained = explainMatch(parsePlatform('linux/amd64'), given);
    expect(explained).toEqual([
      { candidate: given[0], rank: 2, reason: '386 runs on amd64' },
      { candidate: given[1], reason: 'made for another operating system, windows' },
      { candidate: given[2], rank: 1, reason: 'the exact platform' },
      { candidate: given[3], reason: 'needs amd64/v2, the host is amd64' },
      { candidate: given[4], reason: 'arm64 does not run on amd64' },
      { candidate: given[5], rank: 3, reason: 'no platform given: the client must read its config to know' },
    ]);
  });

  it.each([
    ['windows(10.0.20348)/amd64', 'windows(10.0.17763.1)/amd64', /17763.*20348/],
    ['linux/amd64', 'linux(+gpu+x)/amd64', /gpu, x/],
    ['linux/arm64', 'unknown/unknown', /not an image/],
    ['linux/arm/v6', 'linux/arm/v7', /arm\/v7.*arm\/v6/],
  ])('says why %s does not run %s', (host, candidate, reason) => {
    const [explained] = explainMatch(parsePlatform(host), candidates([candidate]));
    expect(explained?.rank).toBeUndefined();
    expect(explained?.reason).toMatch(reason);
  });

  it('shows hostile platforms without their control characters', () => {
    const platform = { os: '\u001b[2J', architecture: '\u001b[2J', osFeatures: ['\u001b[2J'] };
    const [explained] = explainMatch(parsePlatform('linux/amd64'), [{ platform }]);
    expect(explained?.reason).toMatch(/^[ -~]+$/);
  });
});
