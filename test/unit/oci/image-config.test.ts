import { describe, expect, it } from 'vitest';
import { decodeImageConfig, MAX_CONFIG_BYTES } from '../../../src/oci/image-config.ts';

function decode(config: unknown) {
  return decodeImageConfig(new TextEncoder().encode(typeof config === 'string' ? config : JSON.stringify(config)));
}

describe('an image config', () => {
  it('gives the platform folded, the labels and the time', () => {
    const config = {
      architecture: 'aarch64',
      os: 'Linux',
      variant: 'v8',
      created: '2024-01-01T00:00:00Z',
      config: { Labels: { 'org.opencontainers.image.version': '1.0.0' } },
      rootfs: { type: 'layers', diff_ids: [] },
    };
    expect(decode(config)).toEqual({
      platform: { os: 'linux', architecture: 'arm64' },
      labels: { 'org.opencontainers.image.version': '1.0.0' },
      created: '2024-01-01T00:00:00Z',
    });
  });

  it('gives the version and features of Windows', () => {
    const config = {
      architecture: 'amd64',
      os: 'windows',
      'os.version': '10.0.20348.2227',
      'os.features': ['win32k', 7, 'a'],
    };
    expect(decode(config).platform).toEqual({
      os: 'windows',
      architecture: 'amd64',
      osVersion: '10.0.20348.2227',
      osFeatures: ['a', 'win32k'],
    });
  });

  it.each([
    ['an empty object', {}],
    ['no architecture', { os: 'linux' }],
    ['no operating system', { architecture: 'amd64' }],
    ['an empty operating system', { os: '', architecture: 'amd64' }],
    ['an operating system that is a number', { os: 1, architecture: 'amd64' }],
    ['an unknown operating system', { os: 'unknown', architecture: 'amd64' }],
    ['an unknown architecture', { os: 'linux', architecture: 'Unknown' }],
  ])('gives no platform for %s', (_what, config) => {
    expect(decode(config)).toEqual({ labels: {} });
  });

  it.each([
    ['labels that are null', { config: { Labels: null } }],
    ['labels that are a list', { config: { Labels: ['a'] } }],
    ['a label that is a number', { config: { Labels: { a: 1 } } }],
    ['a config that is a text', { config: 'x' }],
    ['a time that is a number', { created: 0 }],
    ['a variant that is an object', { variant: {} }],
  ])('counts as absent: %s', (_what, config) => {
    expect(decode({ os: 'linux', architecture: 'amd64', 'os.features': 'x', ...config })).toEqual({
      platform: { os: 'linux', architecture: 'amd64' },
      labels: {},
    });
  });

  it('may have labels named like parts of an object', () => {
    const { labels } = decode('{"config":{"Labels":{"__proto__":"x","constructor":"y"}}}');
    expect(Object.entries(labels)).toEqual([
      ['__proto__', 'x'],
      ['constructor', 'y'],
    ]);
    expect('toString' in labels).toBe(false);
  });

  it.each(['', 'null', '[]', '"text"', '{"os":"linux","os":"windows"}', '\u007fELF'])('is refused: %j', (text) => {
    expect(() => decode(text)).toThrow(expect.objectContaining({ code: 'MANIFEST_INVALID' }));
  });

  it('is refused over 4 MiB', () => {
    expect(decode('{}'.padEnd(MAX_CONFIG_BYTES))).toEqual({ labels: {} });
    expect(() => decode('{}'.padEnd(MAX_CONFIG_BYTES + 1))).toThrow(
      expect.objectContaining({ code: 'MANIFEST_TOO_LARGE' }),
    );
  });
});
