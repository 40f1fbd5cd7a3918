import * as z from 'zod';
import { section } from './section.ts';
import { list, text } from './values.ts';

/** One entry of `absent`. */
export const absenceSchema = section(
  {
    target: text('The repository, without a tag.', 'ghcr.io/acme/api').optional(),
    tags: list(z.string(), 'Tags to delete. Quote numbers.', ['1.8.1-broken']).optional(),
    tagsMatching: list(
      z.string(),
      'Delete the tags of the repository that match: globs, or regular expressions after re:.',
      ['pr-*'],
    ).optional(),
    except: list(z.string(), 'Tags to leave although one of tagsMatching matches them.', ['pr-keep']).optional(),
  },
  {
    id: 'Absence',
    description: 'Tags of one repository that are to be gone. Needs  deletes: tag  in the settings of its registry.',
    required: ['target'],
  },
);

export type AbsenceInput = z.infer<typeof absenceSchema>;
