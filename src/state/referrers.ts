import type { Declaration, ReferrerPolicy } from '../config/declaration.ts';
import { isPlaitError, PlaitError, toPlaitError } from '../errors/plait-error.ts';
import { findAttestedDigest } from '../oci/attestation.ts';
import { type Digest, shortDigest } from '../oci/digest.ts';
import { formatReference } from '../oci/reference.ts';
import { formatRepository, isSameRepository, type Repository } from '../oci/repository.ts';
import { mapAtOnce } from '../transport/map-at-once.ts';
import type { ContentReader } from './content-reader.ts';
import type { DesiredContent, DesiredIndex, Notice } from './desired.ts';
import { type LiveTarget, listAdded, type Wanted } from './sources-held.ts';

/** A manifest whose `subject` is an image to publish: a signature, an SBOM, an attestation. */
export interface FoundReferrer {
  readonly from: Repository;
  readonly subject: Digest;
  readonly digest: Digest;
  /** Empty when the registry names none. */
  readonly artifactType: string;
}

export interface ReadReferrers {
  readonly referrers: readonly FoundReferrer[];
  readonly notices: readonly Notice[];
}

/** How deep referrers of referrers are followed: the signature of an SBOM, and no further. */
const MAX_DEPTH = 2;
const MAX_REFERRERS = 1000;
const SUBJECTS_AT_ONCE = 16;

/** in-toto statements, by themselves, in a DSSE envelope, in a sigstore bundle, or in a manifest as BuildKit makes. */
const ATTESTATION_TYPE = /in-toto|dsse|attestation|sigstore\.bundle/i;

export function isAttestationType(artifactType: string | undefined): boolean {
  return artifactType !== undefined && ATTESTATION_TYPE.test(artifactType);
}

/**
 * What describes the images that have to be copied into another repository, as far as it is to follow them: what
 * `referrers` asks for, and attestations of images whose index brings none. One request an image that is copied, none for
 * what is there already. Throws when what `referrers` asks for cannot be read; attestations are only missed with a notice.
 */
export async function readReferrers(
  reader: ContentReader,
  desired: Extract<DesiredIndex, { kind: 'resolved' }>,
  targets: readonly (LiveTarget & { readonly repository: Repository })[],
): Promise<ReadReferrers> {
  const { declaration } = desired;
  const subjects = listSubjects(desired, targets);
  const found = await mapAtOnce(subjects, SUBJECTS_AT_ONCE, async (subject) => {
    try {
      return { referrers: await follow({ reader, declaration, subject }, subject.digest, 1), notices: [] };
    } catch (error) {
      if (declaration.referrers.kind !== 'none' || isPlaitError(error, 'INTERRUPTED')) throw error;
      return { referrers: [], notices: [describeMiss(declaration, subject, toPlaitError(error))] };
    }
  });
  const referrers = new Map(found.flatMap((each) => each.referrers).map((each) => [each.digest, each]));
  const notices = [...found.flatMap((each) => each.notices), ...(await findLeftBehind(reader, desired, targets))];
  return { referrers: [...referrers.values()], notices };
}

/** What describes a source index describes no other: an index that is built of its images goes without, and that is told. */
async function findLeftBehind(
  reader: ContentReader,
  { declaration, content }: Extract<DesiredIndex, { kind: 'resolved' }>,
  targets: readonly LiveTarget[],
): Promise<readonly Notice[]> {
  const { id, referrers } = declaration;
  if (declaration.content.kind !== 'from' || referrers.kind === 'none' || isSettled(content, targets)) return [];
  const { from } = declaration.content;
  const source = await reader.readManifest(from.repository, from.digest ?? from.tag ?? '', 'source');
  if (source === undefined || source.digest === content.stored.digest) return [];
  const listed = await reader.listReferrers(from.repository, source.digest);
  const count = listed.filter(({ artifactType }) => isNamed(referrers, artifactType)).length;
  if (count === 0) return [];
  const what = count === 1 ? '1 signature or the like' : `${count} signatures and the like`;
  const message = `${what} of ${formatReference(from)} cannot follow: the index built from it has another digest; as: copy keeps it`;
  return [{ id, code: 'referrers-left-behind', message }];
}

function isSettled({ stored }: DesiredContent, targets: readonly LiveTarget[]): boolean {
  return targets.every(({ tags }) =>
    tags.every(({ live }) => live.kind === 'present' && live.digest === stored.digest),
  );
}

interface Subject {
  readonly repository: Repository;
  readonly digest: Digest;
  /** True when only attestations are looked for. */
  readonly isBare: boolean;
}

/** Images to copy of which something may have to follow. */
function listSubjects(
  { declaration, content }: Extract<DesiredIndex, { kind: 'resolved' }>,
  targets: readonly (LiveTarget & { readonly repository: Repository })[],
): readonly Subject[] {
  const isAsked = declaration.referrers.kind !== 'none';
  if (!isAsked && (declaration.attestations === 'drop' || content.kind === 'copy')) return [];
  const attested = new Set(
    content.kind === 'index' ? content.entries.map((entry) => findAttestedDigest(entry.descriptor)) : [],
  );
  const isOurs = ({ digest }: { readonly digest: Digest }) =>
    content.kind === 'copy' ||
    content.entries.some((entry) => entry.kind === 'image' && entry.descriptor.digest === digest);
  const added = targets.flatMap((target) =>
    withChildren(content, listAdded(content, [target])).filter(
      ({ repository }) => !isSameRepository(repository, target.repository),
    ),
  );
  const subjects = new Map(added.filter(isOurs).map((subject) => [subject.digest, subject]));
  return [...subjects.values()]
    .map((subject) => ({ ...subject, isBare: !isAsked }))
    .filter(({ digest, isBare }) => !isBare || !attested.has(digest));
}

/** A copied index brings its children along. */
function withChildren(content: DesiredContent, added: readonly Wanted[]): readonly Wanted[] {
  const { manifest } = content.stored;
  if (content.kind !== 'copy' || manifest.kind !== 'index') return added;
  return added.flatMap((index) => [
    index,
    ...manifest.manifests.map(({ digest }) => ({ repository: index.repository, digest })),
  ]);
}

interface Search {
  readonly reader: ContentReader;
  readonly declaration: Declaration;
  readonly subject: Subject;
}

async function follow(search: Search, digest: Digest, depth: number): Promise<readonly FoundReferrer[]> {
  const { reader, declaration, subject } = search;
  const listed = await reader.listReferrers(subject.repository, digest);
  if (listed.length > MAX_REFERRERS) throw tooMany(subject);
  const wanted = listed.filter(({ artifactType }) => isWanted(declaration, subject, artifactType));
  const found = wanted.map(
    (referrer): FoundReferrer => ({
      from: subject.repository,
      subject: digest,
      digest: referrer.digest,
      artifactType: referrer.artifactType ?? '',
    }),
  );
  if (depth >= MAX_DEPTH || declaration.referrers.kind === 'none') return found;
  const deeper = await mapAtOnce(wanted, 1, (referrer) => follow(search, referrer.digest, depth + 1));
  return [...found, ...deeper.flat()];
}

function isWanted(
  { referrers, attestations }: Declaration,
  subject: Subject,
  artifactType: string | undefined,
): boolean {
  if (attestations !== 'drop' && isAttestationType(artifactType)) return true;
  return !subject.isBare && isNamed(referrers, artifactType);
}

function isNamed(policy: ReferrerPolicy, artifactType: string | undefined): boolean {
  if (policy.kind === 'types') return artifactType !== undefined && policy.artifactTypes.includes(artifactType);
  return policy.kind === 'all';
}

function describeMiss({ id }: Declaration, { repository, digest }: Subject, error: PlaitError): Notice {
  return {
    id,
    code: 'referrers-unreadable',
    message:
      `attestations of ${formatRepository(repository)}@${shortDigest(digest)} that are not in its index ` +
      `could not be looked for: ${error.message}`,
  };
}

function tooMany({ repository, digest }: Subject): PlaitError {
  const what = `${formatRepository(repository)}@${shortDigest(digest)}`;
  return new PlaitError('SOURCE_UNSUPPORTED', `${what} has more than ${MAX_REFERRERS} signatures and the like`, {
    hint: 'name the types that are wanted under referrers, or remove old ones from the source',
  });
}
