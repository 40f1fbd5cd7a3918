import type { Declaration } from '../declaration.ts';
import type { Findings } from '../findings.ts';
import type { Cursor } from '../node.ts';
import { imageSchema } from '../schema/config-schema.ts';
import { findOrigin } from '../source-file.ts';
import { validate } from '../validate.ts';
import { readContent } from './content.ts';
import { type ImageContext, placeOf } from './image-context.ts';
import { checkImage } from './image-rules.ts';
import { readArchNames, readDescriptorAnnotations, warnLiteralPlaceholders } from './templates.ts';
import { listWantedTags, type WantedTag } from './wanted-tags.ts';

/** A sound image: a declaration that still has to share its tags with those of the other images. */
export interface CheckedImage {
  /** As given, not made from a tag. */
  readonly id?: string;
  readonly cursor: Cursor;
  readonly tags: readonly WantedTag[];
  readonly declaration: Omit<Declaration, 'id' | 'targets'>;
}

/**
 * Reads one expanded image and reports everything that is wrong with it. Undefined when something is, or when the
 * image is not enabled.
 */
export function readImage(cursor: Cursor, findings: Findings): CheckedImage | undefined {
  const errorsBefore = findings.errorCount;
  const input = validate(imageSchema, cursor, findings);
  if (input === undefined) return undefined;
  const context: ImageContext = { cursor, input, findings };
  checkImage(context);
  const tags = listWantedTags(context);
  const archNames = readArchNames(context);
  const descriptorAnnotations = readDescriptorAnnotations(context);
  const { annotations = {} } = input;
  warnLiteralPlaceholders(annotations, placeOf(context, 'annotations'), findings);
  const content = readContent(context, { archNames, descriptorAnnotations });
  if (content === undefined || findings.errorCount > errorsBefore || input.enabled === false) return undefined;
  return {
    ...(input.id === undefined ? {} : { id: input.id }),
    cursor,
    tags,
    declaration: {
      origin: findOrigin(cursor.node),
      content,
      mediaType: content.kind === 'copy' ? 'auto' : (input.mediaType ?? 'oci'),
      annotations,
      descriptorAnnotations,
      archNames,
      unmanagedPlatforms: input.unmanagedPlatforms ?? 'remove',
      attestations: input.attestations ?? 'keep',
      guards: {
        maxPlatformRemovals: input.guards?.maxPlatformRemovals ?? 0,
        immutableTags: [],
        requirePlatforms: [],
        sameLabel: undefined,
      },
      protect: false,
      referrers: { kind: 'none' },
      compare: 'semantic',
      order: 'declared',
      onMissingSource: 'error',
      labels: input.labels ?? {},
    },
  };
}
