import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseDigest } from '../../src/oci/digest.ts';
import { formatPlatform, isSamePlatform, normalizePlatform, parsePlatform } from '../../src/oci/platform.ts';
import { formatFamiliar, formatReference, parseReference } from '../../src/oci/reference.ts';
import { parseRepository } from '../../src/oci/repository.ts';
import { fuzz, hostileText } from '../support/fuzz.ts';
import { platform, referenceText } from './oci-arbitraries.ts';

const MAX_CHARS = 5_000;
const NAME_PIECES = [
  'a',
  'A',
  '0',
  '_',
  '__',
  '-',
  '--',
  '.',
  '/',
  ':',
  '@',
  'sha256:',
  'a'.repeat(64),
  'localhost',
  'docker.io',
  'ghcr.io',
  ':5000',
  '[::1]',
  '127.0.0.1',
  'xn--',
  'library/',
  '..',
  '\\',
  '%2e',
  ' ',
  '\n',
  '\0',
  'é',
  '\u202e',
];
const PLATFORM_PIECES = [
  'linux',
  'windows',
  'Linux',
  '/',
  'amd64',
  'x86_64',
  'arm',
  'arm64',
  'aarch64',
  'v7',
  'v8',
  '8',
  '(',
  ')',
  '10.0.20348',
  '.',
  '+',
  'win32k',
  '*',
  'a',
  '-',
  '_',
  ' ',
  '\0',
  'é',
];

describe('names that anybody may have written', () => {
  it('as references are read, written and read the same, or refused', () => {
    fuzz({
      what: 'reference parser',
      input: fc.oneof(hostileText(NAME_PIECES, MAX_CHARS), fc.mixedCase(referenceText)),
      feed: (text) => {
        const reference = parseReference(text);
        expect(parseReference(formatReference(reference))).toStrictEqual(reference);
        expect(parseReference(formatFamiliar(reference))).toStrictEqual(reference);
        expect(formatReference(reference)).toMatch(/^[!-~]+$/);
        expect(reference.repository.path).not.toMatch(/\.\.|\/\/|[\\%?#\s]/);
      },
    });
  });

  it('as repositories and digests are safe in a URL, or refused', () => {
    fuzz({
      what: 'repository parser',
      input: hostileText(NAME_PIECES, MAX_CHARS),
      feed: (text) => {
        const { registry, path } = parseRepository(text);
        expect(new URL(`https://${registry}/${path}`).href).toBe(`https://${registry.toLowerCase()}/${path}`);
      },
    });
    fuzz({
      what: 'digest parser',
      input: hostileText(NAME_PIECES, MAX_CHARS),
      feed: (text) => expect(parseDigest(text)).not.toMatch(/[/\\]|\.\./),
    });
  });

  it('as platforms are read, folded and written the same, or refused', () => {
    fuzz({
      what: 'platform parser',
      input: fc.oneof(hostileText(PLATFORM_PIECES, MAX_CHARS), fc.mixedCase(platform.map(formatPlatform))),
      feed: (text) => {
        const folded = normalizePlatform(parsePlatform(text));
        expect(isSamePlatform(folded, normalizePlatform(parsePlatform(formatPlatform(folded))))).toBe(true);
      },
    });
  });
});
