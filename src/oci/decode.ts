import { PlaitError } from '../errors/plait-error.ts';
import { cleanText } from '../errors/redact.ts';
import { decodeDescriptor } from './decode-descriptor.ts';
import {
  invalidField,
  lowerKey,
  optional,
  readAnnotations,
  readSection,
  readText,
  type Section,
} from './decode-fields.ts';
import type { Descriptor } from './descriptor.ts';
import { computeDigest } from './digest.ts';
import { parseStrictJson } from './json.ts';
import type { ImageIndex, ImageManifest, Manifest, StoredManifest } from './manifest.ts';
import {
  type ImageMediaType,
  type IndexMediaType,
  isDockerMediaType,
  isImageMediaType,
  isIndexMediaType,
} from './media-types.ts';

/** The largest manifest read, in bytes. */
export const MAX_MANIFEST_READ_BYTES = 8 * 1024 * 1024;

/** The largest index written, in bytes: what every registry must accept (distribution-spec). */
export const MAX_MANIFEST_WRITE_BYTES = 4 * 1024 * 1024;

const MAX_ENTRIES = 10_000;

const INDEX_FIELDS: ReadonlySet<string> = new Set([
  'schemaVersion',
  'mediaType',
  'artifactType',
  'manifests',
  'subject',
  'annotations',
]);
const IMAGE_FIELDS: ReadonlySet<string> = new Set([
  'schemaVersion',
  'mediaType',
  'artifactType',
  'config',
  'layers',
  'subject',
  'annotations',
]);

/** Keys that would make a document readable as another kind too (CVE-2021-41190), in lower case. */
const FOREIGN_TO_INDEX: ReadonlySet<string> = new Set(['config', 'layers', 'fslayers', 'history']);
const FOREIGN_TO_IMAGE: ReadonlySet<string> = new Set(['manifests', 'fslayers', 'history']);

/**
 * The manifest in `bytes`, which a registry sent as `contentType` (parameters ignored). All parsers must read it alike,
 * or it is refused: strict JSON, the body's own `mediaType` equal to the content type (an OCI body may leave it out), no
 * field of another kind of manifest, valid descriptors. Unknown fields are tolerated; platforms come folded. Throws
 * MANIFEST_TOO_LARGE over {@link MAX_MANIFEST_READ_BYTES}, else MANIFEST_INVALID.
 */
export function decodeManifest(bytes: Uint8Array, contentType: string): Manifest {
  const mediaType = parseContentType(contentType);
  const document = parseStrictJson(bytes, { maxBytes: MAX_MANIFEST_READ_BYTES, what: 'the manifest' });
  if (isIndexMediaType(mediaType)) return decodeIndex(readSection(document, 'index', INDEX_FIELDS), mediaType);
  if (isImageMediaType(mediaType)) return decodeImage(readSection(document, 'manifest', IMAGE_FIELDS), mediaType);
  throw unsupported(mediaType);
}

/** As {@link decodeManifest}, with the bytes and their sha256 digest beside the decoded form. */
export function toStoredManifest(bytes: Uint8Array, contentType: string): StoredManifest {
  const manifest = decodeManifest(bytes, contentType);
  return { bytes, digest: computeDigest(bytes), mediaType: manifest.mediaType, manifest };
}

function parseContentType(contentType: string): string {
  return (contentType.split(';', 1)[0] ?? '').trim().toLowerCase();
}

function unsupported(mediaType: string): PlaitError {
  const schema1 = mediaType.startsWith('application/vnd.docker.distribution.manifest.v1+');
  const what = schema1 ? 'is in Docker schema 1' : `came as "${cleanText(mediaType, 80)}", which is no manifest type`;
  return new PlaitError('MANIFEST_INVALID', `the manifest ${what}`, {
    hint: schema1 ? 'that format is obsolete: build and push the image again' : undefined,
  });
}

function decodeIndex(section: Section, mediaType: IndexMediaType): ImageIndex {
  assertKind(section, mediaType, FOREIGN_TO_INDEX);
  return { kind: 'index', mediaType, manifests: readDescriptors(section, 'manifests'), ...readCommon(section) };
}

function decodeImage(section: Section, mediaType: ImageMediaType): ImageManifest {
  assertKind(section, mediaType, FOREIGN_TO_IMAGE);
  const config = decodeDescriptor(section.fields.config, `${section.path}.config`);
  return { kind: 'image', mediaType, config, layers: readDescriptors(section, 'layers'), ...readCommon(section) };
}

function assertKind(section: Section, mediaType: string, foreign: ReadonlySet<string>): void {
  const { schemaVersion } = section.fields;
  if (schemaVersion === 1) throw unsupported('application/vnd.docker.distribution.manifest.v1+json');
  if (schemaVersion !== 2) throw invalidField(`${section.path}.schemaVersion`, 'is not 2');
  const found = Object.keys(section.fields).find((key) => foreign.has(lowerKey(key)));
  if (found !== undefined) throw invalidField(section.path, `has the field "${found}" of another kind of manifest`);
  const own = readText(section, 'mediaType');
  if (own === mediaType || (own === undefined && !isDockerMediaType(mediaType))) return;
  throw invalidField(`${section.path}.mediaType`, `is "${own ?? ''}" in a document that came as "${mediaType}"`);
}

function readCommon(section: Section): Pick<ImageIndex, 'artifactType' | 'subject' | 'annotations'> {
  const subject = section.fields.subject ?? undefined;
  return {
    ...optional('artifactType', readText(section, 'artifactType')),
    ...optional('subject', subject === undefined ? undefined : decodeDescriptor(subject, `${section.path}.subject`)),
    ...optional('annotations', readAnnotations(section)),
  };
}

/** Null stands for an empty list: Go writes it for a list that was never made. */
function readDescriptors(section: Section, name: string): readonly Descriptor[] {
  const path = `${section.path}.${name}`;
  const value = section.fields[name] === null ? [] : section.fields[name];
  if (!Array.isArray(value)) throw invalidField(path, 'is not a list');
  if (value.length > MAX_ENTRIES) throw invalidField(path, `has more than ${MAX_ENTRIES} entries`);
  return value.map((item, position) => decodeDescriptor(item, `${path}[${position}]`));
}
