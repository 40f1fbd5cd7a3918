import { PlaitError } from '../errors/plait-error.ts';
import { type Digest, shortDigest } from '../oci/digest.ts';
import type { LiveTag } from '../state/live.ts';
import { readLiveTag } from '../state/read-live.ts';
import type { ApplyContext } from './context.ts';
import { failTag, findRegistry, nameTag, type PublishWork, type TagWork } from './work.ts';

/** Replicated registries show an own push late; these waits give them about four seconds. */
const SETTLING_MS: readonly number[] = [500, 1_000, 2_500];

/** Reads every moved tag back: it must hold what was pushed. Never throws. */
export async function verifyTags(context: ApplyContext, work: PublishWork): Promise<void> {
  const moved = work.tags.filter((tag) => tag.status === 'moved');
  await context.limit.map(
    moved,
    () => findRegistry(work),
    (tag) => verifyTag(context, work, tag),
  );
}

async function verifyTag(context: ApplyContext, work: PublishWork, tag: TagWork): Promise<void> {
  for (const waitMs of [...SETTLING_MS, undefined]) {
    const address = { repository: work.change.repository, tag: tag.name };
    const live = await readLiveTag(context.client, address, { ...context.readOptions, onAbort: 'settle' });
    const found = digestOf(live);
    if (found === work.index.digest) {
      tag.status = 'done';
      context.emit({ kind: 'step', phase: 'verify', label: nameTag(work, tag) });
      return;
    }
    if (waitMs === undefined || !isLate(live, tag)) {
      failTag(tag, toError(work, tag, live));
      if (live.kind !== 'unreadable') tag.before = found ?? null;
      return;
    }
    await context.clock.sleep(waitMs);
  }
}

/** True when the registry still answers what was there before our push. */
function isLate(live: LiveTag, tag: TagWork): boolean {
  return live.kind === 'absent' || (live.kind === 'present' && live.digest === tag.before);
}

function digestOf(live: LiveTag): Digest | undefined {
  return live.kind === 'present' ? live.digest : undefined;
}

function toError(work: PublishWork, tag: TagWork, live: LiveTag): PlaitError {
  if (live.kind === 'unreadable') return unverified(work, tag, live.error);
  const now = live.kind === 'absent' ? 'nothing' : shortDigest(live.digest);
  return new PlaitError(
    'TAG_OVERWRITTEN',
    `${nameTag(work, tag)} was pushed as ${shortDigest(work.index.digest)} and holds ${now}: overwritten by another writer`,
    { hint: 'find out who else writes this tag, then plan again' },
  );
}

function unverified(work: PublishWork, tag: TagWork, error: PlaitError): PlaitError {
  const pushed = `${nameTag(work, tag)} was pushed as ${shortDigest(work.index.digest)}`;
  return new PlaitError('TAG_UNVERIFIED', `${pushed}, and then it could not be read back: ${error.message}`, {
    hint: 'run again when the registry answers: what is done stays done',
    cause: error,
  });
}
