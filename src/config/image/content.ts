import { formatPlatform, normalizePlatform, type Platform } from '../../oci/platform.ts';
import type { DeclaredContent, PlatformSource } from '../declaration.ts';
import { descend } from '../node.ts';
import { readPlatform } from '../read-platform.ts';
import { readSource } from '../read-reference.ts';
import { type Claims, claimPlatform } from './claim-platform.ts';
import { type ImageContext, placeOf } from './image-context.ts';
import { readPlatformMapping } from './platform-entry.ts';
import { readPlatformList } from './platform-list.ts';
import type { EntryTemplates } from './platform-source.ts';

/** What the tags of an image are to hold; undefined when it has a fault, and that is reported. */
export function readContent(context: ImageContext, templates: EntryTemplates): DeclaredContent | undefined {
  const { from, select, as } = context.input;
  const entries = readPlatforms(context, templates);
  const selected = select === undefined ? undefined : readSelection(context, select);
  if (from === undefined) return entries === undefined ? undefined : { kind: 'platforms', entries };
  const source = readSource(from, placeOf(context, 'from'), context.findings);
  if (source === undefined) return undefined;
  if (as === 'copy') return { kind: 'copy', from: source };
  return { kind: 'from', from: source, ...(selected === undefined ? {} : { select: selected }) };
}

function readPlatforms(context: ImageContext, templates: EntryTemplates): readonly PlatformSource[] | undefined {
  const { platforms } = context.input;
  if (platforms === undefined) return undefined;
  return Array.isArray(platforms)
    ? readPlatformList(context, platforms, templates)
    : readPlatformMapping(context, platforms, templates);
}

function readSelection(context: ImageContext, select: readonly string[]): readonly Platform[] {
  const { findings } = context;
  const claims: Claims = new Map();
  return select.flatMap((text, index) => {
    const where = descend(placeOf(context, 'select'), index);
    const written = readPlatform(text, where, findings);
    if (written === undefined) return [];
    const platform = normalizePlatform(written);
    return claimPlatform(claims, { name: formatPlatform(platform), where, findings }) ? [platform] : [];
  });
}
