import type { PlatformOverride } from '../config/declaration.ts';
import { PlaitError } from '../errors/plait-error.ts';
import { formatPlatform, normalizePlatform, type Platform } from '../oci/platform.ts';

type Field = 'os' | 'architecture' | 'variant' | 'osVersion' | 'osFeatures';

/** Field names as users write them in YAML. */
const FIELDS: readonly (readonly [Field, string])[] = [
  ['os', 'os'],
  ['architecture', 'architecture'],
  ['variant', 'variant'],
  ['osVersion', 'os.version'],
  ['osFeatures', 'os.features'],
];

export interface PlatformQuestion {
  /** The key of `platforms`, folded. */
  readonly declared: Platform;
  readonly override: PlatformOverride | undefined;
  /** What the image config says, folded; undefined when it names no platform. */
  readonly found: Platform | undefined;
  /** How to name the image in an error. */
  readonly image: string;
}

export interface PlatformAnswer {
  /** The platform to publish. Where the key is silent on os.version and os.features, the image's own are taken. */
  readonly platform: Platform;
  /** Overridden fields that say what the image says anyway. */
  readonly redundant: readonly string[];
}

/**
 * Pure: checks a declared platform against the image's own. Throws SOURCE_PLATFORM_MISMATCH when they disagree in a
 * field that `override` does not name.
 */
export function checkPlatform(question: PlatformQuestion): PlatformAnswer {
  const { declared, found } = question;
  const override = question.override ?? {};
  const published = normalizePlatform({ ...declared, ...override });
  if (found === undefined) return { platform: published, redundant: [] };
  const wrong = listDisagreements(published, found).filter(([field]) => override[field] === undefined);
  if (wrong.length > 0) throw mismatch(question, published, wrong);
  const redundant = FIELDS.filter(([field]) => override[field] !== undefined && isEqual(published, found, field));
  return { platform: { ...takeDetails(published, found), ...published }, redundant: redundant.map(([, name]) => name) };
}

/**
 * Pure: what an entry has to override so that an image whose config says `found` is published for `published`, both folded;
 * undefined when they agree. A variant that is overridden by none is the empty text.
 */
export function findOverride(published: Platform, found: Platform | undefined): PlatformOverride | undefined {
  if (found === undefined) return undefined;
  const fields = listDisagreements(published, found).map(([field]) => [field, published[field] ?? ''] as const);
  return fields.length === 0 ? undefined : Object.fromEntries(fields);
}

/** The variant of another architecture is not one that could be right or wrong. */
function listDisagreements(published: Platform, found: Platform): typeof FIELDS {
  const isOther = published.architecture !== found.architecture;
  return FIELDS.filter(([field]) => !(isOther && field === 'variant') && disagrees(published, found, field));
}

function disagrees(published: Platform, found: Platform, field: Field): boolean {
  if ((field === 'osVersion' || field === 'osFeatures') && published[field] === undefined) return false;
  return !isEqual(published, found, field);
}

function isEqual(left: Platform, right: Platform, field: Field): boolean {
  return String(left[field] ?? '') === String(right[field] ?? '');
}

/** A version of another system is none of this one. */
function takeDetails(published: Platform, found: Platform): Partial<Platform> {
  if (published.os !== found.os) return {};
  return {
    ...(found.osVersion === undefined ? {} : { osVersion: found.osVersion }),
    ...(found.osFeatures === undefined ? {} : { osFeatures: found.osFeatures }),
  };
}

function mismatch(
  question: PlatformQuestion,
  published: Platform,
  wrong: readonly (readonly [Field, string])[],
): PlaitError {
  const found = question.found === undefined ? 'unknown' : formatPlatform(question.found);
  return new PlaitError(
    'SOURCE_PLATFORM_MISMATCH',
    `${question.image} is an image for ${found}, declared for ${formatPlatform(published)}`,
    { hint: `declare it as ${found}, or name another image${describeOverride(published, wrong)}` },
  );
}

function describeOverride(published: Platform, wrong: readonly (readonly [Field, string])[]): string {
  if (wrong.some(([field]) => published[field] === undefined)) return '';
  const fields = wrong.map(([field, name]) => `${name}: ${String(published[field])}`).join(', ');
  return `, or publish it as declared with  override: { ${fields} }`;
}
