import { formatOrigin } from '../config/diagnostic.ts';
import type { PlaitError } from '../errors/plait-error.ts';
import { formatRepository } from '../oci/repository.ts';
import type { AbsenceState } from '../state/read-absences.ts';
import type { Change, TagMove, Unreadable } from './plan.ts';

export interface AbsencePlan {
  /** None when no tag is there any more. */
  readonly changes: readonly Change[];
  readonly unreadable: readonly Unreadable[];
}

/** Pure: the tags of one `absent` entry that are still there, as one change. Those that cannot be read stay. */
export function planAbsence(state: AbsenceState): AbsencePlan {
  if (state.kind === 'failed') {
    return { changes: [], unreadable: [toUnreadable(state, { tag: undefined, error: state.error })] };
  }
  const { absence, tags } = state;
  const doomed = tags.flatMap(({ name, live }): TagMove[] =>
    live.kind === 'present' ? [{ name, expect: live.digest }] : [],
  );
  const unreadable = tags.flatMap(({ name, live }) =>
    live.kind === 'unreadable' ? [toUnreadable(state, { tag: name, error: live.error })] : [],
  );
  if (doomed.length === 0) return { changes: [], unreadable };
  const change: Change = {
    id: absence.id,
    origin: formatOrigin(absence.origin),
    repository: absence.repository,
    action: 'delete',
    tags: doomed,
    index: null,
    platforms: [],
    fields: [],
    copies: [],
    assumed: [],
    referrers: [],
    guards: [],
  };
  return { changes: [change], unreadable };
}

function toUnreadable(
  { absence }: AbsenceState,
  { tag, error }: { readonly tag: string | undefined; readonly error: PlaitError },
): Unreadable {
  const place = formatRepository(absence.repository);
  const name = tag === undefined ? place : `${place}:${tag}`;
  return {
    id: absence.id,
    origin: formatOrigin(absence.origin),
    reference: name,
    left: tag === undefined ? absence.tags.map((named) => `${place}:${named}`) : [name],
    code: error.code,
    message: error.message,
    hint: error.hint ?? null,
  };
}
