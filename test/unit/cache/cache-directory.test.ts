import { describe, expect, it } from 'vitest';
import { findCacheDirectory } from '../../../src/cache/cache-directory.ts';

describe.skipIf(process.platform === 'win32')('the cache directory', () => {
  it.each([
    ['is below XDG_CACHE_HOME', { XDG_CACHE_HOME: '/var/cache/ci' }, '/home/ada', '/var/cache/ci/plait'],
    ['is below the home directory else', {}, '/home/ada', '/home/ada/.cache/plait'],
    ['ignores an empty XDG_CACHE_HOME', { XDG_CACHE_HOME: '' }, '/home/ada', '/home/ada/.cache/plait'],
    ['ignores a relative XDG_CACHE_HOME', { XDG_CACHE_HOME: 'cache' }, '/home/ada', '/home/ada/.cache/plait'],
    ['is none without a home', {}, '', undefined],
  ])('%s', (_what, environment, homeDirectory, expected) => {
    expect(findCacheDirectory({ environment, homeDirectory })).toBe(expected);
  });
});
