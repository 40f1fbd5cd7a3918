import { decodeManifest } from '../oci/decode.ts';
import type { Digest } from '../oci/digest.ts';
import type { RawManifest } from '../oci/manifest.ts';
import { isIndexMediaType } from '../oci/media-types.ts';
import type { ErrorBody } from '../transport/error-body.ts';
import type { RequestOptions } from './client.ts';
import type { Place } from './context.ts';
import { headManifest } from './head-manifest.ts';

/** What registries answer to an index whose child they lack: distribution, Nexus, crane. */
const CHILD_CODES: ReadonlySet<string> = new Set(['MANIFEST_BLOB_UNKNOWN', 'BLOB_UNKNOWN', 'MANIFEST_UNKNOWN']);
const MAX_CHECKS = 100;

/** True when a refused PUT says outright that something the manifest names is not there. */
export function namesMissingContent(status: number, body: ErrorBody): boolean {
  return (status === 400 || status === 404) && body.codes.some((code) => CHILD_CODES.has(code));
}

/** True when the refusal may mean that: zot calls such an index invalid. */
export function mayMeanMissingContent(status: number, body: ErrorBody): boolean {
  return status === 400 && body.codes.includes('MANIFEST_INVALID');
}

/** The first child of an index that the registry does not have; undefined when it has all, or it is no index. */
export async function findMissingChild(
  place: Place,
  manifest: RawManifest,
  options: RequestOptions,
): Promise<Digest | undefined> {
  if (!isIndexMediaType(manifest.mediaType)) return undefined;
  const index = decodeManifest(manifest.bytes, manifest.mediaType);
  if (index.kind !== 'index') return undefined;
  for (const { digest } of index.manifests.slice(0, MAX_CHECKS)) {
    if ((await headManifest(place, digest, options)) === undefined) return digest;
  }
  return undefined;
}
