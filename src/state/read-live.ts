import { PlaitError, toPlaitError } from '../errors/plait-error.ts';
import type { Digest } from '../oci/digest.ts';
import type { StoredManifest } from '../oci/manifest.ts';
import { formatRepository, type Repository } from '../oci/repository.ts';
import type { RegistryClient, RequestOptions } from '../registry/client.ts';
import type { ChildReader } from './children.ts';
import type { ContentReader } from './content-reader.ts';
import type { LiveContent, LiveTag } from './live.ts';

/** Asks for one tag by HEAD. Never throws: a failed read is the value `unreadable`. */
export async function readLiveTag(
  client: RegistryClient,
  address: { readonly repository: Repository; readonly tag: string },
  options: RequestOptions = {},
): Promise<LiveTag> {
  try {
    const head = await client.headManifest(address.repository, address.tag, options);
    if (head === undefined) return { kind: 'absent' };
    const { digest, mediaType, size } = head;
    return { kind: 'present', digest, mediaType, size, content: undefined };
  } catch (error) {
    return { kind: 'unreadable', error: toPlaitError(error) };
  }
}

/** Adds the content to a live tag that does not hold `wanted` already; the digest alone answers for one that does. */
export async function readLiveContent(
  reader: ContentReader,
  repository: Repository,
  tag: { readonly live: LiveTag; readonly wanted: Digest },
): Promise<LiveTag> {
  const { live, wanted } = tag;
  if (live.kind !== 'present' || live.digest === wanted) return live;
  try {
    return { ...live, content: await readContent(reader, repository, live.digest) };
  } catch (error) {
    return { kind: 'unreadable', error: toPlaitError(error) };
  }
}

/** What {@link readLiveChildren} reads with. */
export interface LiveReaders {
  readonly reader: ContentReader;
  readonly children: ChildReader;
}

/** Adds which children of a live index are gone, and then its bytes: a repair leaves the index as it is. */
export async function readLiveChildren(
  { reader, children }: LiveReaders,
  repository: Repository,
  { live, wanted }: { readonly live: LiveTag; readonly wanted: StoredManifest },
): Promise<LiveTag> {
  if (live.kind !== 'present') return live;
  const manifest = live.digest === wanted.digest ? wanted.manifest : live.content?.manifest;
  if (manifest?.kind !== 'index') return live;
  try {
    const missing = await children.findMissing(repository, manifest);
    if (missing.length === 0) return live;
    const stored = live.digest === wanted.digest ? wanted : await reader.readManifest(repository, live.digest);
    return { ...live, missing, content: { manifest, ...(stored === undefined ? {} : { stored }) } };
  } catch (error) {
    return { kind: 'unreadable', error: toPlaitError(error) };
  }
}

async function readContent(reader: ContentReader, repository: Repository, digest: Digest): Promise<LiveContent> {
  const stored = await reader.readManifest(repository, digest);
  if (stored === undefined) {
    throw new PlaitError(
      'REGISTRY_PROTOCOL',
      `${formatRepository(repository)} has a tag on ${digest}, but not the content`,
      {
        hint: 'the tag was moved or its index deleted while it was read: run again',
      },
    );
  }
  const { manifest } = stored;
  if (manifest.kind === 'index') return { manifest };
  const { platform } = await reader.readConfig(repository, manifest);
  return platform === undefined ? { manifest } : { manifest, platform };
}
