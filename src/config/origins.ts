import { cleanText } from '../errors/redact.ts';
import type { Origin } from './declaration.ts';
import type { KeyPath } from './key-path.ts';
import type { Trace } from './load.ts';
import { locateInImage } from './locate-in-image.ts';
import { type ConfigNode, type Cursor, findExact } from './node.ts';
import { findOrigin } from './source-file.ts';

/** A place in a file; when no file has the value, the declaration of the variable that got it from `via`. */
export interface PlaceOfValue {
  readonly origin: Origin;
  /** `--var`, or the name of an environment variable. */
  readonly via?: string;
}

/** Where a value of a rendered config comes from. */
export interface ValueOrigin {
  /** Absent for what is built in. */
  readonly place?: PlaceOfValue;
  /** The variables and matrix values that were filled in, in the order of use. */
  readonly variables: readonly (PlaceOfValue & { readonly name: string })[];
}

export interface TracedValue {
  /** From the root of the rendered config. */
  readonly path: KeyPath;
  readonly value: unknown;
  readonly origin: ValueOrigin;
}

/**
 * Every single value of `rendered`, which `renderConfig` made of the config that `trace` belongs to, in its order. The
 * version is that of the language, and no value.
 */
export function listOrigins(rendered: unknown, trace: Trace): readonly TracedValue[] {
  const leaves = listLeaves(rendered, []).filter(({ path }) => path[0] !== 'version');
  return leaves.map(({ path, value }) => ({ path, value, origin: toOrigin(locate(path, trace)) }));
}

function listLeaves(value: unknown, path: KeyPath): readonly { readonly path: KeyPath; readonly value: unknown }[] {
  if (typeof value !== 'object' || value === null) return [{ path, value }];
  return Object.entries(value).flatMap(([key, inner]) =>
    listLeaves(inner, [...path, Array.isArray(value) ? Number(key) : key]),
  );
}

function toOrigin(node: ConfigNode | undefined): ValueOrigin {
  if (node === undefined) return { variables: [] };
  const variables = (node.parts ?? []).map(({ name, at, via }) => ({ name, ...toPlace(at, via) }));
  return { place: toPlace(node, node.via), variables };
}

function toPlace(at: Parameters<typeof findOrigin>[0], via: string | undefined): PlaceOfValue {
  return { origin: findOrigin(at), ...(via === undefined ? {} : { via }) };
}

/** What the value at `path` was made of; undefined for what is built in. */
function locate([section, ...path]: KeyPath, trace: Trace): ConfigNode | undefined {
  const [first, ...rest] = path;
  switch (section) {
    case 'images': {
      const traced = trace.images[Number(first)];
      return traced === undefined ? undefined : locateInImage(traced, rest);
    }
    case 'absent':
      return locateInAbsence(trace.absences[Number(first)], rest);
    case 'registries':
      return findIn(trace.registries.get(String(first))?.cursor, rest);
    case 'guards':
      return findIn(trace.guards.find(({ cursor }) => findExact(cursor, String(first)) !== undefined)?.cursor, path);
    case 'drift':
      return locateInDrift(trace.drift, path);
    default:
      return undefined;
  }
}

function findIn(cursor: Cursor | undefined, path: KeyPath): ConfigNode | undefined {
  return cursor === undefined ? undefined : findExact(cursor, ...path);
}

function locateInAbsence(traced: Trace['absences'][number] | undefined, path: KeyPath): ConfigNode | undefined {
  const [key, index] = path;
  if (traced === undefined) return undefined;
  if (key === 'tags') return traced.tags[Number(index)]?.where.node;
  return findExact(traced.absence.cursor, ...path);
}

function locateInDrift(written: Trace['drift'], path: KeyPath): ConfigNode | undefined {
  const [key, index, ...rest] = path;
  if (key === 'ignore') return findIn(written.flatMap(({ ignore }) => ignore)[Number(index)]?.cursor, rest);
  return written.map(({ cursor }) => findExact(cursor, ...path)).find((node) => node !== undefined);
}

/** `manifests.yaml:12, version: manifests.yaml:5 (APP_VERSION)`, or `built-in`. */
export function describeValueOrigin({ place, variables }: ValueOrigin): string {
  if (place === undefined) return 'built-in';
  return [formatPlace(place), ...variables.map((each) => `${each.name}: ${formatPlace(each)}`)].join(', ');
}

function formatPlace({ origin, via }: PlaceOfValue): string {
  const place = `${cleanText(origin.file, 200)}:${origin.line}`;
  return via === undefined ? place : `${place} (${cleanText(via, 80)})`;
}
