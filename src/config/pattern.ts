import { MAX_PATTERN_CHARS } from './limits.ts';

/** A user's regular expression. `undefined` from `test` means that the text is too long to try. */
export interface Pattern {
  test(text: string): boolean | undefined;
}

/**
 * Compiles a regular expression of the `u` dialect, as JSON Schema has it; not anchored. Undefined when it is none.
 * Lengths are bounded on both sides, because JavaScript's engine can take exponential time.
 */
export function parsePattern(text: string): Pattern | undefined {
  if (text.length > MAX_PATTERN_CHARS) return undefined;
  try {
    const expression = new RegExp(text, 'u');
    return { test: (value) => (value.length > MAX_PATTERN_CHARS ? undefined : expression.test(value)) };
  } catch {
    return undefined;
  }
}
