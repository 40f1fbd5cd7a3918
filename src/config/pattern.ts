import { createContext, Script } from 'node:vm';
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

function compile(pattern: string): RegExp | undefined {
  if (pattern.length > MAX_PATTERN_CHARS) return undefined;
  try {
    return new RegExp(pattern, 'u');
  } catch {
    return undefined;
  }
}
