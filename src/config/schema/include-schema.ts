import * as z from 'zod';
import { section } from './section.ts';
import { list, text } from './values.ts';

/** What an included file may contain besides `version` when `allow` does not say. */
export const USUAL_KEYS = ['variables', 'defaults', 'images', 'absent', 'include'] as const;

const ALLOWABLE_KEYS = [...USUAL_KEYS, 'registries', 'guards', 'drift'] as const;

/** One entry of `include`. */
export const includeSchema = section(
  {
    path: text(
      'A file, or a glob over files, relative to this file and not above the folder of the file that the run was given.',
      'teams/*/images.yaml',
    ).optional(),
    optional: z.boolean().meta({ description: 'That there is no such file is no error.', default: false }).optional(),
    allow: list(
      z.enum(ALLOWABLE_KEYS),
      `The keys that the file may have besides version. Without allow: ${USUAL_KEYS.join(', ')}.`,
      ['images', 'absent'],
    ).optional(),
    allowTargets: list(
      z.string(),
      'Globs over registry/path: the only repositories in which the file may declare tags, wanted or absent.',
      ['ghcr.io/acme/teams/**'],
    ).optional(),
  },
  { id: 'Include', description: 'Other files of this run, and what they may do.', required: ['path'] },
);

export type IncludeInput = z.infer<typeof includeSchema>;
