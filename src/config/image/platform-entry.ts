import { formatPlatform, normalizePlatform } from '../../oci/platform.ts';
import type { Reference } from '../../oci/reference.ts';
import type { PlatformSource } from '../declaration.ts';
import type { DiagnosticCode } from '../diagnostic-codes.ts';
import { reportNull } from '../merge.ts';
import { type Cursor, descend, placeOfKey } from '../node.ts';
import { readPlatform } from '../read-platform.ts';
import type { PlatformEntryInput } from '../schema/platforms-schema.ts';
import { findOrigin } from '../source-file.ts';
import { type Claims, claimPlatform } from './claim-platform.ts';
import { type ImageContext, placeOf, readNamedSource } from './image-context.ts';
import { applyOverride } from './platform-override.ts';
import { type EntryFields, type EntryTemplates, toPlatformSource } from './platform-source.ts';
import { warnLiteralPlaceholders } from './templates.ts';

type PlatformMapping = Readonly<Record<string, string | PlatformEntryInput>>;

/** The entries of a mapping from platform to source; faults are reported. */
export function readPlatformMapping(
  context: ImageContext,
  platforms: PlatformMapping,
  templates: EntryTemplates,
): readonly PlatformSource[] {
  const cursor = placeOf(context, 'platforms');
  if (cursor.node.kind === 'map' && cursor.node.entries.size === 0) {
    context.findings.error({ code: 'empty-value', where: cursor, message: 'there are no platforms here' });
  }
  const claims: Claims = new Map();
  return Object.entries(platforms).flatMap(([key, value]) => {
    const input = typeof value === 'string' ? { ref: value } : value;
    const entry = readEntry(context, { key, input, mapping: cursor, cursor: descend(cursor, key) }, claims);
    return entry === undefined ? [] : [toPlatformSource(entry, templates)];
  });
}

interface Entry {
  readonly key: string;
  readonly input: PlatformEntryInput;
  readonly mapping: Cursor;
  readonly cursor: Cursor;
}

function readEntry(context: ImageContext, entry: Entry, claims: Claims): EntryFields | undefined {
  const { findings } = context;
  const { key, input, cursor } = entry;
  const where = placeOfKey(entry.mapping, key);
  checkEntry(context, entry);
  const written = readPlatform(key, where, findings);
  const source = readEntrySource(context, entry);
  const selected =
    input.select === undefined ? written : readPlatform(input.select, descend(cursor, 'select'), findings);
  const annotations = input.annotations ?? {};
  warnLiteralPlaceholders(annotations, descend(cursor, 'annotations'), findings);
  warnIdleNulls(context, entry);
  if (written === undefined) return undefined;
  const published = applyOverride(written, input.override, { where: descend(cursor, 'override'), findings });
  const isNew = claimPlatform(claims, { name: formatPlatform(published.platform), where, findings });
  if (source === undefined || selected === undefined || !isNew) return undefined;
  return {
    ...published,
    origin: findOrigin(where.node),
    source,
    ...(input.from === undefined ? {} : { select: normalizePlatform(selected) }),
    optional: input.optional ?? false,
    annotations,
  };
}

/** A null in the annotations of an entry removes one of `descriptorAnnotations`. */
function warnIdleNulls({ input: image, findings }: ImageContext, { input, cursor }: Entry): void {
  const inherited = image.descriptorAnnotations ?? {};
  for (const [key, value] of Object.entries(input.annotations ?? {})) {
    if (value === null && !Object.hasOwn(inherited, key)) reportNull(descend(cursor, 'annotations', key), findings);
  }
}

function readEntrySource(context: ImageContext, { input, cursor }: Entry): Reference | undefined {
  if (input.ref !== undefined) return readNamedSource(context, input.ref, descend(cursor, 'ref'));
  return input.from === undefined ? undefined : readNamedSource(context, input.from, descend(cursor, 'from'));
}

function checkEntry({ input: image, findings }: ImageContext, { input, cursor }: Entry): void {
  const { node } = cursor;
  const isGiven = (key: keyof PlatformEntryInput): boolean => node.kind === 'map' && node.entries.has(key);
  const report = (
    code: DiagnosticCode,
    key: keyof PlatformEntryInput,
    [message, hint]: readonly [string, string],
  ): void => findings.error({ code, where: descend(cursor, key), message, hint });
  if (isGiven('ref') && isGiven('from')) {
    report('conflicting-keys', 'from', [
      'ref and from exclude each other',
      'ref is one image, from a multi-arch image',
    ]);
  }
  if (node.kind === 'map' && !isGiven('ref') && !isGiven('from')) {
    report('missing-content', 'ref', ['this platform does not say where it comes from', 'name the image with ref']);
  }
  if (isGiven('select') && !isGiven('from')) {
    report('missing-key', 'select', [
      'select needs from',
      'write from instead of ref when the source is a multi-arch image',
    ]);
  }
  if (image.mediaType === 'docker' && Object.values(input.annotations ?? {}).some((value) => value !== null)) {
    const hint = 'remove them, or use mediaType: oci';
    report('docker-annotations', 'annotations', ['a Docker manifest list cannot carry annotations', hint]);
  }
}
