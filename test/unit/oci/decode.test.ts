import { describe, expect, it } from 'vitest';
import { decodeManifest, MAX_MANIFEST_READ_BYTES, toStoredManifest } from '../../../src/oci/decode.ts';
import { computeDigest } from '../../../src/oci/digest.ts';
import type { ImageIndex } from '../../../src/oci/manifest.ts';
import { MEDIA_TYPES } from '../../../src/oci/media-types.ts';

const { ociIndex, ociManifest, dockerList, dockerManifest, ociConfig } = MEDIA_TYPES;
const INVALID = expect.objectContaining({ code: 'MANIFEST_INVALID' });
const TOO_LARGE = expect.objectContaining({ code: 'MANIFEST_TOO_LARGE' });

const DIGEST = `sha256:${'a'.repeat(64)}`;
const ENTRY = { mediaType: ociManifest, digest: DIGEST, size: 400 };
const CONFIG = { mediaType: ociConfig, digest: DIGEST, size: 100 };
const INDEX = { schemaVersion: 2, mediaType: ociIndex, manifests: [ENTRY] };
const IMAGE = { schemaVersion: 2, mediaType: ociManifest, config: CONFIG, layers: [] };

function toBytes(value: unknown): Uint8Array {
  return new TextEncoder().encode(typeof value === 'string' ? value : JSON.stringify(value));
}

function decode(value: unknown, contentType: string) {
  return decodeManifest(toBytes(value), contentType);
}

function decodeEntry(entry: object) {
  return (decode({ ...INDEX, manifests: [{ ...ENTRY, ...entry }] }, ociIndex) as ImageIndex).manifests[0];
}

describe('a manifest', () => {
  it.each([
    ['an OCI index', INDEX, ociIndex, 'index'],
    ['an OCI index without its own media type', { schemaVersion: 2, manifests: [ENTRY] }, ociIndex, 'index'],
    ['a Docker manifest list', { ...INDEX, mediaType: dockerList }, dockerList, 'index'],
    ['an OCI image', IMAGE, ociManifest, 'image'],
    ['an OCI image without its own media type', { schemaVersion: 2, config: CONFIG, layers: [] }, ociManifest, 'image'],
    ['a Docker image', { ...IMAGE, mediaType: dockerManifest }, dockerManifest, 'image'],
  ])('is read: %s', (...[, document, contentType, kind]) => {
    expect(decode(document, contentType)).toMatchObject({ kind, mediaType: contentType });
  });

  it.each([`${ociIndex}; charset=utf-8`, `${ociIndex} `, `${ociIndex};`, ociIndex.toUpperCase()])(
    'is read whatever surrounds its content type: %s',
    (contentType) => {
      expect(decode(INDEX, contentType).mediaType).toBe(ociIndex);
    },
  );

  it('is read whole', () => {
    const manifest = decode(
      {
        schemaVersion: 2,
        mediaType: ociManifest,
        artifactType: 'application/vnd.example',
        config: { ...CONFIG, data: 'e30=' },
        layers: [{ ...CONFIG, urls: ['https://example.com/layer'] }],
        subject: ENTRY,
        annotations: { a: 'b' },
        future: true,
      },
      ociManifest,
    );
    expect(manifest).toEqual({
      kind: 'image',
      mediaType: ociManifest,
      artifactType: 'application/vnd.example',
      config: { ...CONFIG, data: 'e30=' },
      layers: [{ ...CONFIG, urls: ['https://example.com/layer'] }],
      subject: ENTRY,
      annotations: { a: 'b' },
    });
  });

  it('is stored with its bytes and their digest', () => {
    const bytes = toBytes(INDEX);
    const stored = toStoredManifest(bytes, `${ociIndex}; charset=utf-8`);
    expect(stored).toMatchObject({ bytes, digest: computeDigest(bytes), mediaType: ociIndex });
  });

  it('of an index may have no entries, also as null', () => {
    expect(decode({ ...INDEX, manifests: [] }, ociIndex)).toMatchObject({ manifests: [] });
    expect(decode({ ...INDEX, manifests: null }, ociIndex)).toMatchObject({ manifests: [] });
  });

  it('treats null and empty fields as absent', () => {
    const document = { ...INDEX, annotations: {}, subject: null, artifactType: '' };
    expect(decode(document, ociIndex)).toStrictEqual({ kind: 'index', mediaType: ociIndex, manifests: [ENTRY] });
  });

  it.each([
    ['plain JSON', 'application/json'],
    ['nothing', ''],
    ['Docker schema 1', 'application/vnd.docker.distribution.manifest.v1+json'],
    ['signed Docker schema 1', 'application/vnd.docker.distribution.manifest.v1+prettyjws'],
    ['a config', ociConfig],
    ['an error page', 'text/html'],
  ])('is refused when it comes as %s', (_what, contentType) => {
    expect(() => decode({ schemaVersion: 2 }, contentType)).toThrow(INVALID);
  });

  it.each(['application/vnd.docker.distribution.manifest.v1+prettyjws', dockerManifest])(
    'of Docker schema 1 is refused with what to do, as %s',
    (contentType) => {
      const document = { schemaVersion: 1, name: 'x', fsLayers: [], history: [] };
      expect(() => decode(document, contentType)).toThrow(
        expect.objectContaining({ message: expect.stringMatching(/schema 1/), hint: expect.stringMatching(/again/) }),
      );
    },
  );

  it.each([
    ['an index that came as an image', INDEX, ociManifest],
    ['an image that came as an index', IMAGE, ociIndex],
    ['a Docker list that came as an OCI index', { ...INDEX, mediaType: dockerList }, ociIndex],
    ['a Docker list without its own media type', { schemaVersion: 2, manifests: [] }, dockerList],
    ['a Docker image without its own media type', { schemaVersion: 2, config: CONFIG, layers: [] }, dockerManifest],
    ['a media type with parameters in the body', { ...INDEX, mediaType: `${ociIndex}; charset=utf-8` }, ociIndex],
    ['a media type that is no text', { ...INDEX, mediaType: 2 }, ociIndex],
    ['an index without entries', { schemaVersion: 2, mediaType: ociIndex }, ociIndex],
    ['entries that are no list', { ...INDEX, manifests: {} }, ociIndex],
    ['an image without a config', { ...IMAGE, config: undefined }, ociManifest],
    ['an image without layers', { ...IMAGE, layers: undefined }, ociManifest],
    ['another schema version', { ...INDEX, schemaVersion: 3 }, ociIndex],
    ['no schema version', { ...INDEX, schemaVersion: undefined }, ociIndex],
    ['a schema version in quotes', { ...INDEX, schemaVersion: '2' }, ociIndex],
    ['a list', [], ociIndex],
    ['null', null, ociIndex],
    ['annotations that are no texts', { ...INDEX, annotations: { a: 1 } }, ociIndex],
    ['annotations that are a list', { ...INDEX, annotations: ['a'] }, ociIndex],
    ['a subject that is no descriptor', { ...INDEX, subject: 'x' }, ociIndex],
  ])('is refused: %s', (_what, document, contentType) => {
    expect(() => decode(document, contentType)).toThrow(INVALID);
  });

  it.each(['config', 'layers', 'fsLayers', 'history', 'Config', 'LAYERS', 'fslayers', 'fſLayers'])(
    'that is an index is refused with the field %s of another kind (CVE-2021-41190)',
    (field) => {
      expect(() => decode({ ...INDEX, [field]: null }, ociIndex)).toThrow(INVALID);
    },
  );

  it.each(['manifests', 'Manifests', 'manifeſts', 'fsLayers', 'history'])(
    'that is an image is refused with the field %s of another kind (CVE-2021-41190)',
    (field) => {
      expect(() => decode({ ...IMAGE, [field]: [] }, ociManifest)).toThrow(INVALID);
    },
  );

  it.each(['MediaType', 'mediatype', 'MANIFESTS', 'SchemaVersion', 'Subject', 'artifacttype', 'Annotations'])(
    'is refused with the field %s, which Go would read as another one',
    (field) => {
      expect(() => decode({ ...INDEX, [field]: 'x' }, ociIndex)).toThrow(INVALID);
    },
  );

  it('is refused with a field twice', () => {
    const text = `{"schemaVersion":2,"mediaType":"${ociIndex}","manifests":[],"manifests":[]}`;
    expect(() => decode(text, ociIndex)).toThrow(INVALID);
  });

  it('is refused over 8 MiB', () => {
    const text = JSON.stringify(INDEX);
    expect(decode(text.padEnd(MAX_MANIFEST_READ_BYTES), ociIndex).kind).toBe('index');
    expect(() => decode(text.padEnd(MAX_MANIFEST_READ_BYTES + 1), ociIndex)).toThrow(TOO_LARGE);
  });

  it('is refused with more than 10,000 entries', () => {
    const most = Array.from({ length: 10_000 }, () => ENTRY);
    expect(decode({ ...INDEX, manifests: most }, ociIndex).kind).toBe('index');
    expect(() => decode({ ...INDEX, manifests: [...most, ENTRY] }, ociIndex)).toThrow(INVALID);
  });
});

describe('an entry', () => {
  it.each([
    ['no digest', { digest: undefined }],
    ['a short digest', { digest: 'sha256:abc' }],
    ['a digest that is a path', { digest: 'sha256:../../etc' }],
    ['a digest that is no text', { digest: 1 }],
    ['no size', { size: undefined }],
    ['a negative size', { size: -1 }],
    ['a broken size', { size: 1.5 }],
    ['a size in quotes', { size: '1' }],
    ['a size past what a number can hold', { size: 2 ** 53 }],
    ['no media type', { mediaType: undefined }],
    ['a media type that is no text', { mediaType: {} }],
    ['a platform that is a text', { platform: 'linux/amd64' }],
    ['an operating system that is a number', { platform: { os: 1, architecture: 'amd64' } }],
    ['features that are a text', { platform: { os: 'linux', architecture: 'amd64', 'os.features': 'x' } }],
    ['annotations that are no texts', { annotations: { a: null } }],
    ['urls that are no texts', { urls: [1] }],
    ['data that is no text', { data: [] }],
    ['a digest in another case as well', { Digest: DIGEST }],
    ['an operating system in another case as well', { platform: { os: 'linux', OS: 'linux', architecture: 'amd64' } }],
  ])('is refused: %s', (_what, entry) => {
    expect(() => decodeEntry(entry)).toThrow(INVALID);
  });

  it('is named by its place in the error', () => {
    const document = { ...INDEX, manifests: [ENTRY, { ...ENTRY, size: -1 }] };
    expect(() => decode(document, ociIndex)).toThrow(/manifests\[1\]\.size/);
  });

  it('has its platform folded', () => {
    const platform = { os: 'Linux', architecture: 'aarch64', variant: 'v8', 'os.version': '', 'os.features': null };
    expect(decodeEntry({ platform })?.platform).toStrictEqual({ os: 'linux', architecture: 'arm64' });
  });

  it.each([
    ['absent', undefined],
    ['null', null],
    ['empty', {}],
    ['without an operating system', { architecture: 'amd64' }],
    ['with an empty architecture', { os: 'linux', architecture: '' }],
  ])('has no platform when it is %s', (_what, platform) => {
    expect(decodeEntry({ platform })?.platform).toBeUndefined();
  });

  it('of an unknown media type or digest algorithm is carried', () => {
    const digest = `blake3:${'a'.repeat(64)}`;
    expect(decodeEntry({ mediaType: 'application/x-thing', digest })).toMatchObject({
      mediaType: 'application/x-thing',
      digest,
    });
  });

  it('keeps the fields that have no meaning here', () => {
    const platform = { os: 'linux', architecture: 'amd64', features: ['sse4'] };
    expect(decodeEntry({ platform, newField: { a: 1 } })).toEqual({
      ...ENTRY,
      platform: { os: 'linux', architecture: 'amd64' },
      unmodelled: { fields: { newField: { a: 1 } }, platform: { features: ['sse4'] } },
    });
  });

  it('may have annotations named like parts of an object', () => {
    const text = JSON.stringify({ ...INDEX, manifests: [{ ...ENTRY, annotations: { constructor: 'x' } }] });
    const index = decode(text.replace('constructor', '__proto__'), ociIndex) as ImageIndex;
    expect(Object.entries(index.manifests[0]?.annotations ?? {})).toEqual([['__proto__', 'x']]);
  });
});
