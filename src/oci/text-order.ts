/** Orders text by its UTF-16 code units, as `sort` does without a comparison. Not by a language: the same on every machine. */
export function compareText(a: string, b: string): number {
  return a < b ? -1 : Number(a > b);
}

/**
 * Orders text as its UTF-8 bytes are ordered, which is how Go sorts map keys. JavaScript's own order differs from it
 * only between U+E000 to U+FFFF and the characters above, which UTF-16 writes with surrogates.
 */
export function compareUtf8(a: string, b: string): number {
  const length = Math.min(a.length, b.length);
  for (let index = 0; index < length; index += 1) {
    const difference = rank(a.charCodeAt(index)) - rank(b.charCodeAt(index));
    if (difference !== 0) return difference;
  }
  return a.length - b.length;
}

/** Moves the surrogates (D800 to DFFF) behind all other code units. */
function rank(unit: number): number {
  if (unit < 0xd800) return unit;
  return unit < 0xe000 ? unit + 0x2000 : unit - 0x800;
}
