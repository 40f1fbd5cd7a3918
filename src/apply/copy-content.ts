import type { Digest } from '../oci/digest.ts';
import { formatRepository, type Repository } from '../oci/repository.ts';
import type { Copy } from '../plan/plan.ts';
import { type CopyProgress, copyManifest } from '../registry/copy.ts';
import type { ApplyContext } from './context.ts';
import { type ChangeWork, failChange, isPending } from './work.ts';

interface CopyJob {
  readonly from: Repository;
  readonly to: Repository;
  readonly digest: Digest;
  readonly works: ChangeWork[];
}

/** Brings every missing child into its target repository, each once though several changes want it. */
export async function copyContent(context: ApplyContext, works: readonly ChangeWork[]): Promise<void> {
  const jobs = listJobs(works.filter(isPending));
  context.emit({ kind: 'phase', phase: 'copy', total: jobs.length });
  await context.limit.map(
    jobs,
    ({ to }) => to.registry,
    (job) => runJob(context, job),
  );
}

async function runJob(context: ApplyContext, job: CopyJob): Promise<void> {
  try {
    context.signal?.throwIfAborted();
    await runCopy(context, job);
    context.emit({ kind: 'step', phase: 'copy', label: `${formatRepository(job.to)}@${job.digest}` });
  } catch (error) {
    if (context.signal?.aborted === true) return;
    for (const work of job.works) failChange(work, error);
  }
}

/** Copies all content of one change, for a registry that says a child is missing after all. */
export async function copyAgain(context: ApplyContext, work: ChangeWork): Promise<void> {
  const { copies, assumed } = work.change;
  for (const copy of [...copies, ...assumed]) await runCopy(context, toJob(work, copy));
}

function listJobs(works: readonly ChangeWork[]): readonly CopyJob[] {
  const jobs = new Map<string, CopyJob>();
  for (const work of works) {
    for (const copy of work.change.copies) {
      const key = `${formatRepository(work.change.repository)} ${copy.digest}`;
      const job = jobs.get(key);
      if (job === undefined) jobs.set(key, toJob(work, copy));
      else job.works.push(work);
    }
  }
  return [...jobs.values()];
}

function toJob(work: ChangeWork, copy: Copy): CopyJob {
  return { from: copy.from, to: work.change.repository, digest: copy.digest, works: [work] };
}

async function runCopy(context: ApplyContext, { from, to, digest }: CopyJob): Promise<void> {
  const onProgress = countBytes((bytes) => context.emit({ kind: 'bytes', bytes }));
  await copyManifest(context.client, { from, to, digest, onProgress }, context.readOptions);
}

/** Turns totals a blob into what came since the last call; a blob that starts over takes its bytes back. */
function countBytes(emit: (bytes: number) => void): (progress: CopyProgress) => void {
  const moved = new Map<Digest, number>();
  return ({ digest, movedBytes }) => {
    const before = moved.get(digest) ?? 0;
    moved.set(digest, movedBytes);
    if (movedBytes !== before) emit(movedBytes - before);
  };
}
