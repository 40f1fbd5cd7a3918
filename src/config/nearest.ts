const MAX_CHARS = 64;

/**
 * The candidate that `text` most likely was meant to be, for "did you mean"; undefined when none is close. Case alone
 * never makes a difference, and the first of equals wins.
 */
export function findNearest(text: string, candidates: Iterable<string>): string | undefined {
  if (text === '' || text.length > MAX_CHARS) return undefined;
  const wanted = text.toLowerCase();
  let best: { readonly candidate: string; readonly distance: number } | undefined;
  for (const candidate of candidates) {
    const distance = measureDistance(wanted, candidate.toLowerCase());
    if (distance <= allowedDistance(wanted, candidate) && distance < (best?.distance ?? Number.POSITIVE_INFINITY)) {
      best = { candidate, distance };
    }
  }
  return best?.candidate;
}

/** A third of the longer word may be wrong, so that `tga` finds `tag` and `foo` does not find `from`. */
function allowedDistance(wanted: string, candidate: string): number {
  return Math.max(1, Math.floor(Math.max(wanted.length, candidate.length) / 3));
}

/** Edits (insert, delete, replace, swap of neighbours) from `a` to `b`: optimal string alignment. */
function measureDistance(a: string, b: string): number {
  if (b.length > MAX_CHARS) return Number.POSITIVE_INFINITY;
  const table = [Array.from({ length: b.length + 1 }, (_, column) => column)];
  const get = (row: number, column: number): number => table[row]?.[column] ?? Number.POSITIVE_INFINITY;
  for (let row = 1; row <= a.length; row += 1) {
    const costs = [row];
    table.push(costs);
    for (let column = 1; column <= b.length; column += 1) {
      const replaced = get(row - 1, column - 1) + (a[row - 1] === b[column - 1] ? 0 : 1);
      const isSwap = a[row - 1] === b[column - 2] && a[row - 2] === b[column - 1];
      const swapped = isSwap ? get(row - 2, column - 2) + 1 : Number.POSITIVE_INFINITY;
      costs.push(Math.min(get(row - 1, column) + 1, get(row, column - 1) + 1, replaced, swapped));
    }
  }
  return get(a.length, b.length);
}
