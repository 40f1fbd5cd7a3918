import { isDeepStrictEqual } from 'node:util';
import { isPlaitError } from '../../errors/plait-error.ts';
import { formatPlatform, normalizePlatform, type Platform, parsePlatform } from '../../oci/platform.ts';
import type { PlatformOverride } from '../declaration.ts';
import type { Findings } from '../findings.ts';
import type { Cursor } from '../node.ts';
import { quote } from '../scalar-text.ts';
import type { OverrideInput } from '../schema/platforms-schema.ts';

/** Names of the fields of a platform in YAML. */
const FIELDS = [
  ['os', 'os'],
  ['architecture', 'architecture'],
  ['variant', 'variant'],
  ['osVersion', 'os.version'],
  ['osFeatures', 'os.features'],
] as const;

/** What an entry publishes: the platform of its key, folded, with the fields that only `override` gives. */
export interface Published {
  readonly platform: Platform;
  readonly override?: PlatformOverride;
}

/**
 * Works an `override` into the platform of the key it belongs to. It may add a field to the key, but not contradict
 * it; that and an empty override are reported.
 */
export function applyOverride(
  written: Platform,
  input: OverrideInput | undefined,
  { where, findings }: { readonly where: Cursor; readonly findings: Findings },
): Published {
  const folded = normalizePlatform(written);
  if (input === undefined) return { platform: folded };
  const override = toOverride(input);
  const report = (message: string, hint: string): void =>
    findings.error({ code: 'invalid-override', where, message, hint });
  if (Object.keys(override).length === 0)
    report('this override changes nothing', 'name a field, or remove the override');
  const platform = normalizePlatform({ ...written, ...override });
  const problem = findProblem(platform);
  if (problem !== undefined) report(problem, 'correct the field');
  for (const [field, name] of FIELDS) {
    const isContradicted = written[field] !== undefined && !isDeepStrictEqual(platform[field], folded[field]);
    if (!isContradicted) continue;
    report(
      `override says another ${name} than the platform ${quote(formatPlatform(folded))} that is published`,
      'the key is what is published, and override says where the source disagrees with it',
    );
  }
  return { platform, override };
}

/** Why what an override makes is no platform: it must be possible to write it down and to read it again. */
function findProblem(platform: Platform): string | undefined {
  try {
    parsePlatform(formatPlatform(platform));
    return undefined;
  } catch (error) {
    if (isPlaitError(error, 'PLATFORM_INVALID')) return error.message;
    throw error;
  }
}

function toOverride(input: OverrideInput): PlatformOverride {
  return Object.fromEntries(
    FIELDS.map(([field, name]) => [field, input[name]] as const).filter(([, value]) => value !== undefined),
  );
}
