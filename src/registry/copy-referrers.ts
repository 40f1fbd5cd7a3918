import { PlaitError } from '../errors/plait-error.ts';
import type { Descriptor } from '../oci/descriptor.ts';
import type { Digest } from '../oci/digest.ts';
import { MANIFEST_MEDIA_TYPES } from '../oci/media-types.ts';
import { isSameRepository, type Repository } from '../oci/repository.ts';
import type { RegistryClient, RequestOptions } from './client.ts';
import { describePlace } from './context.ts';
import { type CopyProgress, copyAbsentManifest } from './copy.ts';
import { toReferrer } from './select-referrers.ts';

/** What refers to one manifest, to bring into another repository that holds that manifest. */
export interface ReferrersCopy {
  readonly from: Repository;
  readonly to: Repository;
  readonly subject: Digest;
  /** The types wanted, on every level; all when absent. */
  readonly artifactTypes?: readonly string[];
  /** 1: what refers to the subject; 2, when absent: also what refers to that; and so on. */
  readonly maxDepth?: number;
  readonly onProgress?: (progress: CopyProgress) => void;
}

/**
 * What became of one referrer. `missing`: the source lists it and does not have it. `unrelated`: the source lists it, and
 * it refers to something else. `unsupported`: it is no manifest that registries have to take.
 */
export type ReferrerOutcome = 'copied' | 'present' | 'missing' | 'unrelated' | 'unsupported';

export interface CopiedReferrer {
  readonly subject: Digest;
  readonly referrer: Descriptor;
  readonly outcome: ReferrerOutcome;
}

const DEFAULT_DEPTH = 2;
/** What one image has is a handful. */
const MAX_REFERRERS = 1000;

/**
 * Brings signatures, SBOMs and whatever else refers to a manifest into another repository, and what refers to them in
 * turn, so that they are found there; what is there already is left alone. Returns what became of each. Throws
 * SOURCE_UNSUPPORTED when there are more than 1000 of them.
 */
export async function copyReferrers(
  client: RegistryClient,
  job: ReferrersCopy,
  options: RequestOptions = {},
): Promise<readonly CopiedReferrer[]> {
  if (isSameRepository(job.from, job.to)) return [];
  const context: Context = { client, job, options, results: new Map() };
  await copyLevel(context, job.subject, 1);
  return [...context.results.values()];
}

interface Context {
  readonly client: RegistryClient;
  readonly job: ReferrersCopy;
  readonly options: RequestOptions;
  readonly results: Map<Digest, CopiedReferrer>;
}

async function copyLevel(context: Context, subject: Digest, depth: number): Promise<void> {
  const { client, job, options, results } = context;
  const stored: Descriptor[] = [];
  for (const listed of await client.listReferrers(job.from, subject, options)) {
    if (results.has(listed.digest)) continue;
    const result = await copyOne(context, subject, listed);
    if (result === undefined) continue;
    if (results.size >= MAX_REFERRERS) throw toTooMany(job);
    results.set(listed.digest, result);
    if (result.outcome === 'copied' || result.outcome === 'present') stored.push(result.referrer);
  }
  if (stored.length === 0) return;
  await client.announceReferrers({ repository: job.to, subject, referrers: stored }, options);
  if (depth >= (job.maxDepth ?? DEFAULT_DEPTH)) return;
  for (const { digest } of stored) await copyLevel(context, digest, depth + 1);
}

/** Undefined for one of a type that is not wanted. */
async function copyOne(context: Context, subject: Digest, listed: Descriptor): Promise<CopiedReferrer | undefined> {
  const { client, job, options } = context;
  const end = (outcome: ReferrerOutcome, referrer = listed): CopiedReferrer => ({ subject, referrer, outcome });
  if (listed.artifactType !== undefined && !isWanted(job, listed)) return undefined;
  if (!MANIFEST_MEDIA_TYPES.includes(listed.mediaType)) return end('unsupported');
  const isThere = (await client.headManifest(job.to, listed.digest, options)) !== undefined;
  // Lists of old clients leave the type out; only the manifest itself tells it then.
  if (isThere && listed.artifactType !== undefined) return end('present');
  const known = await client.getManifest(job.from, listed.digest, { ...options, mirrors: true });
  if (known === undefined) return end('missing');
  if (known.manifest.subject?.digest !== subject) return end('unrelated');
  const referrer = toReferrer(known);
  if (!isWanted(job, referrer)) return undefined;
  if (isThere) return end('present', referrer);
  const { from, to, onProgress } = job;
  const copy = { from, to, digest: listed.digest, known, ...(onProgress === undefined ? {} : { onProgress }) };
  await copyAbsentManifest(client, copy, options);
  return end('copied', referrer);
}

function isWanted({ artifactTypes }: ReferrersCopy, { artifactType }: Descriptor): boolean {
  return artifactTypes === undefined || (artifactType !== undefined && artifactTypes.includes(artifactType));
}

function toTooMany({ from, subject }: ReferrersCopy): PlaitError {
  const what = describePlace(from, subject);
  return new PlaitError('SOURCE_UNSUPPORTED', `${what} has more than ${MAX_REFERRERS} signatures and the like`, {
    hint: 'name the types that are wanted, or remove old ones from the source',
  });
}
