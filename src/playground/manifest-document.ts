import { type Digest, isDigest } from '../oci/digest.ts';
import { isIndexMediaType, MANIFEST_MEDIA_TYPES, MEDIA_TYPES } from '../oci/media-types.ts';
import { RegistryFault } from './fault.ts';

/** What the registry needs to know of a manifest. The bytes are kept as they came. */
export interface ManifestDocument {
  readonly mediaType: string;
  /** Children of an index, once each. */
  readonly manifests: readonly Digest[];
  /** Config and layers of an image, once each, without layers that are kept elsewhere by their nature. */
  readonly blobs: readonly Digest[];
  readonly subject?: Digest;
  /** As the referrers API shows it: for an image without one, the media type of the config. */
  readonly artifactType?: string;
  readonly annotations?: Readonly<Record<string, unknown>>;
}

type JsonObject = Readonly<Record<string, unknown>>;

/** Layers whose content need not be in a registry (image-spec `layer.md`, "Non-Distributable Layers"). */
const KEPT_ELSEWHERE = /nondistributable|\.foreign\./;
const ONLY_IN_IMAGES = ['config', 'layers', 'fslayers', 'history'];

/**
 * Reads a pushed manifest. Throws MANIFEST_INVALID when it is not JSON, not of a known type, not of the type it was
 * pushed as, or could be taken for an image as well as an index (CVE-2021-41190).
 */
export function parseManifestDocument(bytes: Uint8Array, contentType: string | undefined): ManifestDocument {
  const mediaType = (contentType ?? '').split(';')[0]?.trim() ?? '';
  if (!MANIFEST_MEDIA_TYPES.includes(mediaType)) throw invalid('the Content-Type is not one of a manifest');
  const document = parseObject(bytes);
  if (document.schemaVersion !== 2) throw invalid('schemaVersion must be 2');
  if (document.mediaType !== undefined && document.mediaType !== mediaType) {
    throw invalid('mediaType and Content-Type differ');
  }
  const content = isIndexMediaType(mediaType) ? readIndex(document) : readImage(document);
  const subject = document.subject === undefined ? undefined : readDescriptor(document.subject).digest;
  const annotations = isObject(document.annotations) ? document.annotations : undefined;
  return { mediaType, ...content, ...(subject && { subject }), ...(annotations && { annotations }) };
}

/** The type of a manifest that was stored without one: what it says itself, else what its fields say. */
export function guessMediaType(bytes: Uint8Array): string {
  const document = parseObject(bytes);
  if (typeof document.mediaType === 'string') return document.mediaType;
  return document.manifests === undefined ? MEDIA_TYPES.ociManifest : MEDIA_TYPES.ociIndex;
}

type Content = Pick<ManifestDocument, 'manifests' | 'blobs' | 'artifactType'>;

function readIndex(document: JsonObject): Content {
  if (hasAnyKey(document, ONLY_IN_IMAGES)) throw invalid('an index must not have the fields of an image');
  const manifests = readDescriptors(document.manifests ?? []).map(({ digest }) => digest);
  return { manifests: unique(manifests), blobs: [], ...artifactTypeOf(document.artifactType) };
}

function readImage(document: JsonObject): Content {
  if (hasAnyKey(document, ['manifests'])) throw invalid('an image must not have the fields of an index');
  const config = readDescriptor(document.config);
  const layers = readDescriptors(document.layers ?? []).filter(({ mediaType }) => !KEPT_ELSEWHERE.test(mediaType));
  const blobs = unique([config, ...layers].map(({ digest }) => digest));
  return { manifests: [], blobs, ...artifactTypeOf(document.artifactType || config.mediaType) };
}

function artifactTypeOf(value: unknown): Pick<ManifestDocument, 'artifactType'> {
  return typeof value === 'string' && value !== '' ? { artifactType: value } : {};
}

function readDescriptors(value: unknown): readonly { digest: Digest; mediaType: string }[] {
  if (!Array.isArray(value)) throw invalid('a list of descriptors is not a list');
  return value.map(readDescriptor);
}

function readDescriptor(value: unknown): { digest: Digest; mediaType: string } {
  const { digest, mediaType } = isObject(value) ? value : {};
  if (typeof digest !== 'string' || !isDigest(digest)) throw invalid('a descriptor has no valid digest');
  return { digest, mediaType: typeof mediaType === 'string' ? mediaType : '' };
}

/** Letter case does not count: readers written in Go take `Layers` for `layers`. */
function hasAnyKey(document: JsonObject, keys: readonly string[]): boolean {
  return Object.keys(document).some((key) => keys.includes(key.toLowerCase()));
}

function parseObject(bytes: Uint8Array): JsonObject {
  let value: unknown;
  try {
    value = JSON.parse(new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes));
  } catch {
    throw invalid('the manifest is not JSON');
  }
  if (!isObject(value)) throw invalid('the manifest is not a JSON object');
  return value;
}

function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function unique<T>(values: readonly T[]): readonly T[] {
  return [...new Set(values)];
}

function invalid(message: string): RegistryFault {
  return new RegistryFault('MANIFEST_INVALID', message);
}
