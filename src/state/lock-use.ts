import type { Declaration } from '../config/declaration.ts';
import { type Digest, shortDigest } from '../oci/digest.ts';
import type { ContentReader } from './content-reader.ts';
import type { DesiredIndex, Notice } from './desired.ts';
import type { LockFile } from './lock-file.ts';
import { listFloatingSources, type PinnedSource } from './pin.ts';
import { readSource } from './resolve-entry.ts';

/**
 * A lock file in use. `enforce`: floating sources are what it says. `record`: they are what their tags hold now, to be
 * written into it.
 */
export interface LockUse {
  readonly mode: 'enforce' | 'record';
  /** Empty when there is no file yet. */
  readonly lock: LockFile;
}

/** What was read of the sources of one declaration. */
export interface RecordedSources {
  readonly desired: DesiredIndex;
  readonly sources: readonly PinnedSource[];
}

/**
 * What the floating sources of a resolved declaration are, and a notice more for each that moved since it was pinned. Costs
 * no request: `reader` has read them before.
 */
export async function recordSources(
  reader: ContentReader,
  desired: Extract<DesiredIndex, { kind: 'resolved' }>,
  lock: LockFile,
): Promise<RecordedSources> {
  const sources: PinnedSource[] = [];
  const notices: Notice[] = [];
  for (const { name, reference } of listFloatingSources([desired.declaration])) {
    const digest = (await readSource(reader, reference))?.digest;
    if (digest === undefined) continue;
    sources.push({ name, digest });
    const before = lock.sources.get(name);
    if (before !== undefined && before !== digest)
      notices.push(describeMove(desired.declaration, name, [before, digest]));
  }
  return { desired: { ...desired, notices: [...desired.notices, ...notices] }, sources };
}

function describeMove({ id }: Declaration, name: string, [before, after]: readonly [Digest, Digest]): Notice {
  const message = `source moved: ${name}   ${shortDigest(before)} → ${shortDigest(after)}`;
  return { code: 'source-moved', id, message };
}
