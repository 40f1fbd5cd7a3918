import type { Findings, Place } from '../findings.ts';
import { type Cursor, descend, findValue, placeOfKey } from '../node.ts';
import { readGlob } from '../read-pattern.ts';
import { DEFAULT_DRIFT_RULES, type DriftIgnore, type DriftRules } from '../run-rules.ts';
import { quote } from '../scalar-text.ts';
import type { DriftIgnoreInput, DriftInput } from '../schema/run-schema.ts';
import { describePlace, findOrigin } from '../source-file.ts';

/** The `drift` of one file. */
export interface WrittenDrift {
  readonly children: DriftRules['children'] | undefined;
  readonly ignore: readonly { readonly rule: DriftIgnore; readonly cursor: Cursor }[];
  /** At the mapping. */
  readonly cursor: Cursor;
}

interface Reading {
  readonly findings: Findings;
  /** Milliseconds since 1970; undefined when nothing is to expire. */
  readonly now: number | undefined;
}

/** What `drift` says, `cursor` being at the mapping; what is wrong or has expired is reported and left out. */
export function readDrift(input: DriftInput, cursor: Cursor, reading: Reading): WrittenDrift {
  const ignore = (input.ignore ?? []).flatMap((each, index) => {
    const at = descend(cursor, 'ignore', index);
    const rule = readIgnore(each, at, reading);
    return rule === undefined ? [] : [{ rule, cursor: at }];
  });
  return { children: input.children, ignore, cursor };
}

function readIgnore(input: DriftIgnoreInput, cursor: Cursor, reading: Reading): DriftIgnore | undefined {
  const { findings } = reading;
  for (const key of ['match', 'fields', 'reason', 'until'] as const) {
    if (cursor.node.kind !== 'map' || findValue(cursor.node, key) !== undefined) continue;
    findings.error({ code: 'missing-key', where: cursor, message: `the key ${quote(key)} is missing` });
  }
  const { match, fields, reason, until } = input;
  const matches = match === undefined ? undefined : readGlob(match, descend(cursor, 'match'), findings);
  const isCurrent = until !== undefined && checkDate(until, descend(cursor, 'until'), reading);
  if (match === undefined || matches === undefined || fields === undefined || reason === undefined) return undefined;
  return isCurrent ? { origin: findOrigin(cursor.node), text: match, matches, fields, reason, until } : undefined;
}

/** True for a day that is not over. */
function checkDate(text: string, where: Place, { findings, now }: Reading): boolean {
  if (!isDate(text)) {
    const message = `${quote(text)} is not a day`;
    findings.error({ code: 'invalid-date', where, message, hint: 'write it as 2026-12-31' });
    return false;
  }
  if (now === undefined || text >= formatDay(now)) return true;
  findings.warn({
    code: 'expired-ignore',
    where,
    message: `this expired on ${text} and is no longer ignored`,
    hint: 'remove it, or give it a later day if its reason still holds',
  });
  return false;
}

function isDate(text: string): boolean {
  return /^\d{4}-\d{2}-\d{2}$/.test(text) && !Number.isNaN(Date.parse(text)) && formatDay(Date.parse(text)) === text;
}

function formatDay(time: number): string {
  return new Date(time).toISOString().slice(0, 'YYYY-MM-DD'.length);
}

/** Puts the rules of all files together: what is ignored adds up, `children` must not be contradicted. */
export function joinDrift(written: readonly WrittenDrift[], findings: Findings): DriftRules {
  const [first, ...others] = written.filter(({ children }) => children !== undefined);
  for (const other of others) {
    if (first === undefined || other.children === first.children) continue;
    const where = placeOfKey(other.cursor, 'children');
    const message = `children is already given otherwise ${describePlace(placeOfKey(first.cursor, 'children').node, where.node)}`;
    findings.error({ code: 'conflicting-guards', where, message, hint: 'drift is that of the whole run' });
  }
  return {
    children: first?.children ?? DEFAULT_DRIFT_RULES.children,
    ignore: written.flatMap(({ ignore }) => ignore.map(({ rule }) => rule)),
  };
}
