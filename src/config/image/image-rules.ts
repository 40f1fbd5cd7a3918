import type { DiagnosticCode } from '../diagnostic-codes.ts';
import type { ImageInput } from '../schema/config-schema.ts';
import { findOrigin } from '../source-file.ts';
import { type ImageContext, isGiven, placeOf } from './image-context.ts';

type Key = keyof ImageInput;

/** Runs every rule about which keys and values of one image go together. */
export function checkImage(context: ImageContext): void {
  for (const rule of [checkConflicts, checkNeeds, checkContent, checkCopy, checkDocker]) rule(context);
}

const CONFLICTS: readonly (readonly [Key, Key, string])[] = [
  ['target', 'targets', 'move it into an entry of targets, with its tags'],
  ['tags', 'targets', 'every entry of targets has tags of its own'],
  ['platforms', 'from', 'from brings the platforms of its source; choose among them with select'],
  ['source', 'from', 'source is for a list of platforms, each with an image of its own'],
];

function checkConflicts(context: ImageContext): void {
  for (const [key, other, hint] of CONFLICTS) {
    if (isGiven(context, key) && isGiven(context, other)) {
      report(context, key, { code: 'conflicting-keys', message: `${key} and ${other} exclude each other`, hint });
    }
  }
  if (isGiven(context, 'source') && isPlatformMap(context.input.platforms)) {
    const message = 'source is for a list of platforms, and here each platform names its own';
    report(context, 'source', { code: 'conflicting-keys', message, hint: 'remove it, or turn platforms into a list' });
  }
}

function isPlatformMap(platforms: ImageInput['platforms']): boolean {
  return platforms !== undefined && !Array.isArray(platforms);
}

const NEEDS: readonly (readonly [Key, Key, string])[] = [
  ['select', 'from', 'name the multi-arch image to select from with from'],
  ['target', 'tags', 'name the tags to publish with tags'],
  ['source', 'platforms', 'list the platforms to publish with platforms'],
];

function checkNeeds(context: ImageContext): void {
  for (const [key, other, hint] of NEEDS) {
    if (!isGiven(context, key) || isGiven(context, other) || (key === 'source' && isGiven(context, 'from'))) continue;
    report(context, key, { code: 'missing-key', message: `${key} needs ${other}`, hint });
  }
}

function checkContent(context: ImageContext): void {
  const where = context.cursor;
  if (!isGiven(context, 'target') && !isGiven(context, 'targets')) {
    const hint = 'name a repository with target and its tags with tags';
    context.findings.error({
      code: 'missing-target',
      where,
      message: 'this image does not say where to publish it',
      hint,
    });
  }
  if (!isGiven(context, 'platforms') && !isGiven(context, 'from') && !isGiven(context, 'source')) {
    const hint = 'give platforms: and source:, or from:';
    context.findings.error({
      code: 'missing-content',
      where,
      message: 'this image does not say where it comes from',
      hint,
    });
  }
  if (Array.isArray(context.input.platforms) && !isGiven(context, 'source') && !isGiven(context, 'from')) {
    const message = 'a list of platforms needs source';
    const hint =
      'give a template such as  source: registry/repository:tag-{arch}{-variant}, or name an image for each platform';
    report(context, 'platforms', { code: 'missing-content', message, hint });
  }
}

/** A copy has the bytes of its source: whatever would change them contradicts it. */
function checkCopy(context: ImageContext): void {
  const { input } = context;
  if (input.as !== 'copy') return;
  if (!isGiven(context, 'from')) {
    const message = 'only what comes from from can be copied';
    report(context, 'as', { code: 'invalid-copy', message, hint: 'name the image with from, or remove as' });
  }
  const changes: readonly (readonly [Key, boolean])[] = [
    ['select', input.select !== undefined],
    ['mediaType', input.mediaType !== undefined && input.mediaType !== 'auto'],
    ['annotations', !isEmpty(input.annotations)],
    ['descriptorAnnotations', !isEmpty(input.descriptorAnnotations)],
    ['attestations', input.attestations === 'drop'],
    ['unmanagedPlatforms', input.unmanagedPlatforms === 'keep'],
    ['order', input.order === 'canonical'],
    ['compare', input.compare === 'semantic'],
  ];
  for (const [key, isChange] of changes) {
    if (!isChange) continue;
    const message = `${key} would change what is copied`;
    report(context, key, {
      code: 'invalid-copy',
      message,
      hint: `remove ${key}, or remove as: copy to build an index`,
    });
  }
}

function checkDocker(context: ImageContext): void {
  const { input, cursor } = context;
  if (input.mediaType !== 'docker') return;
  const { line } = findOrigin(cursor.node);
  const message = `a Docker manifest list, as in line ${line}, cannot carry annotations`;
  for (const key of ['annotations', 'descriptorAnnotations'] as const) {
    if (isEmpty(input[key])) continue;
    report(context, key, {
      code: 'docker-annotations',
      message,
      hint: `write  ${key}: null  in the image, or mediaType: oci`,
    });
  }
  if (input.attestations === 'require') {
    const needed = `attestations need annotations, and ${message}`;
    report(context, 'attestations', { code: 'docker-annotations', message: needed, hint: 'use mediaType: oci' });
  }
}

function isEmpty(mapping: Readonly<Record<string, string>> | undefined): boolean {
  return mapping === undefined || Object.keys(mapping).length === 0;
}

function report(
  context: ImageContext,
  key: Key,
  finding: { readonly code: DiagnosticCode; readonly message: string; readonly hint: string },
): void {
  context.findings.error({ ...finding, where: placeOf(context, key) });
}
