import { type PlaitError, toPlaitError } from '../errors/plait-error.ts';
import type { Descriptor } from '../oci/descriptor.ts';
import { createBlobHash } from './blob-hash.ts';
import { type BlobSource, openBlob } from './blob-source.ts';
import {
  findChunkBytes,
  MIN_CHUNK_BYTES,
  type PartialUpload,
  readProgress,
  type UploadTarget,
} from './chunked-upload.ts';
import type { RequestOptions } from './client.ts';
import type { Place } from './context.ts';
import { hasBlob, readBlob, SMALL_BLOB_BYTES } from './read-blob.ts';
import { sendPieces } from './send-pieces.ts';
import { cancelUpload, fillUpload, openUpload, type UploadSession } from './upload.ts';

/** One blob to stream from one place to another. */
export interface BlobMove {
  readonly source: Place;
  readonly target: Place;
  readonly descriptor: Descriptor;
  readonly onProgress: (bytes: number) => void;
  readonly options: RequestOptions;
}

interface Move extends BlobMove {
  readonly reading: BlobSource;
  readonly upload: UploadTarget;
}

/** What one try left behind. */
interface Trial {
  readonly failure: PlaitError;
  /** The upload to go on with, when it may still be there. */
  readonly upload: PartialUpload;
  /** True when the registry turned out to take no pieces. */
  readonly isRefused?: boolean;
}

/**
 * Brings a blob over until it is there, in one piece. A large one that was cut off, or is too large for one request, goes on
 * in pieces from where the registry says it got to; where it does not say, the blob starts over. A try that brought
 * the blob further does not count.
 */
export async function moveBlob(job: BlobMove, opened: UploadSession | undefined): Promise<void> {
  const move = toMove(job);
  const { target, descriptor, options } = job;
  const { transport } = target.channel;
  let failures = 0;
  let trial = await sendWhole(move, opened);
  while (trial !== undefined) {
    failures += 1;
    if (failures >= transport.retry.attempts || !mayPass(move, trial, failures)) throw await giveUp(move, trial);
    await transport.backOff(failures, options.signal);
    if (await hasBlob(target, descriptor.digest, options)) return;
    const begun = trial.upload.offset;
    trial = await tryAgain(move, trial);
    if (trial !== undefined && trial.upload.offset >= begun + MIN_CHUNK_BYTES) failures = 0;
  }
}

function toMove(job: BlobMove): Move {
  const { source, target, descriptor, options } = job;
  const { digest } = descriptor;
  const hash = createBlobHash(digest);
  return { ...job, reading: { place: source, descriptor, hash, options }, upload: { place: target, digest, options } };
}

/**
 * True for a failure half-way that may be gone at the next try: a cut connection, an overloaded server; once for a
 * token that ran out or an upload session that the registry forgot; for a blob too large for one request; and for
 * pieces where the registry takes only the whole.
 */
function mayPass(move: Move, { failure, isRefused = false }: Trial, failures: number): boolean {
  if (isRefused || failure.code === 'REGISTRY_UNREACHABLE') return true;
  const status = failure.status ?? 0;
  if (status >= 500 || status === 408 || status === 429) return true;
  return (failures === 1 && [401, 404, 416].includes(status)) || (mayTakePieces(move) && [413, 416].includes(status));
}

function mayTakePieces({ target, descriptor }: Move): boolean {
  return descriptor.size > MIN_CHUNK_BYTES && target.channel.memory.takesChunks;
}

async function tryAgain(move: Move, trial: Trial): Promise<Trial | undefined> {
  const upload = await findProgress(move, trial);
  if (upload !== undefined) return sendRest(move, upload);
  const session = await openUpload(move.target, move.descriptor.digest, move.options);
  const { status = 0 } = trial.failure;
  const wantsPieces = mayTakePieces(move) && status < 500 && status !== 429 && findChunkBytes(session) !== undefined;
  return wantsPieces ? sendRest(move, { session, offset: 0 }) : sendWhole(move, session);
}

/** Where the upload can go on; undefined when there is nothing worth it. */
async function findProgress(move: Move, trial: Trial): Promise<PartialUpload | undefined> {
  if (!mayTakePieces(move)) return undefined;
  const { session } = trial.upload;
  const found = findChunkBytes(session) === undefined ? undefined : await readProgress(move.upload, session);
  const isUseful = found !== undefined && found.offset > 0 && found.offset <= move.descriptor.size;
  return isUseful ? found : undefined;
}

/** Throws what went wrong before the first byte, when the requests themselves have been repeated already. */
function sendWhole(move: Move, opened: UploadSession | undefined): Promise<Trial | undefined> {
  return move.descriptor.size <= SMALL_BLOB_BYTES ? sendSmall(move, opened) : sendStream(move, opened);
}

/**
 * By way of memory. A stream keeps a place at the source while it waits for one at the target, so it has a queue of its own with few
 * places; here one is over before the other begins, and both wait with the manifests.
 */
async function sendSmall(move: Move, opened: UploadSession | undefined): Promise<Trial | undefined> {
  const { source, target, descriptor, options, onProgress } = move;
  const { digest, size } = descriptor;
  const body = await readBlob(source, { descriptor, maxBytes: SMALL_BLOB_BYTES, options });
  const session = opened ?? (await openUpload(target, digest, options));
  try {
    await fillUpload(target, session, { digest, body, lane: 'metadata', ...options });
  } catch (error) {
    return { failure: toPlaitError(error), upload: { session, offset: 0 } };
  }
  onProgress(size);
  return undefined;
}

async function sendStream(move: Move, opened: UploadSession | undefined): Promise<Trial | undefined> {
  const { target, descriptor, options } = move;
  const session = opened ?? (await openUpload(target, descriptor.digest, options));
  const failure = await openBlob(move.reading, 0, (chunks) => {
    const body = { size: descriptor.size, chunks: withProgress(chunks, 0, move.onProgress) };
    return fillUpload(target, session, { digest: descriptor.digest, body, ...options }).then(
      () => undefined,
      toPlaitError,
    );
  });
  return failure && { failure, upload: { session, offset: 0 } };
}

/** Sends what is left, piece by piece, and closes the upload. */
async function sendRest(move: Move, upload: PartialUpload): Promise<Trial | undefined> {
  const { target, descriptor, options } = move;
  const chunkBytes = findChunkBytes(upload.session) ?? MIN_CHUNK_BYTES;
  const { failure, ...sent } = await openBlob(move.reading, upload.offset, (chunks) => {
    const own = withProgress(chunks, upload.offset, move.onProgress);
    return sendPieces(move.upload, upload, { chunks: own, chunkBytes });
  });
  if (failure !== undefined) return { failure, ...sent };
  const { session } = sent.upload;
  const body = new Uint8Array();
  return fillUpload(target, session, { digest: descriptor.digest, body, ...options }).then(
    () => undefined,
    (error: unknown) => ({ failure: toPlaitError(error), upload: sent.upload }),
  );
}

async function* withProgress(
  chunks: AsyncIterable<Uint8Array>,
  offset: number,
  onProgress: (bytes: number) => void,
): AsyncGenerator<Uint8Array> {
  let moved = offset;
  for await (const chunk of chunks) {
    moved += chunk.byteLength;
    onProgress(moved);
    yield chunk;
  }
}

/** Lets the registry forget what it has of a blob that will not come. Returns the failure. */
async function giveUp({ target, options }: Move, { failure, upload }: Trial): Promise<PlaitError> {
  if (upload.offset > 0) await cancelUpload(target, upload.session, options);
  return failure;
}
