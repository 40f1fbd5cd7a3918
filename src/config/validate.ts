import type * as z from 'zod';
import { describeIssue, describeUnknownKey } from './describe-issue.ts';
import type { Findings } from './findings.ts';
import { type Cursor, descend, placeOfKey } from './node.ts';
import { HOLE, toPlainValue } from './plain-value.ts';
import { isOldWord, repairValue } from './repair-value.ts';
import { type FlatIssue, flattenIssue } from './schema-issue.ts';

/** Each round takes something wrong out of the value; what needs more of them is not worth knowing. */
const MAX_ROUNDS = 20;

/**
 * Checks the value under `cursor` against `schema` and reports everything that does not fit, each at its own place.
 * Returns the part that does fit, so that later stages find what else is wrong: a key whose value is unusable is left
 * out, and a text that lacks its quotes is taken as it stands. Undefined when nothing is left.
 */
export function validate<T>(schema: z.ZodType<T>, cursor: Cursor, findings: Findings): T | undefined {
  let value = toPlainValue(cursor.node);
  for (let round = 0; round < MAX_ROUNDS && value !== undefined; round += 1) {
    const result = schema.safeParse(value);
    if (result.success) return result.data;
    for (const issue of result.error.issues.flatMap((each) => flattenIssue(each))) {
      if (!isHole(value, cursor, issue)) report(schema, cursor, { issue, findings });
      value = repairValue(value, cursor, issue);
    }
  }
  return undefined;
}

/** True when the schema misses a value that the file does have, but that could not be made. */
function isHole(value: unknown, cursor: Cursor, { path }: FlatIssue): boolean {
  const found = path.reduce<unknown>(
    (inner, step) => (inner as Record<PropertyKey, unknown> | undefined)?.[step],
    value,
  );
  if (found === HOLE) return true;
  return found === undefined && descend(cursor, ...path).path.length === cursor.path.length + path.length;
}

function report(
  schema: z.ZodType,
  cursor: Cursor,
  { issue, findings }: { readonly issue: FlatIssue; readonly findings: Findings },
): void {
  const where = descend(cursor, ...issue.path);
  if (isOldWord(issue, where.node)) return;
  if (issue.code !== 'unrecognized_keys') {
    findings.error({ where, ...describeIssue(issue, where.node, where.path.length - cursor.path.length) });
    return;
  }
  for (const key of issue.keys) {
    findings.error({ where: placeOfKey(where, key), ...describeUnknownKey(schema, issue.path, key) });
  }
}
