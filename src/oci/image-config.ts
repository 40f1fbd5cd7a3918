import { PlaitError } from '../errors/plait-error.ts';
import { isJsonObject, type JsonObject, parseStrictJson } from './json.ts';
import { normalizePlatform, type Platform } from './platform.ts';

/** What Plait wants to know of an image config (image-spec `config.md`). */
export interface ImageConfig {
  /** Folded; absent when the config names no operating system or architecture, or calls one of them `unknown`. */
  readonly platform?: Platform;
  readonly labels: Readonly<Record<string, string>>;
  /** As written, usually RFC 3339. */
  readonly created?: string;
}

/** The largest image config read, in bytes. */
export const MAX_CONFIG_BYTES = 4 * 1024 * 1024;

/**
 * The config in `bytes`. A field of an unexpected type counts as absent, because configs come from many builders; but
 * the document must be strict JSON and an object. Throws MANIFEST_INVALID, or MANIFEST_TOO_LARGE over
 * {@link MAX_CONFIG_BYTES}.
 */
export function decodeImageConfig(bytes: Uint8Array): ImageConfig {
  const document = parseStrictJson(bytes, { maxBytes: MAX_CONFIG_BYTES, what: 'the image config' });
  if (!isJsonObject(document)) throw new PlaitError('MANIFEST_INVALID', 'the image config is not an object');
  const platform = findPlatform(document);
  const created = findText(document, 'created');
  return {
    ...(platform === undefined ? {} : { platform }),
    labels: findLabels(document),
    ...(created === undefined ? {} : { created }),
  };
}

function findPlatform(document: JsonObject): Platform | undefined {
  const os = findText(document, 'os');
  const architecture = findText(document, 'architecture');
  if (os === undefined || architecture === undefined) return undefined;
  const features = document['os.features'];
  const platform = normalizePlatform({
    os,
    architecture,
    variant: findText(document, 'variant') ?? '',
    osVersion: findText(document, 'os.version') ?? '',
    osFeatures: Array.isArray(features) ? features.filter((feature) => typeof feature === 'string') : [],
  });
  return platform.os === 'unknown' || platform.architecture === 'unknown' ? undefined : platform;
}

function findText(object: JsonObject, name: string): string | undefined {
  const value = object[name];
  return typeof value === 'string' && value !== '' ? value : undefined;
}

/** Without a prototype, so that a label called `constructor` is only that. */
function findLabels(document: JsonObject): Readonly<Record<string, string>> {
  const { config } = document;
  const labels = isJsonObject(config) && isJsonObject(config.Labels) ? config.Labels : {};
  const texts = Object.entries(labels).filter(([, value]) => typeof value === 'string');
  return Object.assign(Object.create(null), Object.fromEntries(texts));
}
