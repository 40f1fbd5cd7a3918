import {
  findUnmodelled,
  invalidField,
  optional,
  readAnnotations,
  readSection,
  readText,
  readTexts,
  type Section,
} from './decode-fields.ts';
import type { Descriptor, UnmodelledFields } from './descriptor.ts';
import { type Digest, isDigest } from './digest.ts';
import type { JsonObject } from './json.ts';
import { normalizePlatform, type Platform } from './platform.ts';

const DESCRIPTOR_FIELDS: ReadonlySet<string> = new Set([
  'mediaType',
  'digest',
  'size',
  'urls',
  'annotations',
  'data',
  'platform',
  'artifactType',
]);

const PLATFORM_FIELDS: ReadonlySet<string> = new Set(['architecture', 'os', 'os.version', 'os.features', 'variant']);

/** Internal to `oci/`: the descriptor in `value`, its platform folded. Throws MANIFEST_INVALID and names the field. */
export function decodeDescriptor(value: unknown, path: string): Descriptor {
  const section = readSection(value, path, DESCRIPTOR_FIELDS);
  const platform = decodePlatformField(section);
  return {
    mediaType: readMediaType(section),
    digest: readDigest(section),
    size: readSize(section),
    ...optional('urls', readTexts(section, 'urls')),
    ...optional('annotations', readAnnotations(section)),
    ...optional('data', readText(section, 'data')),
    ...optional('platform', platform.known),
    ...optional('artifactType', readText(section, 'artifactType')),
    ...optional('unmodelled', joinUnmodelled(findUnmodelled(section.fields, DESCRIPTOR_FIELDS), platform.unmodelled)),
  };
}

function readMediaType(section: Section): string {
  const mediaType = readText(section, 'mediaType');
  if (mediaType === undefined) throw invalidField(`${section.path}.mediaType`, 'is missing');
  return mediaType;
}

function readDigest(section: Section): Digest {
  const digest = readText(section, 'digest') ?? '';
  if (!isDigest(digest)) throw invalidField(`${section.path}.digest`, 'is not a digest');
  return digest;
}

function readSize(section: Section): number {
  const { size } = section.fields;
  if (typeof size !== 'number' || !Number.isSafeInteger(size) || size < 0) {
    throw invalidField(`${section.path}.size`, 'is not a size in bytes');
  }
  return size;
}

interface DecodedPlatform {
  readonly known?: Platform;
  readonly unmodelled?: JsonObject;
}

function decodePlatformField(parent: Section): DecodedPlatform {
  const value = parent.fields.platform ?? undefined;
  if (value === undefined) return {};
  const section = readSection(value, `${parent.path}.platform`, PLATFORM_FIELDS);
  const [os, architecture] = [readText(section, 'os'), readText(section, 'architecture')];
  const rest = {
    ...optional('variant', readText(section, 'variant')),
    ...optional('osVersion', readText(section, 'os.version')),
    ...optional('osFeatures', readTexts(section, 'os.features')),
  };
  if (os === undefined || architecture === undefined) return optional('unmodelled', section.fields);
  return {
    known: normalizePlatform({ os, architecture, ...rest }),
    ...optional('unmodelled', findUnmodelled(section.fields, PLATFORM_FIELDS)),
  };
}

function joinUnmodelled(fields?: JsonObject, platform?: JsonObject): UnmodelledFields | undefined {
  if (fields === undefined && platform === undefined) return undefined;
  return { ...optional('fields', fields), ...optional('platform', platform) };
}
