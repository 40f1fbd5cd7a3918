import { describe, expect, it } from 'vitest';
import { decodeManifest, MAX_MANIFEST_WRITE_BYTES } from '../../../src/oci/decode.ts';
import type { Descriptor } from '../../../src/oci/descriptor.ts';
import { computeDigest, parseDigest } from '../../../src/oci/digest.ts';
import { encodeIndex, toStoredIndex } from '../../../src/oci/index-bytes.ts';
import type { ImageIndex } from '../../../src/oci/manifest.ts';
import { MEDIA_TYPES } from '../../../src/oci/media-types.ts';
import { compareUtf8 } from '../../../src/oci/text-order.ts';

const ENTRY: Descriptor = {
  mediaType: MEDIA_TYPES.ociManifest,
  digest: parseDigest(`sha256:${'a'.repeat(64)}`),
  size: 400,
};
const HEAD = `{"schemaVersion":2,"mediaType":"${MEDIA_TYPES.ociIndex}"`;
const ENTRY_TEXT = `{"mediaType":"${MEDIA_TYPES.ociManifest}","digest":"sha256:${'a'.repeat(64)}","size":400`;

function index(entry: Partial<Descriptor>, rest: Partial<ImageIndex> = {}): ImageIndex {
  return { kind: 'index', mediaType: MEDIA_TYPES.ociIndex, manifests: [{ ...ENTRY, ...entry }], ...rest };
}

function encode(value: ImageIndex): string {
  return new TextDecoder().decode(encodeIndex(value));
}

describe('the bytes of an index', () => {
  it('leave out every empty field', () => {
    const written = index(
      { urls: [], annotations: {}, data: '', artifactType: '' },
      { annotations: {}, artifactType: '' },
    );
    expect(encode(written)).toBe(`${HEAD},"manifests":[${ENTRY_TEXT}}]}`);
  });

  it('say so when there are no entries', () => {
    expect(encode(index({}, { manifests: [] }))).toBe(`${HEAD},"manifests":[]}`);
  });

  it('have the platform folded, without v8 on arm64 and with v7 on arm', () => {
    const platforms = [
      { os: 'linux', architecture: 'aarch64', variant: 'v8' },
      { os: 'linux', architecture: 'arm' },
      { os: 'macos', architecture: 'x86_64', variant: 'v1' },
    ];
    const manifests = platforms.map((platform) => ({ ...ENTRY, platform }));
    expect(encode(index({}, { manifests }))).toBe(
      `${HEAD},"manifests":[${ENTRY_TEXT},"platform":{"architecture":"arm64","os":"linux"}},` +
        `${ENTRY_TEXT},"platform":{"architecture":"arm","os":"linux","variant":"v7"}},` +
        `${ENTRY_TEXT},"platform":{"architecture":"amd64","os":"darwin"}}]}`,
    );
  });

  it('keep the entries in the order given', () => {
    const manifests = ['c', 'a', 'b'].map((digit) => ({ ...ENTRY, digest: parseDigest(`sha256:${digit.repeat(64)}`) }));
    const decoded = decodeManifest(encodeIndex(index({}, { manifests })), MEDIA_TYPES.ociIndex) as ImageIndex;
    expect(decoded.manifests).toEqual(manifests);
  });

  it('do not depend on the order in which annotations were made', () => {
    const one = encode(index({ annotations: { b: '2', a: '1' } }, { annotations: { 10: 'x', 9: 'y' } }));
    const other = encode(index({ annotations: { a: '1', b: '2' } }, { annotations: { 9: 'y', 10: 'x' } }));
    expect(one).toBe(other);
    expect(one).toMatch(/"annotations":\{"10":"x","9":"y"\}\}$/);
  });

  it('escape what Go escapes, and lone surrogates as Go reads them', () => {
    const annotations = { text: '<script>&\u2028\u2029\u007f/é\ud800' };
    expect(encode(index({}, { annotations }))).toContain(
      '{"text":"\\u003cscript\\u003e\\u0026\\u2028\\u2029\u007f/é\ufffd"}',
    );
  });

  it('carry an annotation named __proto__', () => {
    const annotations = JSON.parse('{"__proto__":"x"}');
    expect(encode(index({}, { annotations }))).toContain('"annotations":{"__proto__":"x"}');
  });

  it('bring back the fields of a live entry that have no meaning here', () => {
    const live =
      `${HEAD},"manifests":[${ENTRY_TEXT},"platform":{"architecture":"amd64","os":"linux","features":["sse4"]},` +
      `"a.new":{"b":[1,null,true],"c":"\\u003c"},"z":{}}]}`;
    const decoded = decodeManifest(new TextEncoder().encode(live), MEDIA_TYPES.ociIndex) as ImageIndex;
    expect(encode(decoded)).toBe(live);
  });

  it('bring back a platform that names no operating system', () => {
    const live = `${HEAD},"manifests":[${ENTRY_TEXT},"platform":{"architecture":"amd64","variant":"v2"}}]}`;
    const decoded = decodeManifest(new TextEncoder().encode(live), MEDIA_TYPES.ociIndex) as ImageIndex;
    expect(encode(decoded)).toBe(live);
  });

  it('have no field of a platform twice when the entry gets a platform of its own', () => {
    const live = `${HEAD},"manifests":[${ENTRY_TEXT},"platform":{"architecture":"amd64"}}]}`;
    const decoded = decodeManifest(new TextEncoder().encode(live), MEDIA_TYPES.ociIndex) as ImageIndex;
    const manifests = decoded.manifests.map((entry) => ({
      ...entry,
      platform: { os: 'linux', architecture: 'arm64' },
    }));
    expect(encode({ ...decoded, manifests })).toContain('"platform":{"architecture":"arm64","os":"linux"}');
  });

  it('are refused over 4 MiB', () => {
    const room = MAX_MANIFEST_WRITE_BYTES - encodeIndex(index({}, { annotations: { a: '-' } })).length + 1;
    const fill = (length: number) => index({}, { annotations: { a: 'x'.repeat(length) } });
    expect(encodeIndex(fill(room))).toHaveLength(MAX_MANIFEST_WRITE_BYTES);
    expect(() => encodeIndex(fill(room + 1))).toThrow(expect.objectContaining({ code: 'MANIFEST_TOO_LARGE' }));
  });

  it('are stored with their digest and the index they say', () => {
    const manifest = index({});
    const stored = toStoredIndex(manifest);
    expect(stored).toEqual({
      bytes: encodeIndex(manifest),
      digest: computeDigest(encodeIndex(manifest)),
      mediaType: MEDIA_TYPES.ociIndex,
      manifest,
    });
  });
});

describe('the order of keys', () => {
  it('is that of their UTF-8 bytes', () => {
    const keys = [
      '',
      'A',
      'a',
      'aa',
      'b',
      '\u007f',
      'é',
      '\ud7ff',
      '\ue000',
      '\ufb01',
      '\uffff',
      '\u{10000}',
      '\u{1f600}',
    ];
    expect(keys.toReversed().sort(compareUtf8)).toEqual(keys);
    expect(keys.toSorted((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)))).toEqual(keys);
  });
});
