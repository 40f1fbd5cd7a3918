import { toInvalidHostFile } from './host-file.ts';

export type Table = Readonly<Record<string, unknown>>;

/** The table in the text of a TOML file. Throws HOST_FILE_INVALID, with the line, when it is not TOML. */
export async function readToml(text: string, path: string): Promise<Table> {
  const { parse } = await import('smol-toml');
  try {
    return parse(text);
  } catch (error) {
    // Only the place: what the parser says shows the line, which may hold a secret.
    const { line } = error as { readonly line?: number };
    throw toInvalidHostFile(path, `it is not TOML${line === undefined ? '' : `, see line ${line}`}`);
  }
}

/** True for a table and nothing else. */
export function isTable(value: unknown): value is Table {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof Date);
}

/** The true or false under `key`; undefined when it is not there. Throws HOST_FILE_INVALID for anything else. */
export function readFlag(table: Table, key: string, path: string): boolean | undefined {
  const value = table[key];
  if (value === undefined || typeof value === 'boolean') return value;
  throw toInvalidHostFile(path, `${key} is neither true nor false`);
}

/** The text under `key`, as {@link readFlag}. */
export function readText(table: Table, key: string, path: string): string | undefined {
  const value = table[key];
  if (value === undefined || typeof value === 'string') return value;
  throw toInvalidHostFile(path, `${key} is not a text`);
}
