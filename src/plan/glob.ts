import picomatch from 'picomatch';

/** True when `text` is `glob` itself or matches it; `*` stops at a slash, a whole segment `**` does not. */
export function matchesGlob(glob: string, text: string): boolean {
  return glob === text || picomatch.isMatch(text, glob, { dot: true, nobrace: false });
}
