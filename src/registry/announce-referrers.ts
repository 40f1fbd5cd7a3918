import type { Descriptor } from '../oci/descriptor.ts';
import { type Announcement, addTaggedReferrers } from './add-tagged-referrers.ts';
import type { ReferrerListing } from './client.ts';
import { SETTLE_TRIES } from './head-manifest.ts';
import { askReferrers } from './referrers-api.ts';
import { toReferrersTag } from './referrers-tag.ts';

/**
 * Sees to it that the manifests are found as referrers of their subject. Nothing is left to do where the registry said, or
 * shows, that it lists them itself; else they are added to the index under the fall-back tag (distribution-spec "Pushing
 * Manifests with Subject").
 */
export async function announceReferrers(announcement: Announcement): Promise<ReferrerListing> {
  const referrers = await listUnlisted(announcement);
  if (referrers.length === 0) return 'listed';
  const { place, subject } = announcement;
  const name = `${place.repository.path}:${toReferrersTag(subject)}`;
  await place.channel.memory.turns.run(name, () => addTaggedReferrers({ ...announcement, referrers }));
  return 'tagged';
}

/** Those that no list of the registry's own has. A list that has not caught up with this run gets some time. */
async function listUnlisted({ place, subject, referrers, options }: Announcement): Promise<readonly Descriptor[]> {
  const { memory, transport } = place.channel;
  const isOpen = ({ digest }: Descriptor): boolean => !memory.wasListed(place.repository, digest);
  for (let attempt = 1; ; attempt += 1) {
    const open = referrers.filter(isOpen);
    if (open.length === 0) return open;
    const listed = await askReferrers(place, subject, options);
    if (listed === undefined) return open;
    for (const { digest } of listed) memory.noteListed(place.repository, digest);
    const left = open.filter(isOpen);
    if (left.length === 0 || attempt >= SETTLE_TRIES) return left;
    await transport.backOff(attempt, options.signal);
  }
}
