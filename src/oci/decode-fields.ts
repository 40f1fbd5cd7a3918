import { PlaitError } from '../errors/plait-error.ts';
import { cleanText } from '../errors/redact.ts';
import type { Annotations } from './descriptor.ts';
import { isJsonObject, type JsonObject } from './json.ts';

/** Internal to `oci/`: a JSON object and the place it has in its document, for errors. */
export interface Section {
  readonly path: string;
  readonly fields: JsonObject;
}

/** Internal to `oci/`: the error of a field at `path` that cannot be trusted. */
export function invalidField(path: string, reason: string): PlaitError {
  return new PlaitError('MANIFEST_INVALID', `the manifest cannot be trusted: ${cleanText(`${path} ${reason}`, 200)}`);
}

/**
 * Internal to `oci/`: `value` as an object. Refuses keys that Go's JSON reader would take for one of `modelled` though
 * they differ in case (`MediaType`), because other clients would see another document than Plait does.
 */
export function readSection(value: unknown, path: string, modelled: ReadonlySet<string>): Section {
  if (!isJsonObject(value)) throw invalidField(path, 'is not an object');
  for (const key of Object.keys(value)) {
    if (!modelled.has(key) && modelled.has(foldKey(key))) throw invalidField(path, `has the ambiguous key "${key}"`);
  }
  return { path, fields: value };
}

/** Internal to `oci/`: the key as Go's case-insensitive reader folds it, for ASCII names without capitals. */
export function lowerKey(key: string): string {
  return key.toUpperCase().toLowerCase();
}

/** The modelled spelling of a key; only these have capitals. */
const CAPITALS: ReadonlyMap<string, string> = new Map(
  ['mediaType', 'artifactType', 'schemaVersion'].map((name) => [name.toLowerCase(), name]),
);

function foldKey(key: string): string {
  const lower = lowerKey(key);
  return CAPITALS.get(lower) ?? lower;
}

/** Internal to `oci/`: a text field; absent, null and empty are all undefined. */
export function readText(section: Section, name: string): string | undefined {
  const value = section.fields[name] ?? '';
  if (typeof value !== 'string') throw invalidField(`${section.path}.${name}`, 'is not a string');
  return value === '' ? undefined : value;
}

/** Internal to `oci/`: a list of texts; absent, null and empty are all undefined. */
export function readTexts(section: Section, name: string): readonly string[] | undefined {
  const value = section.fields[name] ?? [];
  if (!isTextArray(value)) throw invalidField(`${section.path}.${name}`, 'is not a list of strings');
  return value.length === 0 ? undefined : value;
}

function isTextArray(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.every((item) => typeof item === 'string');
}

/** Internal to `oci/`: annotations; absent, null and empty are all undefined. */
export function readAnnotations(section: Section): Annotations | undefined {
  const value = section.fields.annotations ?? {};
  const path = `${section.path}.annotations`;
  if (!isJsonObject(value)) throw invalidField(path, 'is not an object');
  const wrong = Object.keys(value).find((key) => typeof value[key] !== 'string');
  if (wrong !== undefined) throw invalidField(path, `has a value that is not a string at "${wrong}"`);
  return Object.keys(value).length === 0 ? undefined : (value as Annotations);
}

/** Internal to `oci/`: the fields of `object` that are not among `modelled`, undefined when there are none. */
export function findUnmodelled(object: JsonObject, modelled: ReadonlySet<string>): JsonObject | undefined {
  const names = Object.keys(object).filter((name) => !modelled.has(name));
  if (names.length === 0) return undefined;
  return Object.assign(Object.create(null), Object.fromEntries(names.map((name) => [name, object[name]])));
}

/** Internal to `oci/`: `{ [name]: value }`, or nothing when there is no value. */
export function optional<K extends string, V>(name: K, value: V | undefined): { readonly [key in K]?: V } {
  return value === undefined ? {} : ({ [name]: value } as { readonly [key in K]?: V });
}
