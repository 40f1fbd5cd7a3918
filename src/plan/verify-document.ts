import { PlaitError } from '../errors/plait-error.ts';
import { toStoredManifest } from '../oci/decode.ts';
import { type Digest, matchesDigest, parseDigest, shortDigest } from '../oci/digest.ts';
import type { ImageIndex, RawManifest, StoredManifest } from '../oci/manifest.ts';
import { formatPlatform, normalizePlatform } from '../oci/platform.ts';
import { computeChecksum } from './document.ts';
import { sortEntries } from './live-entries.ts';
import type { PlanDocument } from './plan-document.ts';

type DocumentChange = PlanDocument['changes'][number];

/**
 * Checks that a plan is what was reviewed: the checksum, every index against its digest, and the description of every
 * change against the bytes it would push, so that an edited description cannot hide edited content even under a new
 * checksum. Returns the indexes. Throws PLAN_INVALID.
 */
export function verifyPlanDocument(document: PlanDocument): ReadonlyMap<Digest, RawManifest> {
  if (computeChecksum(document) !== document.checksum) throw edited('its checksum is not that of its content');
  const indexes = new Map(
    Object.entries(document.indexes).map(([key, index]) => [parseDigest(key), readIndex(key, index)] as const),
  );
  const isWhole = document.drift === undefined;
  for (const change of [...document.changes, ...document.blocked]) verifyChange(change, { indexes, isWhole });
  return new Map([...indexes].map(([digest, { bytes, mediaType }]) => [digest, { bytes, digest, mediaType }] as const));
}

function readIndex(key: string, index: PlanDocument['indexes'][string]): StoredManifest {
  const digest = parseDigest(key);
  const bytes = Buffer.from(index.content, 'base64');
  if (bytes.length !== index.size || !matchesDigest(bytes, digest)) {
    throw edited(`the content of ${shortDigest(digest)} is not what its digest says`);
  }
  return { ...toStoredManifest(bytes, index.mediaType), digest };
}

interface Evidence {
  readonly indexes: ReadonlyMap<Digest, StoredManifest>;
  /** False for findings of drift, which leave out what is accepted. */
  readonly isWhole: boolean;
}

function verifyChange(change: DocumentChange, { indexes, isWhole }: Evidence): void {
  if (change.action === 'delete' || change.index === null) {
    verifyDelete(change);
    return;
  }
  const index = indexes.get(parseDigest(change.index));
  if (index === undefined) throw edited(`it lacks the content of ${change.repository}`);
  const shown = new Set(
    change.platforms.flatMap(({ platform, after }) => (after === null ? [] : [`${platform} ${after}`])),
  );
  const isSame =
    index.manifest.kind === 'index' ? isShown(shown, listContent(index.manifest), isWhole) : isOnly(change, index);
  if (!isSame) throw edited(`the platforms shown for ${change.repository} are not those of its content`);
}

/** A deletion says which digest each tag must still hold, and publishes nothing. */
function verifyDelete({ action, index, platforms, repository, tags }: DocumentChange): void {
  const isDelete = action === 'delete' && index === null && platforms.length === 0;
  if (isDelete && tags.every((tag) => tag.expect !== null)) return;
  throw edited(`what it deletes from ${repository} is not clear`);
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
function isOnly(change: DocumentChange, image: StoredManifest): boolean {
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
