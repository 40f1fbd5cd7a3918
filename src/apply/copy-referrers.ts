import type { Descriptor } from '../oci/descriptor.ts';
import type { Digest } from '../oci/digest.ts';
import { formatRepository } from '../oci/repository.ts';
import type { ReferrerCopy } from '../plan/plan.ts';
import { copyManifest } from '../registry/copy.ts';
import { toReferrer } from '../registry/select-referrers.ts';
import type { ApplyContext } from './context.ts';
import { type ChangeWork, failChange, findRegistry, isPending } from './work.ts';

/**
 * Brings along what describes the images that were copied: exactly what the plan names. It is content like the images
 * themselves and in place before a tag moves, so that nobody pulls a new image before its signature is there. Never throws.
 */
export async function copyReferrers(context: ApplyContext, works: readonly ChangeWork[]): Promise<void> {
  const concerned = works.filter((work) => work.change.referrers.length > 0 && isPending(work));
  if (concerned.length === 0) return;
  context.emit({ kind: 'phase', phase: 'referrers', total: concerned.length });
  await context.limit.map(concerned, findRegistry, async (work) => {
    try {
      await copyAll(context, work);
      context.emit({ kind: 'step', phase: 'referrers', label: formatRepository(work.change.repository) });
    } catch (error) {
      if (context.signal?.aborted === true) return;
      failChange(work, error);
    }
  });
}

/** One subject after the other: what refers to a referrer stands after it in the plan. */
async function copyAll(context: ApplyContext, { change }: ChangeWork): Promise<void> {
  const bySubject = new Map<Digest, ReferrerCopy[]>();
  for (const copy of change.referrers) bySubject.set(copy.subject, [...(bySubject.get(copy.subject) ?? []), copy]);
  for (const [subject, copies] of bySubject) {
    context.signal?.throwIfAborted();
    const referrers: Descriptor[] = [];
    for (const copy of copies) referrers.push(...(await copyOne(context, change.repository, copy)));
    const job = { repository: change.repository, subject, referrers };
    if (referrers.length > 0) await context.client.announceReferrers(job, context.readOptions);
  }
}

/** None when the source has lost it since the plan: a list of referrers often names some that are gone. */
async function copyOne(
  { client, readOptions }: ApplyContext,
  to: ReferrerCopy['from'],
  { from, digest }: ReferrerCopy,
): Promise<readonly Descriptor[]> {
  const known = await client.getManifest(from, digest, { ...readOptions, mirrors: true });
  if (known === undefined) return [];
  await copyManifest(client, { from, to, digest, known }, readOptions);
  return [toReferrer(known)];
}
