import { isPlaitError } from '../errors/plait-error.ts';
import type { Findings, Place } from './findings.ts';
import { compileGlob } from './glob.ts';
import { MAX_PATTERN_CHARS } from './limits.ts';
import { type Cursor, descend } from './node.ts';
import { quote } from './scalar-text.ts';
import { parseTagPattern, type TagPattern } from './tag-pattern.ts';

/** The pattern in `text`; undefined when it is none, and that is reported. */
export function readTagPattern(text: string, where: Place, findings: Findings): TagPattern | undefined {
  const pattern = parseTagPattern(text);
  const what = text.startsWith('re:') ? 'a regular expression' : 'a glob';
  if (pattern === undefined) findings.error({ code: 'invalid-pattern', where, ...describe(text, what) });
  return pattern;
}

/** The patterns in a list of texts, which `cursor` is at; those with a fault are reported and left out. */
export function readTagPatterns(texts: readonly string[], cursor: Cursor, findings: Findings): readonly TagPattern[] {
  const read = texts.map((text, index) => readTagPattern(text, descend(cursor, index), findings));
  return read.filter((pattern) => pattern !== undefined);
}

/** What a glob matches; undefined when it is none, and that is reported. */
export function readGlob(text: string, where: Place, findings: Findings): ((name: string) => boolean) | undefined {
  const matches = compileGlob(text);
  if (matches === undefined) findings.error({ code: 'invalid-pattern', where, ...describe(text, 'a glob') });
  return matches;
}

/**
 * True when one of `patterns` matches `name`. One that takes too long is reported at `where`, and counts as a match so
 * that no more is said about it.
 */
export function matchesSome(
  patterns: readonly Pick<TagPattern, 'text' | 'matches'>[],
  name: string,
  { where, findings }: { readonly where: Place; readonly findings: Findings },
): boolean {
  try {
    return patterns.some((pattern) => pattern.matches(name));
  } catch (error) {
    if (!isPlaitError(error, 'CONFIG_INVALID')) throw error;
    findings.error({ code: 'invalid-pattern', where, message: error.message, hint: error.hint });
    return true;
  }
}

function describe(text: string, what: string): { readonly message: string; readonly hint: string } {
  return {
    message: `${quote(text)} is not ${what} of at most ${MAX_PATTERN_CHARS} characters`,
    hint: 'a glob has *, **, ?, […] and {a,b}; what begins with re: is a regular expression, in which \\ stands before special characters',
  };
}
