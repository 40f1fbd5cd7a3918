import { compareText } from '../oci/text-order.ts';

/** Counts requests by kind. */
export interface Counts {
  count(kind: string): void;
  read(): Readonly<Record<string, number>>;
}

export function createCounts(): Counts {
  const counts = new Map<string, number>();
  return {
    count: (kind) => void counts.set(kind, (counts.get(kind) ?? 0) + 1),
    read: () => Object.fromEntries([...counts].sort(([a], [b]) => compareText(a, b))),
  };
}
