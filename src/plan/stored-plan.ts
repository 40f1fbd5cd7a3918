import type * as z from 'zod';
import { isPlaitError, PlaitError } from '../errors/plait-error.ts';
import { cleanText } from '../errors/redact.ts';
import type { Digest } from '../oci/digest.ts';
import { Entries } from './canonical-json.ts';
import { addLists, computeChecksum, type DocumentContent } from './document.ts';
import { changeSchema, planDocumentSchema } from './document-schema.ts';
import { createConverter } from './from-document.ts';
import type { Change, Plan, Unchanged } from './plan.ts';
import type { PlanDocument } from './plan-document.ts';
import { assertReadable, type PlanEnvelope } from './read-document.ts';

/** A plan that was read from a file: of the right form, and maybe edited. */
export interface StoredPlan {
  readonly document: PlanDocument;
  /** Without the indexes. */
  readonly plan: Plan;
  /** Of the indexes, as the file has it; nothing of it was compared. */
  readonly contents: readonly DocumentContent[];
  /** Of what the file says; that of the document is the one in the file. */
  readonly checksum: Digest;
}

/**
 * The plan in a file, an entry of its long lists at a time: none of them is held in more than one form. Throws PLAN_VERSION, and
 * PLAN_INVALID which names the first wrong place.
 */
export function readStoredPlan(envelope: PlanEnvelope): StoredPlan {
  assertReadable(envelope);
  const outline: PlanDocument = check(planDocumentSchema, envelope.outline, []);
  const { indexes: _indexes, changes: _changes, unchanged: _unchanged, blocked: _blocked, checksum, ...head } = outline;
  const { toChange, toUnchanged, toPlan } = createConverter();
  const contents: DocumentContent[] = [];
  const lists = { changes: [] as Change[], unchanged: [] as Unchanged[], blocked: [] as Change[] };
  const { shape } = planDocumentSchema;
  const entries = {
    blocked: readList(envelope, 'blocked', {
      schema: changeSchema,
      take: (each) => lists.blocked.push(toChange(each)),
    }),
    changes: readList(envelope, 'changes', {
      schema: changeSchema,
      take: (each) => lists.changes.push(toChange(each)),
    }),
    indexes: readIndexes(envelope, (content) => contents.push(content)),
    unchanged: readList(envelope, 'unchanged', {
      schema: shape.unchanged.element,
      take: (each) => lists.unchanged.push(toUnchanged(each)),
    }),
  };
  const computed = computeChecksum({ ...head, ...entries });
  const document = addLists(head, lists, contents);
  return {
    document: Object.assign(document, { checksum }),
    plan: convert(['scope'], () => toPlan(head, lists)),
    contents,
    checksum: computed,
  };
}

interface ListReading<Entry> {
  readonly schema: z.ZodType<Entry>;
  readonly take: (entry: Entry) => void;
}

/** Each entry goes to `take` while its checksum is made. */
function readList<Entry>({ entries }: PlanEnvelope, name: string, { schema, take }: ListReading<Entry>): Entries {
  const read = function* () {
    for (const [position, value] of entries(name)) {
      const entry = check(schema, value, [name, position]);
      convert([name, position], () => take(entry));
      yield [position, value] as const;
    }
  };
  return new Entries(true, read());
}

function readIndexes({ entries }: PlanEnvelope, take: (content: DocumentContent) => void): Entries {
  const read = function* () {
    for (const [digest, value] of entries('indexes')) {
      const parsed = check(planDocumentSchema.shape.indexes, { [digest]: value }, ['indexes']);
      for (const [key, { mediaType, size, content }] of Object.entries(parsed)) {
        take({ digest: key, mediaType, size, bytes: Buffer.from(content, 'base64') });
      }
      yield [digest, value] as const;
    }
  };
  return new Entries(false, read());
}

function check<Value>(schema: z.ZodType<Value>, value: unknown, path: readonly PropertyKey[]): Value {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const [{ path: inner, message } = { path: [], message: '' }] = result.error.issues;
  throw damaged([...path, ...inner], message);
}

/** A text of the right form may still be no repository and no digest. */
function convert<Value>(path: readonly PropertyKey[], act: () => Value): Value {
  try {
    return act();
  } catch (error) {
    throw isPlaitError(error) ? damaged(path, error.message) : error;
  }
}

function damaged(path: readonly PropertyKey[], message: string): PlaitError {
  const place = cleanText(` at ${path.join('.')}: ${message}`);
  return new PlaitError('PLAN_INVALID', `the plan file is damaged${place}`, { hint: 'plan again' });
}
