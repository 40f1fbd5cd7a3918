import type { ErrorCode } from '../errors/codes.ts';
import { isPlaitError, PlaitError } from '../errors/plait-error.ts';
import type { Digest } from '../oci/digest.ts';
import type { BufferedResponse } from '../transport/message.ts';
import type { RequestOptions } from './client.ts';
import { type Place, toPushAccess } from './context.ts';
import { toUploadsPath } from './endpoint.ts';
import { toBlobPurpose } from './read-blob.ts';
import { ANSWER_LIMIT, toSession, type UploadSession } from './upload.ts';

/** What came of a mount: done, an upload to be filled instead, or nothing. */
export type MountOutcome = 'mounted' | 'refused' | UploadSession;

/** What would keep an upload from working too. */
const FINAL: ReadonlySet<ErrorCode> = new Set(['READ_ONLY_COMMAND', 'REGISTRY_READ_ONLY']);

/** One blob to take over from another repository of the same registry. */
export interface Mount {
  /** The path of the repository that has it. */
  readonly from: string;
  readonly digest: Digest;
}

/**
 * Asks the registry to take a blob over from another repository of its own. A refusal of whatever form is an outcome
 * and not an error, because an upload is always possible instead (distribution-spec end-11). Throws only when interrupted.
 */
export async function mountBlob(target: Place, mount: Mount, options: RequestOptions): Promise<MountOutcome> {
  try {
    const response = await sendMount(target, mount, options);
    if (response.status === 201) return 'mounted';
    if (response.status === 405 || response.status === 501) target.channel.memory.mounts = false;
    return response.status === 202
      ? await toSession(target, response, toBlobPurpose(target, mount.digest, 'upload'))
      : 'refused';
  } catch (error) {
    if (!isPlaitError(error) || options.signal?.aborted === true || FINAL.has(error.code)) throw error;
    return 'refused';
  }
}

function sendMount(target: Place, { from, digest }: Mount, options: RequestOptions): Promise<BufferedResponse> {
  const query = `mount=${encodeURIComponent(digest)}&from=${encodeURIComponent(from)}`;
  return target.channel.send(
    {
      method: 'POST',
      target: `${toUploadsPath(target.repository)}?${query}`,
      purpose: toBlobPurpose(target, digest, 'mount'),
      // The target comes first: some token servers look at the first scope only.
      access: [...toPushAccess(target.repository), { path: from, actions: ['pull'] }],
      repeat: 'unprocessed',
      check: () => assertMounts(target),
      signal: options.signal,
    },
    ANSWER_LIMIT,
  );
}

function assertMounts({ channel }: Place): void {
  if (!channel.memory.mounts) throw new PlaitError('REGISTRY_ERROR', `${channel.registry} does not mount blobs`);
}
