import { isPlaitError, PlaitError } from '../../errors/plait-error.ts';
import type { Descriptor } from '../../oci/descriptor.ts';
import type { ImageIndex } from '../../oci/manifest.ts';
import { formatPlatform, normalizePlatform, type Platform } from '../../oci/platform.ts';
import type { Repository } from '../../oci/repository.ts';
import { sortEntries } from '../../plan/live-entries.ts';
import type { ContentReader } from '../../state/content-reader.ts';
import { mapAtOnce } from '../../transport/map-at-once.ts';
import { isContentError } from './content-error.ts';

/** One image of a live index, and what its own config says of its platform. */
export interface EntryFact {
  readonly descriptor: Descriptor;
  /** As published, folded. */
  readonly platform: Platform;
  /** Folded; undefined when the config names none, or could not be understood. */
  readonly found: Platform | undefined;
  /** Why the image cannot be named by itself. */
  readonly problem?: string;
}

const ENTRIES_AT_ONCE = 16;

/** Reads the config of each image of an index. Throws CHILD_MISSING, and what a registry that cannot be read throws. */
export function readEntryFacts(
  reader: ContentReader,
  repository: Repository,
  index: ImageIndex,
): Promise<readonly EntryFact[]> {
  const { images } = sortEntries(index.manifests);
  return mapAtOnce(images, ENTRIES_AT_ONCE, (descriptor) => readEntryFact(reader, repository, descriptor));
}

async function readEntryFact(
  reader: ContentReader,
  repository: Repository,
  descriptor: Descriptor,
): Promise<EntryFact> {
  const platform = normalizePlatform(descriptor.platform ?? { os: 'unknown', architecture: 'unknown' });
  const fact = { descriptor, platform, found: undefined };
  try {
    const stored = await reader.readManifest(repository, descriptor.digest);
    const name = formatPlatform(platform);
    if (stored === undefined) throw new PlaitError('CHILD_MISSING', `its image of ${name} is gone`);
    if (stored.manifest.kind === 'index') return { ...fact, problem: `the entry of ${name} is an index itself` };
    const { platform: found } = await reader.readConfig(repository, stored.manifest);
    return { ...fact, found };
  } catch (error) {
    if (isPlaitError(error) && isContentError(error)) return { ...fact, problem: error.message };
    throw error;
  }
}
