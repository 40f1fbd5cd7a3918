import { PlaitError } from '../errors/plait-error.ts';
import { type Digest, isDigest, shortDigest } from '../oci/digest.ts';
import { isIndexMediaType } from '../oci/media-types.ts';
import { type ErrorBody, parseErrorBody } from '../transport/error-body.ts';
import type { ManifestPut } from './context.ts';
import { type Refusal, toRegistryError } from './errors.ts';
import { looksImmutable } from './immutability.ts';
import { findMissingChild, mayMeanMissingContent, namesMissingContent } from './missing-children.ts';
import { headManifest } from './read-manifest.ts';

/** What a refused PUT means. Undefined when the registry refused because it already holds exactly this manifest there. */
export async function toPutError(put: ManifestPut, refusal: Refusal): Promise<PlaitError | undefined> {
  const { status } = refusal.response;
  const body = parseErrorBody(refusal.response.headers, refusal.response.body);
  if (isTooLarge(status, body)) return restate(refusal, 'MANIFEST_TOO_LARGE', 'name fewer platforms or annotations');
  if (looksImmutable(status, body)) return toImmutableError(put, refusal);
  if (namesMissingContent(status, body) || mayMeanMissingContent(status, body))
    return toMissingError(put, refusal, body);
  return toRegistryError(refusal);
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
  const live = await headManifest(put.place, put.reference, put.options);
  if (live?.digest === put.manifest.digest) return undefined;
  if (live === undefined) return toRegistryError(refusal);
  const general = toRegistryError(refusal);
  const message = `${general.message}; the tag stays at ${shortDigest(live.digest)}`;
  return new PlaitError('REGISTRY_TAG_IMMUTABLE', message, {
    hint: `${put.place.channel.registry} forbids moving this tag; use another tag, or change the rule there`,
    status: general.status,
  });
}

async function toMissingError(put: ManifestPut, refusal: Refusal, body: ErrorBody): Promise<PlaitError> {
  if (!isIndexMediaType(put.manifest.mediaType)) {
    return namesMissingContent(refusal.response.status, body)
      ? restate(
          refusal,
          'BLOB_MISSING',
          'a config or layer of the image is not in this repository; run again to copy it',
        )
      : toRegistryError(refusal);
  }
  const isCertain = namesMissingContent(refusal.response.status, body);
  const named =
    (isCertain ? findDigest(body.text, put) : undefined) ??
    (await findMissingChild(put.place, put.manifest, put.options));
  if (named === undefined && !isCertain) return toRegistryError(refusal);
  const which = named === undefined ? 'an image of the index' : shortDigest(named);
  return restate(refusal, 'REGISTRY_CHILD_UNKNOWN', `${which} is not in this repository; run again to copy it`);
}

function findDigest(text: string, put: ManifestPut): Digest | undefined {
  return text
    .match(/[a-z0-9]+:[0-9a-f]{64,128}/g)
    ?.filter(isDigest)
    .find((digest) => digest !== put.manifest.digest);
}
