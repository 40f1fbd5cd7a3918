import { formatPlatform, type Platform } from '../../oci/platform.ts';
import type { Declaration, DeclaredContent, ImageGuards, ReferrerPolicy, SameLabel } from '../declaration.ts';
import { type Cursor, descend, findValue } from '../node.ts';
import { readTagPatterns } from '../read-pattern.ts';
import { quote } from '../scalar-text.ts';
import { type ImageContext, placeOf } from './image-context.ts';
import { readPlatformNames } from './platform-names.ts';

type Policies = Pick<
  Declaration,
  | 'mediaType'
  | 'unmanagedPlatforms'
  | 'attestations'
  | 'referrers'
  | 'compare'
  | 'order'
  | 'onMissingSource'
  | 'guards'
  | 'protect'
>;

/** How the tags of an image are compared and changed: what it says, else what is built in. Faults are reported. */
export function readPolicies(context: ImageContext): Policies {
  const { input } = context;
  return {
    mediaType: input.mediaType ?? 'oci',
    unmanagedPlatforms: input.unmanagedPlatforms ?? 'remove',
    attestations: input.attestations ?? 'keep',
    referrers: readReferrers(context),
    compare: input.compare ?? 'semantic',
    order: input.order ?? 'declared',
    onMissingSource: input.onMissingSource ?? 'error',
    guards: readGuards(context),
    protect: input.protect ?? false,
  };
}

function readGuards(context: ImageContext): ImageGuards {
  const { input, findings } = context;
  const { maxPlatformRemovals = 0, immutableTags = [], requirePlatforms = [] } = input.guards ?? {};
  const cursor = placeOf(context, 'guards');
  return {
    maxPlatformRemovals,
    immutableTags: readTagPatterns(immutableTags, descend(cursor, 'immutableTags'), findings),
    requirePlatforms: readPlatformNames(context, requirePlatforms, descend(cursor, 'requirePlatforms')),
    sameLabel: readSameLabel(context, descend(cursor, 'sameLabel')),
  };
}

function readSameLabel(context: ImageContext, cursor: Cursor): SameLabel | undefined {
  const input = context.input.guards?.sameLabel;
  if (input === undefined) return undefined;
  if (findValue(cursor.node, 'labels') === undefined) {
    const hint = 'name them, or write  sameLabel: null  for none';
    context.findings.error({ code: 'missing-key', where: cursor, message: 'the key "labels" is missing', hint });
  }
  return {
    labels: input.labels ?? [],
    except: readPlatformNames(context, input.except ?? [], descend(cursor, 'except')),
  };
}

function readReferrers(context: ImageContext): ReferrerPolicy {
  const { referrers = 'none' } = context.input;
  if (typeof referrers === 'string') return { kind: referrers };
  const where = placeOf(context, 'referrers');
  if (findValue(where.node, 'artifactTypes') === undefined) {
    const hint = 'name the artifact types to copy, or write  all  or  none';
    context.findings.error({ code: 'missing-key', where, message: 'the key "artifactTypes" is missing', hint });
  }
  return { kind: 'types', artifactTypes: referrers.artifactTypes ?? [] };
}

/** Warns of platforms that the index must hold and will not: what is declared would be held back every time. */
export function warnMissingPlatforms(context: ImageContext, content: DeclaredContent, guards: ImageGuards): void {
  const { input, findings } = context;
  const declared = listPlatforms(content);
  if (declared === undefined || input.unmanagedPlatforms === 'keep') return;
  const names = new Set(declared.map(formatPlatform));
  const where = descend(placeOf(context, 'guards'), 'requirePlatforms');
  for (const name of guards.requirePlatforms.map(formatPlatform).filter((each) => !names.has(each))) {
    findings.warn({
      code: 'required-platform',
      where,
      message: `requirePlatforms asks for ${quote(name)}, and this image does not declare it`,
      hint: 'the image will be held back until it does',
    });
  }
}

/** The platforms of the index to be; undefined when the source decides. */
function listPlatforms(content: DeclaredContent): readonly Platform[] | undefined {
  switch (content.kind) {
    case 'platforms':
      return content.entries.map((entry) => entry.platform);
    case 'from':
      return content.select;
    case 'copy':
      return undefined;
    default:
      return content satisfies never;
  }
}
