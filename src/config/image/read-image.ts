import type { Declaration } from '../declaration.ts';
import type { Findings } from '../findings.ts';
import type { Cursor } from '../node.ts';
import { imageSchema } from '../schema/config-schema.ts';
import { findOrigin } from '../source-file.ts';
import { validate } from '../validate.ts';
import { readContent } from './content.ts';
import { type ImageContext, type NamedSource, placeOf } from './image-context.ts';
import { checkImage } from './image-rules.ts';
import { readPolicies, warnMissingPlatforms } from './policies.ts';
import { readArchNames, readDescriptorAnnotations, warnLiteralPlaceholders } from './templates.ts';
import { listWantedTags, type WantedTag } from './wanted-tags.ts';

/** The bytes of a copy are not ours. */
const COPY = { mediaType: 'auto', compare: 'bytes' } as const;

/** A sound image: a declaration that still has to share its tags with those of the other images. */
export interface CheckedImage {
  /** As given, not made from a tag. */
  readonly id?: string;
  readonly cursor: Cursor;
  readonly tags: readonly WantedTag[];
  readonly sources: readonly NamedSource[];
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
  const context: ImageContext = { cursor, input, findings, sources: [] };
  checkImage(context);
  const tags = listWantedTags(context);
  const archNames = readArchNames(context);
  const descriptorAnnotations = readDescriptorAnnotations(context);
  const { annotations = {} } = input;
  warnLiteralPlaceholders(annotations, placeOf(context, 'annotations'), findings);
  const policies = readPolicies(context);
  const content = readContent(context, { archNames, descriptorAnnotations });
  if (content === undefined || findings.errorCount > errorsBefore || input.enabled === false) return undefined;
  warnMissingPlatforms(context, content, policies.guards);
  return {
    ...(input.id === undefined ? {} : { id: input.id }),
    cursor,
    tags,
    sources: context.sources,
    declaration: {
      origin: findOrigin(cursor.node),
      content,
      ...policies,
      ...(content.kind === 'copy' ? COPY : {}),
      annotations,
      descriptorAnnotations,
      archNames,
      labels: input.labels ?? {},
    },
  };
}
