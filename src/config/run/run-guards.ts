import { isDeepStrictEqual } from 'node:util';
import { looksLikeHost } from '../../oci/host.ts';
import type { Findings } from '../findings.ts';
import { type Cursor, descend, placeOfKey } from '../node.ts';
import { readGlob } from '../read-pattern.ts';
import { type ChangeLimit, DEFAULT_RUN_GUARDS, type RunGuards, type SourcePattern } from '../run-rules.ts';
import { quote } from '../scalar-text.ts';
import type { LimitInput, RunGuardsInput } from '../schema/run-schema.ts';
import { describePlace } from '../source-file.ts';

/** Below how many changes a percentage says little, when the file does not say. */
const DEFAULT_FROM = 10;

/** The `guards` of one file. */
export interface WrittenGuards {
  readonly guards: Partial<RunGuards>;
  /** At the mapping. */
  readonly cursor: Cursor;
}

/** What `guards` says, `cursor` being at the mapping; what is wrong is reported and left out. */
export function readRunGuards(input: RunGuardsInput, cursor: Cursor, findings: Findings): WrittenGuards {
  const limits = (['updates', 'deletes'] as const).flatMap((key) => {
    const limit = readLimit(input[key], descend(cursor, key), findings);
    return limit === undefined ? [] : [[key, limit] as const];
  });
  const { allowedSources = [], floatingSources } = input;
  const patterns = readRepositoryGlobs(allowedSources, descend(cursor, 'allowedSources'), findings);
  const guards: Partial<RunGuards> = {
    ...Object.fromEntries(limits),
    ...(patterns.length === 0 ? {} : { allowedSources: patterns }),
    ...(floatingSources === undefined ? {} : { floatingSources }),
  };
  return { guards, cursor };
}

function readLimit(input: LimitInput | undefined, cursor: Cursor, findings: Findings): ChangeLimit | undefined {
  if (input === undefined) return undefined;
  const { percent, count, from = DEFAULT_FROM } = input;
  if (cursor.node.kind === 'map' && !cursor.node.entries.has('percent') && !cursor.node.entries.has('count')) {
    const hint = 'give percent, count, or both';
    findings.error({ code: 'missing-key', where: cursor, message: 'this limit has no bound', hint });
  }
  return { ...(percent === undefined ? {} : { percent }), ...(count === undefined ? {} : { count }), from };
}

/**
 * Globs over `registry/path`, in a list that `cursor` is at. None when one of them has a fault, which is reported: what
 * it was to match must not be reported, too.
 */
export function readRepositoryGlobs(
  texts: readonly string[],
  cursor: Cursor,
  findings: Findings,
): readonly SourcePattern[] {
  const patterns = texts.flatMap((text, index) => {
    const where = descend(cursor, index);
    const matches = readGlob(text, where, findings);
    if (matches === undefined) return [];
    const [first = ''] = text.split('/');
    if (!looksLikeHost(first) && !/[*?[{]/.test(first)) {
      findings.warn({
        code: 'idle-pattern',
        where,
        message: `${quote(text)} matches no repository, as none begins with ${quote(first)}`,
        hint: `begin with the registry, as in docker.io/${text}`,
      });
    }
    return [{ text, matches }];
  });
  return patterns.length === texts.length ? patterns : [];
}

const KEYS = ['updates', 'deletes', 'allowedSources', 'floatingSources'] as const;

/** Puts the guards of all files together. Each may be in several files only when they say the same. */
export function joinGuards(written: readonly WrittenGuards[], findings: Findings): RunGuards {
  const joined = KEYS.flatMap((key) => {
    const [first, ...others] = written.filter(({ guards }) => guards[key] !== undefined);
    if (first === undefined) return [];
    for (const other of others) {
      if (isDeepStrictEqual(toComparable(first.guards, key), toComparable(other.guards, key))) continue;
      const where = placeOfKey(other.cursor, key);
      const message = `${key} is already given otherwise ${describePlace(placeOfKey(first.cursor, key).node, where.node)}`;
      findings.error({ code: 'conflicting-guards', where, message, hint: 'guards are those of the whole run' });
    }
    return [[key, first.guards[key]] as const];
  });
  return { ...DEFAULT_RUN_GUARDS, ...Object.fromEntries(joined) };
}

function toComparable(guards: Partial<RunGuards>, key: (typeof KEYS)[number]): unknown {
  return key === 'allowedSources' ? guards.allowedSources?.map(({ text }) => text) : guards[key];
}
