import { shortDigest } from '../oci/digest.ts';
import { formatRepository } from '../oci/repository.ts';
import type { Change } from '../plan/plan.ts';
import { describeField, describeRow } from './text-rows.ts';

/** All that a change is made of besides its move, for formats without a layout of their own. */
export function listDetails(change: Change): readonly string[] {
  return [
    ...listRows(change),
    ...listOtherTags(change),
    ...listReferrers(change),
    ...listAllowed(change),
    ...(change.class === undefined ? [] : [`class ${change.class}`]),
  ];
}

/** Platforms and fields that change, each as one line: `~ linux/arm64 41c0aa2 → e9d2b10 ghcr.io/acme/ci:1`. */
export function listRows({ platforms, fields }: Change): readonly string[] {
  return [...platforms.filter(({ action }) => action !== 'keep').map(describeRow), ...fields.map(describeField)];
}

/** `1.8 is f2c5ed2 now`, of tags that hold something else than the first; nothing when all hold the same. */
function listOtherTags({ tags, index }: Change): readonly string[] {
  const held = new Set(tags.map(({ expect }) => expect));
  if (held.size < 2 && index !== null) return [];
  return tags.map(({ name, expect }) => `${name} is ${expect === null ? 'absent' : shortDigest(expect)} now`);
}

/** `with application/… 8888888 of aaaaaaa from ghcr.io/acme/ci`, a line for each signature and the like. */
export function listReferrers({ referrers }: Pick<Change, 'referrers'>): readonly string[] {
  return referrers.map(({ from, subject, digest, artifactType }) => {
    const what = artifactType === '' ? 'what refers to it,' : artifactType;
    return `with ${what} ${shortDigest(digest)} of ${shortDigest(subject)} from ${formatRepository(from)}`;
  });
}

/** `allowed: would lose linux/s390x (--allow …)`, once for each that says so. */
export function listAllowed({ guards }: Pick<Change, 'guards'>): readonly string[] {
  const allowed = guards.filter(({ result }) => result === 'allowed');
  return [...new Set(allowed.map(({ message, by }) => `allowed: ${message}  (${by})`))];
}
