import type { DeclaredContent, PlatformSource } from '../declaration.ts';
import { findOrigin } from '../source-file.ts';
import { type ImageContext, placeOf, readNamedSource } from './image-context.ts';
import { readPlatformMapping } from './platform-entry.ts';
import { readPlatformList } from './platform-list.ts';
import { readPlatformNames } from './platform-names.ts';
import type { EntryTemplates } from './platform-source.ts';

/** What the tags of an image are to hold; undefined when it has a fault, and that is reported. */
export function readContent(context: ImageContext, templates: EntryTemplates): DeclaredContent | undefined {
  const { from, select, as } = context.input;
  const entries = readPlatforms(context, templates);
  const selected = select === undefined ? undefined : readPlatformNames(context, select, placeOf(context, 'select'));
  if (from === undefined) return entries === undefined ? undefined : { kind: 'platforms', entries };
  const where = placeOf(context, 'from');
  const source = readNamedSource(context, from, where);
  if (source === undefined) return undefined;
  const origin = findOrigin(where.node);
  if (as === 'copy') return { kind: 'copy', from: source, origin };
  return { kind: 'from', from: source, origin, ...(selected === undefined ? {} : { select: selected }) };
}

function readPlatforms(context: ImageContext, templates: EntryTemplates): readonly PlatformSource[] | undefined {
  const { platforms } = context.input;
  if (platforms === undefined) return undefined;
  return Array.isArray(platforms)
    ? readPlatformList(context, platforms, templates)
    : readPlatformMapping(context, platforms, templates);
}
