import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { listConfigHeaders } from '../../src/auth/config-headers.ts';
import { findEntry, findHelper, parseDockerConfig, parseDockercfg } from '../../src/auth/docker-config.ts';
import { isPlaitError } from '../../src/errors/plait-error.ts';
import { decodeManifest, toStoredManifest } from '../../src/oci/decode.ts';
import { decodeImageConfig } from '../../src/oci/image-config.ts';
import { encodeIndex } from '../../src/oci/index-bytes.ts';
import { parseStrictJson } from '../../src/oci/json.ts';
import { MANIFEST_MEDIA_TYPES } from '../../src/oci/media-types.ts';
import { fuzz, hostileText } from '../support/fuzz.ts';
import { index } from './oci-arbitraries.ts';

const JSON_PIECES = [
  '{',
  '}',
  '[',
  ']',
  ':',
  ',',
  '"',
  '\\',
  '\\u0061',
  '\\ud800',
  '"a":',
  '"schemaVersion":2',
  '"manifests":[',
  '"layers":',
  '"config":{',
  '"mediaType":"application/vnd.oci.image.index.v1+json"',
  '"digest":"sha256:',
  'a'.repeat(64),
  '"size":',
  '1e400',
  '-0',
  '9007199254740993',
  'true',
  'null',
  '"__proto__":',
  '"platform":{',
  '"annotations":',
  '\u0000',
  '\ufeff',
  ' ',
  '\n',
  'é',
];
const type = fc.constantFrom(...MANIFEST_MEDIA_TYPES, 'application/json', '', 'text/plain; charset=utf-8');
const text = fc.oneof(hostileText(JSON_PIECES, 20_000), fc.json({ maxDepth: 6 }));

/** A good index with one thing done to it. */
const damaged = fc
  .tuple(
    index,
    fc.nat(),
    fc.oneof(fc.constantFrom(...JSON_PIECES), fc.string({ unit: 'binary', maxLength: 3 })),
    fc.nat(4),
  )
  .map(([good, at, piece, how]) => {
    const written = Buffer.from(encodeIndex(good)).toString('latin1');
    const position = at % (written.length + 1);
    const [head, tail] = [written.slice(0, position), written.slice(position)];
    const wrong = [
      head,
      head + piece + tail,
      head + piece + tail.slice(piece.length),
      head + tail.repeat(2),
      `${tail}${head}`,
    ];
    return Buffer.from(wrong[how] ?? '', 'latin1');
  });
const document = fc.oneof(
  text.map((written) => Buffer.from(written)),
  damaged,
  fc.uint8Array({ maxLength: 400 }),
);

describe('documents from outside', () => {
  it('as manifests are read alike twice, or refused', () => {
    fuzz({
      what: 'manifest decoding',
      input: fc.tuple(document, type),
      feed: ([bytes, contentType]) => {
        const manifest = decodeManifest(bytes, contentType);
        expect(decodeManifest(bytes, contentType)).toEqual(manifest);
        expect(toStoredManifest(bytes, contentType).manifest).toEqual(manifest);
        expect(Object.getPrototypeOf({})).not.toHaveProperty('a');
      },
    });
  });

  it('as image configs are read or refused', () => {
    fuzz({
      what: 'image config decoding',
      input: document,
      feed: (bytes) => expect(decodeImageConfig(bytes).labels).toBeTypeOf('object'),
    });
  });

  it('as JSON mean what every parser takes them for, or are refused', () => {
    fuzz({
      what: 'strict JSON',
      input: document,
      feed: (bytes) => expect(parseStrictJson(bytes)).toEqual(JSON.parse(new TextDecoder().decode(bytes))),
    });
  });

  it('as docker config give credentials, or an error that holds nothing of it', () => {
    const canary = 'hunter2canary';
    const pieces = [
      ...JSON_PIECES,
      '"auths":{',
      '"ghcr.io":',
      '"https://ghcr.io/v1/":',
      '"ghcr.io/a":',
      '"auth":"',
      '"username":"',
      '"password":"',
      '"identitytoken":"',
      '"credHelpers":{',
      '"credsStore":"',
      '"HttpHeaders":{',
      canary,
      'AAAA',
      '=',
      '/',
      '////',
      '\\u0000',
    ];
    const value = fc.oneof(
      hostileText(['A', '=', ' ', '\n', '!', '\0', ':', 'a', canary], 100_000),
      hostileText(
        [Buffer.from('\0\0\0').toString('base64'), Buffer.from(`u:${canary}`).toString('base64'), '='],
        100_000,
      ),
      fc.anything(),
    );
    const entry = fc.record(
      { auth: value, username: value, identitytoken: value, registrytoken: value },
      { requiredKeys: [] },
    );
    const key = fc.oneof(
      fc.constantFrom('ghcr.io', 'https://ghcr.io/v1/', 'ghcr.io/a/b', 'docker.io'),
      hostileText(['ghcr.io', '/', 'a', ' '], 20_000),
    );
    const structured = fc.record(
      {
        auths: fc.dictionary(key, entry, { maxKeys: 3 }),
        credHelpers: fc.dictionary(key, value, { maxKeys: 2 }),
        credsStore: value,
        HttpHeaders: fc.dictionary(fc.string(), value),
      },
      { requiredKeys: [] },
    );
    fuzz({
      what: 'docker config reader',
      input: fc.oneof(hostileText(pieces, 50_000), structured.map(toJson)),
      feed: (written) => {
        for (const parse of [parseDockerConfig, parseDockercfg]) {
          try {
            const config = parse(written, 'config.json');
            listConfigHeaders(config);
            findHelper(config, 'ghcr.io');
            for (const path of ['', 'a', 'a/b/c']) findEntry(config, 'ghcr.io', path);
          } catch (error) {
            expect(isPlaitError(error, 'CREDENTIALS_INVALID')).toBe(true);
            expect((error as Error).message).not.toContain(canary);
          }
        }
      },
    });
  });
});

function toJson(value: unknown): string {
  try {
    return JSON.stringify(value) ?? '';
  } catch {
    return '';
  }
}
