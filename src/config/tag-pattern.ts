import { compileGlob } from './glob.ts';
import { compilePattern } from './pattern.ts';

/** What a pattern begins with that is a regular expression and no glob. */
const REGEX_PREFIX = 're:';

/** Which tags something is about: a glob, or after `re:` a regular expression that matches anywhere in the tag. */
export interface TagPattern {
  /** As written. */
  readonly text: string;
  /** Throws CONFIG_INVALID when that takes longer than any tag is worth. */
  readonly matches: (tag: string) => boolean;
}

/** The pattern in `text`; undefined when it is none. */
export function parseTagPattern(text: string): TagPattern | undefined {
  const isRegex = text.startsWith(REGEX_PREFIX);
  const matches = isRegex ? compilePattern(text.slice(REGEX_PREFIX.length)) : compileGlob(text);
  return matches === undefined ? undefined : { text, matches };
}
