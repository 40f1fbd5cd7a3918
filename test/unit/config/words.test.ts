import { describe, expect, it } from 'vitest';
import { findArchName } from '../../../src/config/arch-names.ts';
import { formatKeyPath } from '../../../src/config/key-path.ts';
import { findNearest } from '../../../src/config/nearest.ts';
import { expandPlaceholders, listPlaceholders } from '../../../src/config/placeholders.ts';
import { normalizePlatform, parsePlatform } from '../../../src/oci/platform.ts';

const platform = (text: string) => normalizePlatform(parsePlatform(text));

describe('the nearest word', () => {
  it.each([
    ['tag', ['target', 'tags'], 'tags'],
    ['platfroms', ['platforms', 'target'], 'platforms'],
    ['TARGET', ['target'], 'target'],
    ['mediatype', ['mediaType'], 'mediaType'],
    ['plainHtpp', ['plainHttp'], 'plainHttp'],
    ['a', ['b', 'c'], 'b'],
    ['foo', ['from', 'source'], undefined],
    ['xyz', ['target'], undefined],
    ['', ['a'], undefined],
    ['x'.repeat(65), ['x'.repeat(65)], undefined],
    ['as', ['x'.repeat(65)], undefined],
  ])('of %s among %j is %s', (text, candidates, nearest) => {
    expect(findNearest(text, candidates)).toBe(nearest);
  });
});

describe('a key path', () => {
  it.each([
    [[], ''],
    [['images', 0, 'tags', 12], 'images[0].tags[12]'],
    [['images', 0, 'platforms', 'linux/arm64', 'os.version'], 'images[0].platforms["linux/arm64"]["os.version"]'],
    [['registries', '*'], 'registries["*"]'],
    [['registries', 'a"b'], 'registries["a\\"b"]'],
  ])('of %j is %s', (path, text) => {
    expect(formatKeyPath(path)).toBe(text);
  });
});

describe('placeholders', () => {
  it.each([
    ['linux/amd64', 'linux amd64 <> <> linux/amd64 x86_64'],
    ['linux/arm/v7', 'linux arm <v7> <-v7> linux/arm/v7 armv7l'],
    ['linux/arm64', 'linux arm64 <> <> linux/arm64 aarch64'],
    ['windows(10.0.1)/amd64', 'windows amd64 <> <> windows(10.0.1)/amd64 x86_64'],
  ])('stand for the parts of %s', (text, expected) => {
    const template = '{os} {arch} <{variant}> <{-variant}> {platform} {archName}';

    expect(expandPlaceholders(template, platform(text), 'uname')).toBe(expected);
  });

  it('are only what looks like one', () => {
    expect(listPlaceholders('{os}{-variant} {"a": {}} ${os} { os } {} {1} {Nope}')).toEqual(['os', '-variant', 'Nope']);
  });

  it('must be known to be expanded', () => {
    expect(() => expandPlaceholders('{nope}', platform('linux/amd64'), 'goarch')).toThrow(
      expect.objectContaining({ code: 'CONFIG_INVALID' }),
    );
  });
});

describe('names of architectures', () => {
  it.each([
    ['linux/amd64', 'amd64', 'x86_64', 'amd64'],
    ['linux/386', '386', 'i686', 'i386'],
    ['linux/arm/v5', 'arm', 'armv5tel', 'arm32v5'],
    ['linux/arm/v6', 'arm', 'armv6l', 'arm32v6'],
    ['linux/arm/v7', 'arm', 'armv7l', 'arm32v7'],
    ['linux/arm64', 'arm64', 'aarch64', 'arm64v8'],
    ['linux/ppc64le', 'ppc64le', 'ppc64le', 'ppc64le'],
    ['linux/s390x', 's390x', 's390x', 's390x'],
    ['linux/riscv64', 'riscv64', 'riscv64', 'riscv64'],
    ['linux/mips64le', 'mips64le', 'mips64', 'mips64le'],
    ['linux/loong64', 'loong64', 'loongarch64', 'loong64'],
    ['windows/amd64', 'amd64', 'x86_64', 'windows-amd64'],
  ])('of %s are those of Go, uname and bashbrew', (text, goarch, uname, bashbrew) => {
    const names = (['goarch', 'uname', 'bashbrew'] as const).map((set) => findArchName(platform(text), set));

    expect(names).toEqual([goarch, uname, bashbrew]);
  });

  it('can be given for some platforms', () => {
    const names = { 'linux/arm/v7': 'armhf' };

    expect(findArchName(platform('linux/arm'), names)).toBe('armhf');
    expect(findArchName(platform('linux/arm64'), names)).toBe('arm64');
    expect(findArchName({ os: 'linux', architecture: 'constructor' }, names)).toBe('constructor');
  });
});
