import { type Context, createContext, Script } from 'node:vm';
import { RE2JS } from 're2js';
import { PlaitError } from '../errors/plait-error.ts';
import { cleanText } from '../errors/redact.ts';
import { MAX_PATTERN_CHARS, MAX_PATTERN_MS } from './limits.ts';

/** What came of trying a pattern on texts; `index` tells which text is the first to fail. */
export type PatternResult =
  | { readonly kind: 'match' }
  | { readonly kind: 'mismatch'; readonly index: number }
  | { readonly kind: 'too-long'; readonly index: number }
  | { readonly kind: 'invalid' };

/** Tries a user's regular expression on `texts`, as {@link compilePattern} reads it. */
export function tryPattern(pattern: string, texts: readonly string[]): PatternResult {
  const matches = compilePattern(pattern);
  if (matches === undefined) return { kind: 'invalid' };
  const long = texts.findIndex((text) => text.length > MAX_PATTERN_CHARS);
  if (long !== -1) return { kind: 'too-long', index: long };
  const index = texts.findIndex((text) => !matches(text));
  return index === -1 ? { kind: 'match' } : { kind: 'mismatch', index };
}

/**
 * A user's regular expression in the dialect of RE2, not anchored; undefined when it is none. It takes time in proportion
 * to the text, which is why there is no looking around and no reference back. Texts that are too long do not match.
 */
export function compilePattern(pattern: string): ((text: string) => boolean) | undefined {
  if (pattern.length > MAX_PATTERN_CHARS) return undefined;
  try {
    const expression = RE2JS.compile(pattern);
    return (text) => text.length <= MAX_PATTERN_CHARS && expression.test(text);
  } catch {
    return undefined;
  }
}

const TEST_ONE = new Script('expression.test(text)');

/** One for all globs, made when the first one is tried: it takes longer to make than many trials. */
let trial: Context | undefined;

/** The test of `expression`, ended by CONFIG_INVALID after {@link MAX_PATTERN_MS}; `written` is what the user wrote. */
export function limitTime(expression: RegExp, written: string): (text: string) => boolean {
  return (text) => {
    if (text.length > MAX_PATTERN_CHARS) return false;
    trial ??= createContext();
    Object.assign(trial, { expression, text });
    try {
      return TEST_ONE.runInContext(trial, { timeout: MAX_PATTERN_MS }) as boolean;
    } catch (cause) {
      throw new PlaitError('CONFIG_INVALID', `the pattern ${cleanText(written, 200)} takes too long to try`, {
        hint: 'use fewer * and {…}',
        cause,
      });
    }
  };
}
