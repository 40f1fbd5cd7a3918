import type { PlaitError } from '../../errors/plait-error.ts';
import { formatPlatform } from '../../oci/platform.ts';
import { sortEntries } from '../../plan/live-entries.ts';
import type { ContentReader } from '../../state/content-reader.ts';
import type { ImportedImage } from '../imported.ts';
import { type LiveIndex, listCandidates, toCopy } from './candidates.ts';
import { verifyImage } from './verify.ts';

/** An index written down. `reason`: why it could only be copied whole. */
export type WrittenIndex =
  | { readonly kind: 'written'; readonly image: ImportedImage; readonly reason: string | undefined }
  | { readonly kind: 'unreadable'; readonly error: PlaitError };

/** The first way to write the index down that plans empty against it. */
export async function writeIndex(reader: ContentReader, live: LiveIndex): Promise<WrittenIndex> {
  let reason = findObstacle(live);
  for (const image of reason === undefined ? listCandidates(live).slice(0, -1) : []) {
    const verdict = await verifyImage(reader, image, live.stored);
    if (verdict.kind === 'unreadable') return verdict;
    if (verdict.kind === 'same') return { kind: 'written', image: explain(image, live), reason: undefined };
    reason = verdict.reason;
  }
  const copy = { ...toCopy(live), comments: [`kept whole: ${reason ?? 'it cannot be spelled out'}`] };
  return { kind: 'written', image: copy, reason };
}

/** Why the platforms cannot be spelled out, as far as that can be told without trying. */
function findObstacle({ entries }: LiveIndex): string | undefined {
  if (entries.length === 0) return 'it names no image for any platform';
  const problem = entries.find((entry) => entry.problem !== undefined)?.problem;
  if (problem !== undefined) return problem;
  const names = entries.map(({ platform }) => formatPlatform(platform));
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  return twice === undefined ? undefined : `two entries are for ${twice}`;
}

/** What a reader of the config would miss in it. */
function explain(image: ImportedImage, { stored }: LiveIndex): ImportedImage {
  const { attestations, others } = sortEntries(stored.manifest.manifests);
  const { artifactType, subject } = stored.manifest;
  const comments = [
    ...(attestations.length === 0 ? [] : [`${count(attestations.length, 'attestation')}: kept with the images`]),
    ...(others.length === 0 ? [] : [`${count(others.length, 'entry')} without a platform: kept as it is live`]),
    ...(artifactType === undefined && subject === undefined ? [] : ['artifactType and subject: kept as they are live']),
  ];
  return { ...image, comments: [...image.comments, ...comments] };
}

function count(number: number, word: string): string {
  return number === 1 ? `1 ${word}` : `${number} ${word.replace(/y$/, 'ie')}s`;
}
