import type { Exchange } from './exchange.ts';
import { RegistryFault } from './fault.ts';

export interface Page<T> {
  readonly items: readonly T[];
  /** A Link to the next page when there is one (RFC 8288). */
  readonly headers: Readonly<Record<string, string>>;
}

interface Paging<T> {
  readonly keyOf: (item: T) => string;
  readonly maxItems: number;
  /** The most bytes that the items of one page may have as JSON. */
  readonly maxBytes?: number;
}

/** Of a list sorted by key: what comes after `last`, at most `n` items, and never more than the limits of `paging`. */
export function toPage<T>(sorted: readonly T[], { query, request }: Exchange, paging: Paging<T>): Page<T> {
  const { keyOf, maxItems, maxBytes = Number.POSITIVE_INFINITY } = paging;
  const last = query.get('last');
  const rest = last === null ? sorted : sorted.filter((item) => keyOf(item) > last);
  const items = takeFitting(rest.slice(0, Math.min(readLimit(query) ?? maxItems, maxItems)), maxBytes);
  const end = items.at(-1);
  if (end === undefined || items.length === rest.length) return { items, headers: {} };
  const next = new URLSearchParams(query);
  next.set('last', keyOf(end));
  return { items, headers: { link: `<${request.url?.split('?')[0]}?${next.toString()}>; rel="next"` } };
}

/** As many as fit, and one at least. */
function takeFitting<T>(items: readonly T[], maxBytes: number): readonly T[] {
  if (maxBytes === Number.POSITIVE_INFINITY) return items;
  let bytes = 0;
  const end = items.findIndex((item, index) => {
    bytes += Buffer.byteLength(JSON.stringify(item)) + 1;
    return index > 0 && bytes > maxBytes;
  });
  return end === -1 ? items : items.slice(0, end);
}

function readLimit(query: URLSearchParams): number | undefined {
  const text = query.get('n');
  if (text === null || text === '') return undefined;
  if (/^\d{1,9}$/.test(text)) return Number(text);
  throw new RegistryFault('UNSUPPORTED', 'n must be a number', { status: 400 });
}
