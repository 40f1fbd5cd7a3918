import { formatPlatform, normalizePlatform, type Platform } from '../../oci/platform.ts';
import { formatReference, type Reference } from '../../oci/reference.ts';
import type { PlatformSource } from '../declaration.ts';
import { descend } from '../node.ts';
import { expandPlaceholders } from '../placeholders.ts';
import { readPlatform } from '../read-platform.ts';
import { quote } from '../scalar-text.ts';
import { findOrigin } from '../source-file.ts';
import { type Claims, claimPlatform } from './claim-platform.ts';
import { type ImageContext, placeOf, readNamedSource } from './image-context.ts';
import { type EntryTemplates, toPlatformSource } from './platform-source.ts';
import { checkTemplate } from './templates.ts';

/** The entries of a list of platforms, each with what the `source` template makes of it; faults are reported. */
export function readPlatformList(
  context: ImageContext,
  platforms: readonly string[],
  templates: EntryTemplates,
): readonly PlatformSource[] {
  const { findings, input } = context;
  const isUsable = input.source !== undefined && checkTemplate(input.source, placeOf(context, 'source'), findings);
  const claims: Claims = new Map();
  const users: SourceUsers = new Map();
  return platforms.flatMap((text, index) => {
    const where = descend(placeOf(context, 'platforms'), index);
    const written = readPlatform(text, where, findings);
    if (written === undefined) return [];
    const platform = normalizePlatform(written);
    const isNew = claimPlatform(claims, { name: formatPlatform(platform), where, findings });
    const source = isUsable && isNew ? makeSource(context, platform, templates) : undefined;
    if (source === undefined || !claimSource(context, users, { source, platform })) return [];
    return [toPlatformSource({ platform, source, origin: findOrigin(where.node) }, templates)];
  });
}

function makeSource(context: ImageContext, platform: Platform, { archNames }: EntryTemplates): Reference | undefined {
  const text = expandPlaceholders(context.input.source ?? '', platform, archNames);
  return readNamedSource(context, text, placeOf(context, 'source'));
}

/** Platforms by the source that they use. */
type SourceUsers = Map<string, string>;

/** One image cannot be that of two platforms, so a template that makes it so lacks a placeholder. */
function claimSource(
  context: ImageContext,
  users: SourceUsers,
  { source, platform }: Pick<PlatformSource, 'source' | 'platform'>,
): boolean {
  const text = formatReference(source);
  const name = formatPlatform(platform);
  const other = users.get(text);
  users.set(text, name);
  if (other === undefined) return true;
  context.findings.error({
    code: 'duplicate-source',
    where: placeOf(context, 'source'),
    message: `${quote(text, 200)} would be the image of both ${other} and ${name}`,
    hint: 'add {-variant} or {archName}; if it is a multi-arch image, name it with from instead of platforms and source',
  });
  return false;
}
