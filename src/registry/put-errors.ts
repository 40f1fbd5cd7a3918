import { PlaitError } from '../errors/plait-error.ts';
import { type Digest, isDigest, shortDigest } from '../oci/digest.ts';
import { isIndexMediaType } from '../oci/media-types.ts';
import { type ErrorBody, parseErrorBody } from '../transport/error-body.ts';
import type { ManifestPut } from './context.ts';
import { type Refusal, toRegistryError } from './errors.ts';
import { headManifest } from './head-manifest.ts';
import { looksImmutable } from './immutability.ts';
import { findMissingChild, mayMeanMissingContent, namesMissingContent } from './missing-children.ts';
import { toWriteError } from './write-error.ts';

/** What a refused PUT means. */
export interface PutFailure {
  readonly error: PlaitError;
  /** The content that the registry says it lacks, when it says which. */
  readonly missing?: Digest | undefined;
}

/** Undefined when the registry refused because it already holds exactly this manifest there. */
export async function toPutFailure(put: ManifestPut, refusal: Refusal): Promise<PutFailure | undefined> {
  const { status } = refusal.response;
  const body = parseErrorBody(refusal.response.headers, refusal.response.body);
  if (isTooLarge(status, body))
    return { error: restate(refusal, 'MANIFEST_TOO_LARGE', 'name fewer platforms or annotations') };
  if (looksImmutable(status, body)) {
    const error = await toImmutableError(put, refusal);
    return error && { error };
  }
  if (namesMissingContent(status, body) || mayMeanMissingContent(status, body))
    return toMissingContent(put, refusal, body);
  return { error: toWriteError(refusal) };
}

function isTooLarge(status: number, body: ErrorBody): boolean {
  return (
    status === 413 || (status === 400 && /body too large|too (big|large)|exceeds? .*(size|limit)/i.test(body.text))
  );
}

/** The general error under a more telling code. */
function restate(refusal: Refusal, code: PlaitError['code'], hint: string): PlaitError {
  const general = toRegistryError(refusal);
  return new PlaitError(code, general.message, { hint, status: general.status });
}

async function toImmutableError(put: ManifestPut, refusal: Refusal): Promise<PlaitError | undefined> {
  const live = await headManifest(put.place, put.reference, { ...put.options, onAbort: 'settle' });
  if (live?.digest === put.manifest.digest) return undefined;
  if (live === undefined) return toRegistryError(refusal);
  const general = toRegistryError(refusal);
  const message = `${general.message}; the tag stays at ${shortDigest(live.digest)}`;
  return new PlaitError('REGISTRY_TAG_IMMUTABLE', message, {
    hint: `${put.place.channel.registry} forbids moving this tag; use another tag, or change the rule there`,
    status: general.status,
  });
}

async function toMissingContent(put: ManifestPut, refusal: Refusal, body: ErrorBody): Promise<PutFailure> {
  const isCertain = namesMissingContent(refusal.response.status, body);
  const named = isCertain ? findDigest(body.text, put) : undefined;
  if (!isIndexMediaType(put.manifest.mediaType)) {
    if (!isCertain) return { error: toRegistryError(refusal) };
    const hint = 'a config or layer of the image is not in this repository; run again to copy it';
    return { error: restate(refusal, 'BLOB_MISSING', hint), missing: named };
  }
  const missing = named ?? (await findMissingChild(put.place, put.manifest, put.options));
  if (missing === undefined && !isCertain) return { error: toRegistryError(refusal) };
  const which = missing === undefined ? 'an image of the index' : shortDigest(missing);
  const hint = `${which} is not in this repository; run again to copy it`;
  return { error: restate(refusal, 'REGISTRY_CHILD_UNKNOWN', hint), missing: named };
}

function findDigest(text: string, put: ManifestPut): Digest | undefined {
  return text
    .match(/[a-z0-9]+:[0-9a-f]{64,128}/g)
    ?.filter(isDigest)
    .find((digest) => digest !== put.manifest.digest);
}
