import picomatch from 'picomatch';
import { MAX_PATTERN_CHARS } from './limits.ts';
import { limitTime } from './pattern.ts';

/** In globs of a config nothing but `*`, `**`, `?`, `[…]` and `{…}` is special, and `a/**` is what is below `a`. */
const OPTIONS = { dot: true, noextglob: true, nonegate: true, strictSlashes: true } as const;

/** What picomatch makes of a glob that it cannot read. */
const NOTHING = '$^';

/** With this many choices a glob is tried in no time on any name; each one more multiplies the steps by its length. */
const FEW_CHOICES = 3;

/**
 * What a glob matches: `*` stops at a slash, a whole segment `**` does not. Undefined when it is none. What is returned
 * throws CONFIG_INVALID for a text on which it takes too long.
 */
export function compileGlob(glob: string): ((text: string) => boolean) | undefined {
  if (glob === '' || glob.length > MAX_PATTERN_CHARS) return undefined;
  const expression = picomatch.makeRe(glob, OPTIONS);
  if (expression.source === NOTHING) return undefined;
  const choices = glob.match(/\*+|\{/g)?.length ?? 0;
  return choices <= FEW_CHOICES ? (text) => expression.test(text) : limitTime(expression, glob);
}
