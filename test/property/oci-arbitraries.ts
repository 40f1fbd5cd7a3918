import * as fc from 'fast-check';
import type { Annotations, Descriptor } from '../../src/oci/descriptor.ts';
import { type Digest, parseDigest } from '../../src/oci/digest.ts';
import type { ImageIndex } from '../../src/oci/manifest.ts';
import { MEDIA_TYPES } from '../../src/oci/media-types.ts';
import { normalizePlatform, type Platform } from '../../src/oci/platform.ts';

/** Text of `minLength` to `maxLength` of the given characters. */
function textOf(characters: string, minLength: number, maxLength: number): fc.Arbitrary<string> {
  return fc.string({ unit: fc.constantFrom(...characters.split('')), minLength, maxLength });
}

const LOWER = 'abcdefghijklmnopqrstuvwxyz';
const DIGITS = '0123456789';

export const digest: fc.Arbitrary<Digest> = fc
  .oneof(
    textOf(`${DIGITS}abcdef`, 64, 64).map((hex) => `sha256:${hex}`),
    textOf(`${DIGITS}abcdef`, 96, 96).map((hex) => `sha384:${hex}`),
    textOf(`${DIGITS}abcdef`, 128, 128).map((hex) => `sha512:${hex}`),
  )
  .map(parseDigest);

const component = fc
  .array(fc.tuple(textOf(LOWER + DIGITS, 1, 5), fc.constantFrom('.', '_', '__', '-', '---')), {
    minLength: 1,
    maxLength: 3,
  })
  .map((parts) => parts.flat().slice(0, -1).join(''));

const path = fc.array(component, { minLength: 1, maxLength: 4 }).map((components) => components.join('/'));

const name = fc.oneof(
  fc.constantFrom(
    'docker.io',
    'index.docker.io',
    'localhost',
    'ghcr.io',
    'EXAMPLE',
    'Registry.Example',
    '[2001:db8::1]',
  ),
  fc.ipV4(),
  fc
    .ipV6()
    .filter((address) => !address.includes('.') && !new URL(`http://[${address}]/`).hostname.startsWith('[::ffff:'))
    .map((address) => `[${address}]`),
  fc.array(textOf(LOWER, 1, 8), { minLength: 2, maxLength: 4 }).map((labels) => labels.join('.')),
);

const host = fc
  .tuple(name, fc.option(fc.integer({ min: 1, max: 65_535 })))
  .map(([text, port]) => (port === null ? text : `${text}:${port}`));

const tag = fc
  .tuple(textOf(`${LOWER}${DIGITS}_`, 1, 1), textOf(`${LOWER}${LOWER.toUpperCase()}${DIGITS}_.-`, 0, 127))
  .map((parts) => parts.join(''));

/** A name with a host, or one whose first component cannot be taken for a host. */
const named = fc.oneof(
  fc.tuple(host, path).map((parts) => parts.join('/')),
  fc.tuple(path).map(([text]) => text.replace(/^[^/]+/, (first) => first.replaceAll('.', '_'))),
);

/** The text of a valid reference, in all the ways people write one. */
export const referenceText: fc.Arbitrary<string> = fc
  .tuple(named, fc.option(tag), fc.option(digest))
  .map(([text, version, pin]) => text + (version === null ? '' : `:${version}`) + (pin === null ? '' : `@${pin}`));

const option = fc.oneof(
  fc.constantFrom('10.0.17763', '10.0.20348.2227', 'win32k', 'a+b', '50%', '(x)', 'a/b', 'ü'),
  fc.string({ unit: 'grapheme', maxLength: 8 }).map((text) => text.replace(/\p{Cc}/gu, '')),
);

/** A platform in any spelling, with fields that may be empty. */
export const platform: fc.Arbitrary<Platform> = fc.record(
  {
    os: fc.oneof(fc.constantFrom('linux', 'Windows', 'macOS', 'freebsd'), textOf(`${LOWER}${DIGITS}_-`, 1, 8)),
    architecture: fc.oneof(
      fc.constantFrom('amd64', 'x86_64', 'i386', 'arm', 'armhf', 'armel', 'arm64', 'AARCH64', 'riscv64'),
      textOf(`${LOWER}${DIGITS}_.-`, 1, 8),
    ),
    variant: fc.constantFrom('', 'v1', 'v2', 'V7', '7', '8', 'v8', 'v8.0', 'v8.2', '9', 'v9.0', 'x'),
    osVersion: option,
    osFeatures: fc.array(option, { maxLength: 4 }),
  },
  { requiredKeys: ['os', 'architecture'] },
);

/** A folded platform whose first part cannot be taken for an architecture. */
export const foldedPlatform: fc.Arbitrary<Platform> = platform.map((written) =>
  normalizePlatform({ ...written, os: `${written.os}-os` }),
);

const annotations: fc.Arbitrary<Annotations> = fc.dictionary(
  fc.string({ unit: 'binary' }),
  fc.string({ unit: 'binary' }),
  {
    maxKeys: 4,
  },
);

const modelled = new Set(['mediatype', 'digest', 'size', 'urls', 'annotations', 'data', 'platform', 'artifacttype']);
const unmodelledFields = fc
  .dictionary(fc.string(), fc.jsonValue({ maxDepth: 2 }), { minKeys: 1, maxKeys: 3 })
  .filter((fields) => Object.keys(fields).every((key) => !modelled.has(key.toLowerCase())));

export const entry: fc.Arbitrary<Descriptor> = fc.record(
  {
    mediaType: fc.constantFrom<string>(MEDIA_TYPES.ociManifest, MEDIA_TYPES.dockerManifest, 'application/x-<other>'),
    digest,
    size: fc.maxSafeNat(),
    urls: fc.array(fc.webUrl(), { minLength: 1, maxLength: 2 }),
    annotations: annotations.filter((map) => Object.keys(map).length > 0),
    data: fc.base64String({ minLength: 4, maxLength: 16 }),
    platform: platform.map(normalizePlatform),
    artifactType: fc.constantFrom('application/a', 'application/b'),
    unmodelled: fc.record({ fields: unmodelledFields }),
  },
  { requiredKeys: ['mediaType', 'digest', 'size'] },
);

export const index: fc.Arbitrary<ImageIndex> = fc
  .record(
    {
      mediaType: fc.constantFrom(MEDIA_TYPES.ociIndex, MEDIA_TYPES.dockerList),
      manifests: fc.array(entry, { maxLength: 6 }),
      artifactType: fc.constantFrom('application/a', 'application/b'),
      subject: entry,
      annotations,
    },
    { requiredKeys: ['mediaType', 'manifests'] },
  )
  .map((fields) => ({ kind: 'index', ...fields }));
