import { type Digest, parseDigest } from '../oci/digest.ts';
import type { RawManifest } from '../oci/manifest.ts';
import { parseRepository } from '../oci/repository.ts';
import type { Change, IgnoredDrift, Plan, PlanSource, PlatformChange, TagMove } from './plan.ts';
import type { PlanDocument } from './plan-document.ts';
import { parseShard } from './shard.ts';

type DocumentChange = PlanDocument['changes'][number];

/** The plan that a document was made of, with the indexes that were read back from it. */
export function fromPlanDocument(document: PlanDocument, indexes: ReadonlyMap<Digest, RawManifest>): Plan {
  const { targets, exclude, selector, shard } = document.scope;
  return {
    scope: { targets, exclude, selector, shard: shard === null ? null : parseShard(shard) },
    indexes,
    changes: document.changes.map(toChange),
    blocked: document.blocked.map(toChange),
    unchanged: document.unchanged.map((entry) => ({
      id: entry.id,
      repository: parseRepository(entry.repository),
      tags: entry.tags.map(({ name, digest, platforms }) => ({
        name,
        digest: parseDigest(digest),
        ...(platforms === undefined ? {} : { platforms }),
      })),
    })),
    unreadable: document.unreadable,
    notices: document.notices,
    ...(document.sources === undefined ? {} : { sources: document.sources.map(toSource) }),
    ...(document.drift === undefined ? {} : { drift: { ignored: document.drift.ignored.map(toIgnored) } }),
  };
}

function toSource({ id, name, digest }: NonNullable<PlanDocument['sources']>[number]): PlanSource {
  return { id, name, digest: parseDigest(digest) };
}

function toIgnored(entry: NonNullable<PlanDocument['drift']>['ignored'][number]): IgnoredDrift {
  return {
    ...entry,
    repository: parseRepository(entry.repository),
    tags: entry.tags.map(toMove),
    index: toDigest(entry.index),
  };
}

function toMove({ name, expect }: DocumentChange['tags'][number]): TagMove {
  return { name, expect: toDigest(expect) };
}

function toChange(change: DocumentChange): Change {
  return {
    id: change.id,
    origin: change.origin,
    repository: parseRepository(change.repository),
    action: change.action,
    ...(change.class === undefined ? {} : { class: change.class }),
    tags: change.tags.map(toMove),
    index: toDigest(change.index),
    platforms: change.platforms.map(toRow),
    fields: change.fields,
    copies: change.copies.map(({ from, digest, how }) => ({
      from: parseRepository(from),
      digest: parseDigest(digest),
      how,
    })),
    assumed: [],
    referrers: change.referrers.map(({ from, subject, digest, artifactType }) => ({
      from: parseRepository(from),
      subject: parseDigest(subject),
      digest: parseDigest(digest),
      artifactType,
    })),
    guards: change.guards,
  };
}

function toRow(row: DocumentChange['platforms'][number]): PlatformChange {
  return { ...row, before: toDigest(row.before), after: toDigest(row.after) };
}

function toDigest(text: string | null): Digest | null {
  return text === null ? null : parseDigest(text);
}
