import { type PlaitError, toPlaitError } from '../errors/plait-error.ts';
import { type PartialUpload, readProgress, sendChunk, type UploadTarget } from './chunked-upload.ts';

/** What to send and how much of it at a time. */
export interface Pieces {
  readonly chunks: AsyncIterable<Uint8Array>;
  readonly chunkBytes: number;
}

/** How far the upload got, and why no further. */
export interface PiecesOutcome {
  readonly upload: PartialUpload;
  readonly failure?: PlaitError;
  /** True when the registry takes no pieces. */
  readonly isRefused?: boolean;
}

/** How often one piece is sent, when the connection is cut under it. */
const TRIES = 3;

/** Sends the pieces one after the other. Never throws: what went wrong is part of the outcome. */
export async function sendPieces(target: UploadTarget, begun: PartialUpload, pieces: Pieces): Promise<PiecesOutcome> {
  let upload = begun;
  try {
    for await (const piece of gather(pieces)) {
      const sent = await sendPiece(target, upload, piece);
      upload = sent.upload;
      if (sent.failure !== undefined) return sent;
    }
    return { upload };
  } catch (error) {
    return { upload, failure: toPlaitError(error) };
  }
}

async function sendPiece(target: UploadTarget, begun: PartialUpload, piece: Uint8Array): Promise<PiecesOutcome> {
  const { transport, memory } = target.place.channel;
  const end = begun.offset + piece.byteLength;
  let upload = begun;
  for (let attempt = 1; ; attempt += 1) {
    const outcome = await sendChunk(target, upload, piece.subarray(upload.offset - begun.offset));
    if (outcome.kind === 'taken') return { upload: outcome.upload };
    if (outcome.kind === 'refused') {
      memory.takesChunks = false;
      return { upload, failure: outcome.error, isRefused: true };
    }
    if (attempt >= TRIES) return { upload, failure: outcome.error };
    await transport.backOff(attempt, target.options.signal);
    const found = await readProgress(target, upload.session);
    if (found === undefined || found.offset < begun.offset || found.offset > end)
      return { upload, failure: outcome.error };
    upload = found;
    if (upload.offset === end) return { upload };
  }
}

/** The same bytes in pieces of `chunkBytes`, the last one shorter. Each is good until the next one is asked for. */
async function* gather({ chunks, chunkBytes }: Pieces): AsyncGenerator<Uint8Array> {
  const piece = Buffer.allocUnsafe(chunkBytes);
  let size = 0;
  for await (const chunk of chunks) {
    let rest = chunk;
    while (rest.byteLength > 0) {
      piece.set(rest.subarray(0, chunkBytes - size), size);
      const taken = Math.min(rest.byteLength, chunkBytes - size);
      size += taken;
      rest = rest.subarray(taken);
      if (size < chunkBytes) continue;
      yield piece;
      size = 0;
    }
  }
  if (size > 0) yield piece.subarray(0, size);
}
