import type { Access } from '../auth/scope.ts';
import { PlaitError } from '../errors/plait-error.ts';
import { isDigest } from '../oci/digest.ts';
import type { RawManifest } from '../oci/manifest.ts';
import { formatRepository, isTag, type Repository } from '../oci/repository.ts';
import type { Channel } from './channel.ts';
import type { RequestOptions } from './client.ts';

/** Where one operation happens: the way to the registry, and the repository there. */
export interface Place {
  readonly channel: Channel;
  readonly repository: Repository;
}

/** One manifest to store. */
export interface ManifestPut {
  readonly place: Place;
  /** Tag or digest. */
  readonly reference: string;
  readonly manifest: RawManifest;
  readonly options: RequestOptions;
}

/** What a request that stores something in `repository` needs to be allowed. One for all, so that they share a token. */
export function toPushAccess({ path }: Repository): readonly Access[] {
  return [{ path, actions: ['pull', 'push'] }];
}

/** `host/path:tag` or `host/path@digest`, as errors name what they are about. */
export function describePlace(repository: Repository, reference: string): string {
  return `${formatRepository(repository)}${reference.includes(':') ? '@' : ':'}${reference}`;
}

/** Throws REFERENCE_INVALID for text that is neither tag nor digest, before it can become part of a URL. */
export function assertReference(reference: string): void {
  if (isTag(reference) || isDigest(reference)) return;
  throw new PlaitError('REFERENCE_INVALID', `"${reference.slice(0, 80)}" is neither a tag nor a digest`);
}
