import type { Requirement } from './requirement.ts';
import { DELETE_ROWS } from './rows-deletes.ts';
import { ERROR_ROWS } from './rows-errors.ts';
import { LATER_ROWS } from './rows-later.ts';
import { MANIFEST_ROWS } from './rows-manifests.ts';
import { PULL_ROWS } from './rows-pull.ts';
import { REFERRER_ROWS } from './rows-referrers.ts';
import { TAG_ROWS } from './rows-tags.ts';
import { UPLOAD_ROWS } from './rows-uploads.ts';

/** What the OCI distribution specification 1.1.1 wants of a registry, in the order of its sections. */
export const REQUIREMENTS: readonly Requirement[] = [
  ...PULL_ROWS,
  ...UPLOAD_ROWS,
  ...MANIFEST_ROWS,
  ...TAG_ROWS,
  ...REFERRER_ROWS,
  ...DELETE_ROWS,
  ...ERROR_ROWS,
  ...LATER_ROWS,
];
