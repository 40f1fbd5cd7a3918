import { compareUtf8 } from './text-order.ts';

/**
 * JSON text as Go's `encoding/json` writes it, compact: `<`, `>`, `&` and the line separators U+2028 and U+2029 are
 * escaped, lone surrogates become U+FFFD. Indexes written by Go tools can only be met byte for byte this way.
 */
export function encodeText(text: string): string {
  return JSON.stringify(text.replace(/\p{Cs}/gu, '\uFFFD')).replace(/[<>&\u2028\u2029]/g, escapeUnit);
}

function escapeUnit(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
}

/** An object with its fields in the order given; fields without text are left out. `undefined` when none is left. */
export function encodeFields(fields: readonly (readonly [string, string | undefined])[]): string | undefined {
  const written = fields.filter(([, text]) => text !== undefined).map(([name, text]) => `${encodeText(name)}:${text}`);
  return written.length === 0 ? undefined : `{${written.join(',')}}`;
}

/** A list, `undefined` when it is empty or absent. */
export function encodeList<T>(items: readonly T[] | undefined, encode: (item: T) => string): string | undefined {
  return items === undefined || items.length === 0 ? undefined : `[${items.map(encode).join(',')}]`;
}

/** A map with its keys sorted by their UTF-8 bytes, `undefined` when it is empty or absent. */
export function encodeMap(map: Readonly<Record<string, unknown>> | undefined): string | undefined {
  return encodeFields(toSortedFields(map));
}

/** The entries of `map` with encoded values, sorted by the UTF-8 bytes of their keys. */
export function toSortedFields(map: Readonly<Record<string, unknown>> = {}): readonly (readonly [string, string])[] {
  return Object.keys(map)
    .sort(compareUtf8)
    .map((key) => [key, encodeValue(map[key])] as const);
}

function encodeValue(value: unknown): string {
  if (typeof value === 'string') return encodeText(value);
  if (Array.isArray(value)) return `[${value.map(encodeValue).join(',')}]`;
  if (typeof value === 'object' && value !== null) return encodeMap(value as Record<string, unknown>) ?? '{}';
  return JSON.stringify(value);
}
