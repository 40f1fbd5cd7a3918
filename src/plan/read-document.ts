import { PlaitError } from '../errors/plait-error.ts';
import { cleanText } from '../errors/redact.ts';
import { isJsonObject, type JsonLimits, type JsonObject, parseStrictJson } from '../oci/json.ts';
import { type SplitJson, splitStrictJson } from '../oci/json-entries.ts';
import { FORMAT_VERSION } from './document.ts';

/** Of one plan file, all bytes of which are held while it is read. A larger run is split with --shard. */
export const MAX_PLAN_BYTES = 512 * 1024 * 1024;

const LIMITS: JsonLimits = { what: 'the plan file', code: 'PLAN_INVALID', maxBytes: MAX_PLAN_BYTES };

/** What grows with the number of tags. As JSON values all at once they would take several times as much as what they say. */
const LONG: ReadonlySet<string> = new Set(['indexes', 'changes', 'unchanged', 'blocked']);

/** A plan file as JSON, and what it says of itself. */
export interface PlanEnvelope {
  readonly formatVersion: string;
  /** Without the entries of its long lists. */
  readonly outline: JsonObject;
  readonly entries: SplitJson['entries'];
}

/** Throws PLAN_INVALID for what is not a plan file at all. */
export function openPlanFile(bytes: Uint8Array): PlanEnvelope {
  const { outline, entries } = splitStrictJson(bytes, LONG, LIMITS);
  const formatVersion = isJsonObject(outline) ? outline.formatVersion : undefined;
  if (!isJsonObject(outline) || typeof formatVersion !== 'string' || !('changes' in outline)) {
    throw new PlaitError('PLAN_INVALID', 'the file is not a plan', { hint: 'make one with  plait plan -o FILE' });
  }
  return { formatVersion, outline, entries };
}

/** The whole of a file as it is, for one whose form is not known. Throws PLAN_INVALID when it is no JSON. */
export function readWholePlan(bytes: Uint8Array): unknown {
  return parseStrictJson(bytes, LIMITS);
}

/** Throws PLAN_VERSION for a plan of another major version, which names both. */
export function assertReadable({ formatVersion }: PlanEnvelope): void {
  if (majorOf(formatVersion) === majorOf(FORMAT_VERSION)) return;
  throw new PlaitError(
    'PLAN_VERSION',
    `the plan has format ${cleanText(formatVersion, 20)}, this Plait applies format ${FORMAT_VERSION}`,
    { hint: 'plan again with this version, or apply with the version that made the plan' },
  );
}

function majorOf(version: string): string {
  return version.split('.')[0] ?? '';
}
