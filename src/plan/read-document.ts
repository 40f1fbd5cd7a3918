import { PlaitError } from '../errors/plait-error.ts';
import { cleanText } from '../errors/redact.ts';
import { isJsonObject, type JsonObject, parseStrictJson } from '../oci/json.ts';
import { FORMAT_VERSION } from './document.ts';
import { planDocumentSchema } from './document-schema.ts';
import type { PlanDocument } from './plan-document.ts';

/** Of one plan file, which is read whole: about as much text as Node can hold. A larger run is split with --shard. */
export const MAX_PLAN_BYTES = 512 * 1024 * 1024;

/** A plan file as JSON, and what it says of itself. */
export interface PlanEnvelope {
  readonly formatVersion: string;
  readonly json: JsonObject;
}

/** Throws PLAN_INVALID for what is not a plan file at all. */
export function openPlanFile(bytes: Uint8Array): PlanEnvelope {
  const json = parseStrictJson(bytes, { what: 'the plan file', code: 'PLAN_INVALID', maxBytes: MAX_PLAN_BYTES });
  const formatVersion = isJsonObject(json) ? json.formatVersion : undefined;
  if (!isJsonObject(json) || typeof formatVersion !== 'string' || !('changes' in json)) {
    throw new PlaitError('PLAN_INVALID', 'the file is not a plan', { hint: 'make one with  plait plan -o FILE' });
  }
  return { formatVersion, json };
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

/** The document in the form of its schema. Throws PLAN_VERSION, and PLAN_INVALID which names the first wrong place. */
export function readPlanDocument(envelope: PlanEnvelope): PlanDocument {
  assertReadable(envelope);
  const result = planDocumentSchema.safeParse(envelope.json);
  if (result.success) return result.data;
  const [issue] = result.error.issues;
  const place = issue === undefined ? '' : ` at ${issue.path.join('.')}: ${issue.message}`;
  throw new PlaitError('PLAN_INVALID', `the plan file is damaged${cleanText(place)}`, { hint: 'plan again' });
}

function majorOf(version: string): string {
  return version.split('.')[0] ?? '';
}
