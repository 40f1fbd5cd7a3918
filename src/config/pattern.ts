import { type Context, createContext, Script } from 'node:vm';
import { PlaitError } from '../errors/plait-error.ts';
import { cleanText } from '../errors/redact.ts';
import { MAX_PATTERN_CHARS, MAX_PATTERN_MS } from './limits.ts';

/** What came of trying a pattern on texts; `index` tells which text is the first to fail. */
export type PatternResult =
  | { readonly kind: 'match' }
  | { readonly kind: 'mismatch'; readonly index: number }
  | { readonly kind: 'too-long'; readonly index: number }
  | { readonly kind: 'too-slow' }
  | { readonly kind: 'invalid' };

/** A fixed program: pattern and texts reach it as data. */
const FIND_MISMATCH = new Script('texts.findIndex((text) => !expression.test(text))');

/**
 * Tries a user's regular expression on `texts`: of the `u` dialect, as in JSON Schema, and not anchored. JavaScript's
 * engine can take exponential time, so lengths are bounded and the whole trial is ended after {@link MAX_PATTERN_MS};
 * only a run by `vm` can be ended from outside.
 */
export function tryPattern(pattern: string, texts: readonly string[]): PatternResult {
  const expression = compile(pattern);
  if (expression === undefined) return { kind: 'invalid' };
  const long = texts.findIndex((text) => text.length > MAX_PATTERN_CHARS);
  if (long !== -1) return { kind: 'too-long', index: long };
  try {
    const context = createContext({ texts, expression });
    const index = FIND_MISMATCH.runInContext(context, { timeout: MAX_PATTERN_MS }) as number;
    return index === -1 ? { kind: 'match' } : { kind: 'mismatch', index };
  } catch {
    return { kind: 'too-slow' };
  }
}

/**
 * A user's regular expression, in the dialect and with the bounds of {@link tryPattern}; undefined when it is none. What
 * is returned throws CONFIG_INVALID for a text on which it takes too long.
 */
export function compilePattern(pattern: string): ((text: string) => boolean) | undefined {
  const expression = compile(pattern);
  return expression === undefined ? undefined : limitTime(expression, pattern);
}

const TEST_ONE = new Script('expression.test(text)');

/** One for all patterns, made when the first one is tried: it takes longer to make than many trials. */
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
        hint: 'do not repeat what is itself repeated, as in (a+)+, and use few *',
        cause,
      });
    }
  };
}

function compile(pattern: string): RegExp | undefined {
  if (pattern.length > MAX_PATTERN_CHARS) return undefined;
  try {
    return new RegExp(pattern, 'u');
  } catch {
    return undefined;
  }
}
