import { isPlaitError } from '../errors/plait-error.ts';
import { isSameRepository } from '../oci/repository.ts';
import type { BlobCopyOutcome } from './client.ts';
import type { Mirrors } from './mirrors.ts';
import { mountBlob } from './mount.ts';
import { type BlobMove, moveBlob } from './move-blob.ts';
import { hasBlob, toBlobMissing } from './read-blob.ts';
import { cancelUpload, type UploadSession } from './upload.ts';

/** One blob to bring from one place to another. */
export interface BlobTransfer extends BlobMove {
  /** Pairs of repositories between which the registry does not mount; learned here. */
  readonly unmountable: Set<string>;
  readonly mirrors: Mirrors;
}

/**
 * Brings a blob to the target: nothing when it is there, a mount inside one registry, else by way of here, of which
 * never more than a few pieces or one small blob are held. Throws BLOB_MISSING when the source lost it.
 */
export async function copyBlob(transfer: BlobTransfer): Promise<BlobCopyOutcome> {
  const { source, target, descriptor, options } = transfer;
  const mount = mayMount(transfer)
    ? await mountBlob(target, { from: source.repository.path, digest: descriptor.digest }, options)
    : 'refused';
  if (mount === 'mounted') return noteStored(transfer, 'mounted');
  const session = mount === 'refused' ? undefined : mount;
  if (await hasBlob(target, descriptor.digest, options)) {
    if (session !== undefined) await cancelUpload(target, session, options);
    return 'present';
  }
  if (isSameRepository(source.repository, target.repository)) throw toBlobMissing(source, descriptor.digest);
  await moveFromNearest(transfer, session);
  if (session !== undefined) transfer.unmountable.add(toPair(transfer));
  return noteStored(transfer, 'uploaded');
}

/** From a mirror of the source when one has it; whatever goes wrong with that, the source itself is still there. */
async function moveFromNearest(transfer: BlobTransfer, session: UploadSession | undefined): Promise<void> {
  const { source, target, descriptor, options } = transfer;
  const isStreamedInside = source.channel === target.channel;
  const mirror = isStreamedInside
    ? undefined
    : await transfer.mirrors.find(source.repository, (place) => hasBlob(place, descriptor.digest, options));
  if (mirror === undefined) return moveBlob(transfer, session);
  try {
    await moveBlob({ ...transfer, source: mirror }, session);
  } catch (error) {
    if (!isPlaitError(error) || error.code === 'INTERRUPTED') throw error;
    await moveBlob(transfer, undefined);
  }
}

function noteStored({ target, descriptor }: BlobTransfer, outcome: BlobCopyOutcome): BlobCopyOutcome {
  target.channel.memory.notePushed(target.repository, descriptor.digest);
  return outcome;
}

function mayMount(transfer: BlobTransfer): boolean {
  const { source, target } = transfer;
  if (source.channel !== target.channel || isSameRepository(source.repository, target.repository)) return false;
  return !transfer.unmountable.has(toPair(transfer));
}

function toPair({ source, target }: BlobTransfer): string {
  return `${target.channel.registry} ${source.repository.path} ${target.repository.path}`;
}
