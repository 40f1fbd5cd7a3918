import type { Annotations, Descriptor } from '../oci/descriptor.ts';
import { computeDigest, type Digest } from '../oci/digest.ts';
import { toStoredIndex } from '../oci/index-bytes.ts';
import type { RawManifest } from '../oci/manifest.ts';
import { MEDIA_TYPES } from '../oci/media-types.ts';
import type { Platform } from '../oci/platform.ts';
import { createTar, gzipStored } from './tar.ts';

/** Whether an image is made with the media types of OCI or of Docker schema 2. */
export type ImageFormat = 'oci' | 'docker';

export interface SampleBlob {
  readonly digest: Digest;
  readonly bytes: Uint8Array;
}

/** An image with all it needs, ready to be pushed. */
export interface SampleImage {
  readonly manifest: RawManifest;
  /** Config first, then the layers. */
  readonly blobs: readonly SampleBlob[];
  /** What an index says of the image. */
  readonly descriptor: Descriptor;
}

/** An index and the images below it. */
export interface SampleIndex {
  readonly manifest: RawManifest;
  readonly images: readonly SampleImage[];
}

const TYPES = {
  oci: {
    index: MEDIA_TYPES.ociIndex,
    manifest: MEDIA_TYPES.ociManifest,
    config: MEDIA_TYPES.ociConfig,
    layer: 'application/vnd.oci.image.layer.v1.tar+gzip',
  },
  docker: {
    index: MEDIA_TYPES.dockerList,
    manifest: MEDIA_TYPES.dockerManifest,
    config: MEDIA_TYPES.dockerConfig,
    layer: 'application/vnd.docker.image.rootfs.diff.tar.gzip',
  },
} as const;

/** What `buildx` puts in place of a platform on an attestation. */
const NO_PLATFORM: Platform = { os: 'unknown', architecture: 'unknown' };
const CREATED = '2024-01-01T00:00:00Z';

export interface ImageOptions {
  readonly platform: Platform;
  /** In the image; another text makes another image. */
  readonly text: string;
  readonly format: ImageFormat;
  readonly labels?: Readonly<Record<string, string>>;
}

/** A small real image: one layer with two files, and a config that agrees with it. Equal options give equal bytes. */
export function buildImage({ platform, text, format, labels }: ImageOptions): SampleImage {
  const folder = platform.os === 'windows' ? 'Files/' : '';
  const tar = createTar([
    { path: `${folder}hello.txt`, bytes: Buffer.from(`${text}\n`) },
    { path: `${folder}platform.json`, bytes: Buffer.from(`${JSON.stringify(describePlatform(platform))}\n`) },
  ]);
  const config = {
    created: CREATED,
    ...describePlatform(platform),
    config: { Env: ['PATH=/usr/bin:/bin'], ...(labels && { Labels: labels }) },
    rootfs: { type: 'layers', diff_ids: [computeDigest(tar)] },
    history: [{ created: CREATED, created_by: 'plait playground' }],
  };
  const layer = { bytes: gzipStored(tar), mediaType: TYPES[format].layer };
  return assemble({ config, layer, format, platform });
}

/**
 * The attestation that `buildx` puts beside an image in an index: a manifest for the platform `unknown/unknown` that holds
 * an in-toto statement, tied to the image by two annotations of its descriptor.
 */
export function buildAttestation({ image, format }: { image: RawManifest; format: ImageFormat }): SampleImage {
  const [algorithm = '', hex = ''] = image.digest.split(':');
  const predicateType = 'https://slsa.dev/provenance/v0.2';
  const statement = toBytes({
    _type: 'https://in-toto.io/Statement/v0.1',
    predicateType,
    subject: [{ name: 'sample', digest: { [algorithm]: hex } }],
    predicate: { buildType: 'https://example.com/sample', builder: { id: '' }, invocation: {} },
  });
  const config = {
    ...describePlatform(NO_PLATFORM),
    config: {},
    rootfs: { type: 'layers', diff_ids: [computeDigest(statement)] },
  };
  const layer = {
    bytes: statement,
    mediaType: 'application/vnd.in-toto+json',
    annotations: { 'in-toto.io/predicate-type': predicateType },
  };
  const annotations = {
    'vnd.docker.reference.digest': image.digest,
    'vnd.docker.reference.type': 'attestation-manifest',
  };
  return assemble({ config, layer, format, platform: NO_PLATFORM, annotations });
}

/** An index of `images` in the order given, written as Plait writes it. */
export function buildIndex({ images, format }: { images: readonly SampleImage[]; format: ImageFormat }): SampleIndex {
  const manifests = images.map(({ descriptor }) => descriptor);
  const { bytes, digest, mediaType } = toStoredIndex({ kind: 'index', mediaType: TYPES[format].index, manifests });
  return { manifest: { bytes, digest, mediaType }, images };
}

interface Parts {
  readonly config: object;
  readonly layer: { readonly bytes: Uint8Array; readonly mediaType: string; readonly annotations?: Annotations };
  readonly format: ImageFormat;
  readonly platform: Platform;
  readonly annotations?: Annotations;
}

function assemble({ config, layer, format, platform, annotations }: Parts): SampleImage {
  const mediaType = TYPES[format].manifest;
  const configBytes = toBytes(config);
  const layerDescriptor = { ...describe(layer.bytes, layer.mediaType), annotations: layer.annotations };
  const bytes = toBytes({
    schemaVersion: 2,
    mediaType,
    config: describe(configBytes, TYPES[format].config),
    layers: [layerDescriptor],
  });
  const descriptor = { ...describe(bytes, mediaType), platform, ...(annotations && { annotations }) };
  const blobs = [configBytes, layer.bytes].map((content) => ({ digest: computeDigest(content), bytes: content }));
  return { manifest: { bytes, digest: descriptor.digest, mediaType }, blobs, descriptor };
}

function describe(bytes: Uint8Array, mediaType: string): Descriptor {
  return { mediaType, digest: computeDigest(bytes), size: bytes.length };
}

/** In the spelling of image-spec `config.md` and `image-index.md`. */
function describePlatform({ architecture, os, osVersion, osFeatures, variant }: Platform): object {
  return { architecture, os, 'os.version': osVersion, 'os.features': osFeatures, variant };
}

/** Compact JSON; fields that are undefined are left out. */
function toBytes(value: object): Uint8Array {
  return Buffer.from(JSON.stringify(value));
}
