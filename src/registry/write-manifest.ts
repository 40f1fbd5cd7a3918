import { isPlaitError, PlaitError } from '../errors/plait-error.ts';
import { MAX_MANIFEST_WRITE_BYTES } from '../oci/decode.ts';
import { type Digest, findAlgorithm, isDigest, matchesDigest, shortDigest } from '../oci/digest.ts';
import { type BufferedResponse, findHeader } from '../transport/message.ts';
import { isRetryableStatus } from '../transport/retry.ts';
import type { RequestOptions } from './client.ts';
import { assertReference, describePlace, type ManifestPut, toPushAccess } from './context.ts';
import { toManifestPath } from './endpoint.ts';
import { toRegistryError } from './errors.ts';
import { headManifest, SETTLE_TRIES } from './head-manifest.ts';
import { noteReferrer } from './note-referrer.ts';
import { noteStored } from './note-stored.ts';
import { type PutFailure, toPutFailure } from './put-errors.ts';

const ANSWER_LIMIT = { maxBytes: 1024 * 1024 };

/**
 * Stores exactly these bytes (distribution-spec end-7). When it is not known whether a PUT was carried out, the registry is
 * asked before the PUT is repeated.
 */
export async function putManifest(put: ManifestPut): Promise<void> {
  assertReference(put.reference);
  assertDigest(put);
  assertSize(put);
  const { transport } = put.place.channel;
  for (let attempt = 1; ; attempt += 1) {
    const doubt = await putOnce(put);
    if (doubt === undefined || (await isStored(put, doubt.error))) return noteStored(put);
    if (attempt >= transport.retry.attempts || (doubt.missing !== undefined && attempt >= SETTLE_TRIES))
      throw giveUp(put, doubt);
    await transport.backOff(attempt, put.options.signal);
  }
}

/** What the registry says it lacks for so long has to be brought there again. */
function giveUp({ place }: ManifestPut, { error, missing }: PutFailure): PlaitError {
  if (missing !== undefined) place.channel.memory.forgetPushed(place.repository, missing);
  return error;
}

/** Some registries store what they are given under the digest that it has, and not under the one they are asked to. */
function assertDigest(put: ManifestPut): void {
  const { reference, manifest } = put;
  if (!isDigest(reference) || findAlgorithm(reference) === undefined || matchesDigest(manifest.bytes, reference))
    return;
  throw new PlaitError(
    'DIGEST_MISMATCH',
    `could not ${toPurpose(put)}: it is ${shortDigest(manifest.digest)} and not ${shortDigest(reference)}`,
  );
}

function assertSize({ manifest, place, reference }: ManifestPut): void {
  if (manifest.bytes.byteLength <= MAX_MANIFEST_WRITE_BYTES) return;
  const what = describePlace(place.repository, reference);
  throw new PlaitError('MANIFEST_TOO_LARGE', `could not push ${what}: it has ${manifest.bytes.byteLength} bytes`, {
    hint: `registries take manifests of up to ${MAX_MANIFEST_WRITE_BYTES} bytes; name fewer platforms or annotations`,
  });
}

/** Undefined when the manifest is stored; a failure to be doubted when the PUT may have worked, or may work soon. */
async function putOnce(put: ManifestPut): Promise<PutFailure | undefined> {
  const response = await sendPut(put);
  if (response instanceof PlaitError) return { error: response };
  if (response.status === 201) {
    await assertStored(put, response);
    noteReferrer(put, response);
    return undefined;
  }
  if (isRetryableStatus(response.status) && response.status !== 429)
    return { error: toRegistryError(toRefusal(put, response)) };
  return settleRefusal(put, response);
}

async function sendPut(put: ManifestPut): Promise<BufferedResponse | PlaitError> {
  const { place, reference, manifest, options } = put;
  try {
    return await place.channel.send(
      {
        method: 'PUT',
        target: toManifestPath(place.repository, reference),
        purpose: toPurpose(put),
        headers: { 'content-type': manifest.mediaType },
        body: manifest.bytes,
        access: toPushAccess(place.repository),
        repeat: 'unprocessed',
        headersMs: place.channel.transport.timeouts.manifestPutMs,
        signal: options.signal,
        onAbort: 'finish',
      },
      ANSWER_LIMIT,
    );
  } catch (error) {
    if (isPlaitError(error, 'REGISTRY_UNREACHABLE')) return error;
    throw error;
  }
}

function toPurpose({ place, reference }: ManifestPut): string {
  return `push ${describePlace(place.repository, reference)}`;
}

function toRefusal(put: ManifestPut, response: BufferedResponse): Parameters<typeof toRegistryError>[0] {
  return { channel: put.place.channel, purpose: toPurpose(put), method: 'PUT', response };
}

/**
 * A refused PUT: no error when the registry already holds exactly this manifest there; and one to be doubted when it says
 * it lacks what this run has just brought there, as some do for a moment.
 */
async function settleRefusal(put: ManifestPut, response: BufferedResponse): Promise<PutFailure | undefined> {
  const failure = await toPutFailure(put, toRefusal(put, response));
  if (failure === undefined) return undefined;
  const { channel, repository } = put.place;
  if (failure.missing !== undefined && channel.memory.wasPushed(repository, failure.missing)) return failure;
  throw failure.error;
}

/** What became of a write is found out also after an abort. */
function toSettling({ options }: ManifestPut): RequestOptions {
  return { ...options, onAbort: 'settle' };
}

async function isStored(put: ManifestPut, doubt: PlaitError): Promise<boolean> {
  try {
    const head = await headManifest(put.place, put.reference, toSettling(put));
    return head?.digest === put.manifest.digest;
  } catch {
    const message = `${doubt.message}; and whether it was stored could not be found out`;
    throw new PlaitError('PUSH_UNSETTLED', message, { hint: doubt.hint, cause: doubt, status: doubt.status });
  }
}

/** Checks the digest that the registry names; asks for it when it names none. */
async function assertStored(put: ManifestPut, response: BufferedResponse): Promise<void> {
  const named = findHeader(response.headers, 'docker-content-digest') ?? '';
  if (!isDigest(named) || findAlgorithm(named) === undefined) return assertReadable(put);
  if (matchesDigest(put.manifest.bytes, named)) return;
  const head = await headManifest(put.place, put.reference, toSettling(put)).catch(() => undefined);
  throw toMismatch(put, `named it ${shortDigest(named)}, and now ${describeShown(head?.digest)}`);
}

async function assertReadable(put: ManifestPut): Promise<void> {
  const { transport } = put.place.channel;
  for (let attempt = 1; ; attempt += 1) {
    const head = await headManifest(put.place, put.reference, toSettling(put));
    if (head?.digest === put.manifest.digest) return;
    if (head !== undefined || attempt >= SETTLE_TRIES) throw toMismatch(put, `then ${describeShown(head?.digest)}`);
    await transport.backOff(attempt, put.options.signal);
  }
}

function describeShown(found: Digest | undefined): string {
  return found === undefined ? 'does not show it' : `shows ${shortDigest(found)}`;
}

/** `then` says what the registry did after it had accepted the manifest. */
function toMismatch(put: ManifestPut, then: string): PlaitError {
  const wanted = shortDigest(put.manifest.digest);
  return new PlaitError(
    'DIGEST_MISMATCH',
    `could not ${toPurpose(put)}: ${put.place.channel.registry} accepted ${wanted} and ${then}`,
    { hint: 'the registry or a proxy changed the manifest, or it is no registry; check the tag before relying on it' },
  );
}
