import { PlaitError } from '../errors/plait-error.ts';
import { toStoredManifest } from '../oci/decode.ts';
import { type Digest, matchesDigest, parseDigest, shortDigest } from '../oci/digest.ts';
import type { ImageIndex, RawManifest, StoredManifest } from '../oci/manifest.ts';
import { formatPlatform, normalizePlatform } from '../oci/platform.ts';
import { formatRepository } from '../oci/repository.ts';
import type { DocumentContent } from './document.ts';
import { sortEntries } from './live-entries.ts';
import type { Change, Plan } from './plan.ts';
import type { StoredPlan } from './stored-plan.ts';

/**
 * Checks that a plan is what was reviewed: the checksum, every index against its digest, and the description of every
 * change against the bytes it would push, so that an edited description cannot hide edited content even under a new
 * checksum. Returns the indexes. Throws PLAN_INVALID.
 */
export function verifyStoredPlan({ document, plan, contents, checksum }: StoredPlan): Plan['indexes'] {
  if (checksum !== document.checksum) throw edited('its checksum is not that of its content');
  const changes = [...plan.changes, ...plan.blocked];
  const byIndex = groupChanges(changes);
  const indexes = new Map<Digest, RawManifest>();
  const isWhole = plan.drift === undefined;
  for (const content of contents) {
    const index = readIndex(content);
    indexes.set(index.digest, { bytes: index.bytes, digest: index.digest, mediaType: index.mediaType });
    for (const change of byIndex.get(index.digest) ?? []) verifyChange(change, { index, isWhole });
  }
  for (const change of changes) {
    if (change.index === null) verifyDelete(change);
    else if (!indexes.has(change.index)) throw edited(`it lacks the content of ${formatRepository(change.repository)}`);
  }
  return indexes;
}

/** Each index is looked at once, with all that is said of it. */
function groupChanges(changes: readonly Change[]): ReadonlyMap<Digest, readonly Change[]> {
  const groups = new Map<Digest, Change[]>();
  for (const change of changes) {
    if (change.index === null) continue;
    const group = groups.get(change.index) ?? [];
    group.push(change);
    groups.set(change.index, group);
  }
  return groups;
}

function readIndex(content: DocumentContent): StoredManifest {
  const digest = parseDigest(content.digest);
  const { bytes } = content;
  if (bytes.length !== content.size || !matchesDigest(bytes, digest)) {
    throw edited(`the content of ${shortDigest(digest)} is not what its digest says`);
  }
  return { ...toStoredManifest(bytes, content.mediaType), digest };
}

interface Evidence {
  readonly index: StoredManifest;
  /** False for findings of drift, which leave out what is accepted. */
  readonly isWhole: boolean;
}

function verifyChange(change: Change, { index, isWhole }: Evidence): void {
  if (change.action === 'delete') throw unclear(change);
  const shown = new Set(
    change.platforms.flatMap(({ platform, after }) => (after === null ? [] : [`${platform} ${after}`])),
  );
  const isSame =
    index.manifest.kind === 'index' ? isShown(shown, listContent(index.manifest), isWhole) : isOnly(change, index);
  if (isSame) return;
  throw edited(`the platforms shown for ${formatRepository(change.repository)} are not those of its content`);
}

/** A deletion says which digest each tag must still hold, and publishes nothing. */
function verifyDelete(change: Change): void {
  const isDelete = change.action === 'delete' && change.platforms.length === 0;
  if (!isDelete || change.tags.some((tag) => tag.expect === null)) throw unclear(change);
}

function unclear({ repository }: Change): PlaitError {
  return edited(`what it deletes from ${formatRepository(repository)} is not clear`);
}

/** `platform digest` of everything that clients pull by platform. */
function listContent(index: ImageIndex): ReadonlySet<string> {
  const { images } = sortEntries(index.manifests);
  return new Set(
    images.flatMap(({ platform, digest }) =>
      platform === undefined ? [] : [`${formatPlatform(normalizePlatform(platform))} ${digest}`],
    ),
  );
}

/** A single image carries its platform in its config, so only its digest can be compared. */
function isOnly(change: Change, image: StoredManifest): boolean {
  return change.platforms.every(({ after }) => after === null || after === image.digest);
}

function isShown(shown: ReadonlySet<string>, content: ReadonlySet<string>, isWhole: boolean): boolean {
  return (!isWhole || shown.size === content.size) && [...shown].every((item) => content.has(item));
}

function edited(reason: string): PlaitError {
  return new PlaitError('PLAN_INVALID', `the plan file was edited or damaged: ${reason}`, {
    hint: 'plan again; a plan is applied exactly as it was made or not at all',
  });
}
