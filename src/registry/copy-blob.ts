import { type PlaitError, toPlaitError } from '../errors/plait-error.ts';
import type { Descriptor } from '../oci/descriptor.ts';
import { createVerifier } from '../oci/digest.ts';
import { isSameRepository } from '../oci/repository.ts';
import { parseContentLength } from '../transport/body.ts';
import type { StreamedResponse } from '../transport/message.ts';
import type { BlobCopyOutcome, RequestOptions } from './client.ts';
import type { Place } from './context.ts';
import { toBlobPath } from './endpoint.ts';
import { toRegistryError } from './errors.ts';
import { mountBlob } from './mount.ts';
import { hasBlob, toBlobMismatch, toBlobMissing, toBlobPurpose } from './read-blob.ts';
import { cancelUpload, fillUpload, openUpload, type UploadSession } from './upload.ts';

/** One blob to bring from one place to another. */
export interface BlobTransfer {
  readonly source: Place;
  readonly target: Place;
  readonly descriptor: Descriptor;
  readonly onProgress: (bytes: number) => void;
  readonly options: RequestOptions;
  /** Pairs of repositories between which the registry does not mount; learned here. */
  readonly unmountable: Set<string>;
}

/**
 * Brings a blob to the target: nothing when it is there, a mount inside one registry, else a stream from the source to
 * the target that never holds more than a few pieces. Throws BLOB_MISSING when the source lost it.
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
  await upload(transfer, session);
  if (session !== undefined) transfer.unmountable.add(toPair(transfer));
  return noteStored(transfer, 'uploaded');
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

/** Copies until it worked; each try reads the source from its start. */
async function upload(transfer: BlobTransfer, mounted: UploadSession | undefined): Promise<void> {
  const { target, descriptor, options } = transfer;
  const { transport } = target.channel;
  let session = mounted;
  for (let attempt = 1; ; attempt += 1) {
    const failure = await stream(transfer, session ?? (await openUpload(target, descriptor.digest, options)));
    if (failure === undefined) return;
    if (attempt >= transport.retry.attempts || !isPassing(failure, attempt)) throw failure;
    session = undefined;
    await transport.backOff(attempt, options.signal);
    if (await hasBlob(target, descriptor.digest, options)) return;
  }
}

/**
 * True for a failure half-way that may be gone at the next try: a cut connection, an overloaded server; and once for
 * a token that ran out or an upload session that the registry forgot.
 */
function isPassing(failure: PlaitError, attempt: number): boolean {
  if (failure.code === 'REGISTRY_UNREACHABLE') return true;
  const status = failure.status ?? 0;
  return status >= 500 || status === 408 || status === 429 || (attempt === 1 && [401, 404, 416].includes(status));
}

/**
 * Copies once. Throws what went wrong before the first byte, when the requests themselves have been repeated already;
 * returns what went wrong after it.
 */
function stream(transfer: BlobTransfer, session: UploadSession): Promise<PlaitError | undefined> {
  const { source, target, descriptor, options } = transfer;
  return source.channel.open(
    {
      method: 'GET',
      target: toBlobPath(source.repository, descriptor.digest),
      purpose: toBlobPurpose(source, descriptor.digest),
      lane: 'download',
      access: [{ path: source.repository.path, actions: ['pull'] }],
      signal: options.signal,
    },
    async (response) => {
      await assertReadable(transfer, response);
      const body = { size: descriptor.size, chunks: verifyChunks(transfer, response) };
      return fillUpload(target, session, { digest: descriptor.digest, body, ...options }).then(
        () => undefined,
        toPlaitError,
      );
    },
  );
}

async function assertReadable({ source, descriptor }: BlobTransfer, response: StreamedResponse): Promise<void> {
  if (response.status === 404) throw toBlobMissing(source, descriptor.digest);
  if (response.status !== 200) {
    const body = await response.readBeginning(64 * 1024);
    const purpose = toBlobPurpose(source, descriptor.digest);
    throw toRegistryError({ channel: source.channel, purpose, method: 'GET', response: { ...response, body } });
  }
  const announced = parseContentLength(response.headers) ?? descriptor.size;
  if (announced !== descriptor.size) throw toBlobMismatch(source, descriptor.digest, response.url.host);
}

/**
 * The pieces of a blob while its size and digest are checked. The last piece is held back until they are right, so that
 * wrong content never arrives as a whole.
 */
async function* verifyChunks(transfer: BlobTransfer, response: StreamedResponse): AsyncGenerator<Uint8Array> {
  const { source, descriptor, onProgress } = transfer;
  const verifier = createVerifier(descriptor.digest);
  let held: Uint8Array | undefined;
  let size = 0;
  for await (const chunk of response.chunks) {
    size += chunk.byteLength;
    if (size > descriptor.size) throw toBlobMismatch(source, descriptor.digest, response.url.host);
    verifier.update(chunk);
    if (held !== undefined) yield held;
    held = chunk;
    onProgress(size);
  }
  if (size !== descriptor.size || !verifier.matches())
    throw toBlobMismatch(source, descriptor.digest, response.url.host);
  if (held !== undefined) yield held;
}
