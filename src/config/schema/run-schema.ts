import * as z from 'zod';
import { DRIFT_FIELDS } from '../run-rules.ts';
import { section } from './section.ts';
import { choice, list, text } from './values.ts';

const limitSchema = section(
  {
    percent: z
      .int()
      .min(0)
      .max(100)
      .meta({ description: 'At most this share of the tags that the run is about.', examples: [30] })
      .optional(),
    count: z
      .int()
      .min(0)
      .max(1_000_000)
      .meta({ description: 'At most this many tags.', examples: [200] })
      .optional(),
    from: z
      .int()
      .min(0)
      .max(1_000_000)
      .meta({ description: 'percent is not looked at below this many changes.', default: 10 })
      .optional(),
  },
  { id: 'ChangeLimit', description: 'How many tags one run may change: all within percent and count, or none.' },
);

export type LimitInput = z.infer<typeof limitSchema>;

/** The `guards` of a file. */
export const runGuardsSchema = section(
  {
    updates: limitSchema.meta({ description: 'A limit to the tags that one run moves.' }).optional(),
    deletes: limitSchema.meta({ description: 'A limit to the tags that one run deletes.' }).optional(),
    allowedSources: list(
      z.string(),
      'Globs over registry/path: the only repositories that images of this run may come from.',
      ['ghcr.io/acme/**', 'docker.io/library/**'],
    ).optional(),
    floatingSources: choice(
      ['allow', 'warn', 'error'],
      'What a source without a digest is: fine, worth a warning, or what holds its image back.',
    ).optional(),
  },
  { id: 'RunGuards', description: 'What holds back a whole run.' },
);

export type RunGuardsInput = z.infer<typeof runGuardsSchema>;

const ignoreSchema = section(
  {
    match: text('A glob over registry/path:tag.', 'ghcr.io/acme/sandbox:*').optional(),
    fields: list(z.enum(DRIFT_FIELDS), 'What of it: tag, platforms, children, attestations, annotations, media-type.', [
      'annotations',
    ]).optional(),
    reason: text('Why it is accepted. It stands in every report.', 'trials').optional(),
    until: text('The last day on which it is, in UTC.', '2026-12-31').optional(),
  },
  {
    id: 'DriftIgnore',
    description: 'Drift that is known and accepted until some day.',
    required: ['match', 'fields', 'reason', 'until'],
  },
);

export type DriftIgnoreInput = z.infer<typeof ignoreSchema>;

/** The `drift` of a file. */
export const driftSchema = section(
  {
    children: choice(
      ['off', 'verify'],
      'verify: plan, apply and drift ask for every child of every live index, whether it still exists; apply puts back what is gone.',
    ).optional(),
    ignore: list(ignoreSchema, 'Drift that is known and accepted.').optional(),
  },
  { id: 'Drift', description: 'How live tags are compared with what is declared.' },
);

export type DriftInput = z.infer<typeof driftSchema>;
