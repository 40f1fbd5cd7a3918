import { type Digest, parseDigest } from '../oci/digest.ts';
import { parseRepository, type Repository } from '../oci/repository.ts';
import type { DocumentHead } from './document.ts';
import type { Change, IgnoredDrift, Plan, PlanSource, PlatformChange, TagMove, Unchanged } from './plan.ts';
import type { PlanDocument } from './plan-document.ts';
import { parseShard } from './shard.ts';

type DocumentChange = PlanDocument['changes'][number];

/** Makes a plan of the parts of one document. */
export interface Converter {
  readonly toChange: (change: DocumentChange) => Change;
  readonly toUnchanged: (entry: PlanDocument['unchanged'][number]) => Unchanged;
  /** Without indexes. */
  readonly toPlan: (head: DocumentHead, lists: Pick<Plan, 'changes' | 'unchanged' | 'blocked'>) => Plan;
}

/** What all parts of a document have in common, each text and each repository, is kept once. */
export function createConverter(): Converter {
  const values: Values = { texts: new Map(), repositories: new Map() };
  return {
    toChange: (change) => toChange(shareTexts(change, values.texts), values),
    toUnchanged: (entry) => toUnchanged(shareTexts(entry, values.texts), values),
    toPlan: (head, lists) => toPlan(head, lists, values),
  };
}

interface Values {
  readonly texts: Map<string, string>;
  readonly repositories: Map<string, Repository>;
}

/** The same value with each text in it as it was met first. */
function shareTexts<Value>(value: Value, texts: Map<string, string>): Value;
function shareTexts(value: unknown, texts: Map<string, string>): unknown {
  if (typeof value === 'string') {
    const first = texts.get(value);
    if (first === undefined) texts.set(value, value);
    return first ?? value;
  }
  if (Array.isArray(value)) return value.map((item: unknown) => shareTexts(item, texts));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, shareTexts(member, texts)]));
}

function toRepository(text: string, { repositories }: Values): Repository {
  const repository = repositories.get(text) ?? parseRepository(text);
  repositories.set(text, repository);
  return repository;
}

function toPlan(head: DocumentHead, lists: Pick<Plan, 'changes' | 'unchanged' | 'blocked'>, values: Values): Plan {
  const { targets, exclude, selector, shard } = head.scope;
  return {
    scope: { targets, exclude, selector, shard: shard === null ? null : parseShard(shard) },
    indexes: new Map(),
    ...lists,
    unreadable: head.unreadable,
    notices: head.notices,
    ...(head.sources === undefined ? {} : { sources: head.sources.map(toSource) }),
    ...(head.drift === undefined
      ? {}
      : { drift: { ignored: head.drift.ignored.map((entry) => toIgnored(entry, values)) } }),
  };
}

function toSource({ id, name, digest }: NonNullable<PlanDocument['sources']>[number]): PlanSource {
  return { id, name, digest: parseDigest(digest) };
}

function toIgnored(entry: NonNullable<PlanDocument['drift']>['ignored'][number], values: Values): IgnoredDrift {
  return {
    ...entry,
    repository: toRepository(entry.repository, values),
    tags: entry.tags.map(toMove),
    index: toDigest(entry.index),
  };
}

function toMove({ name, expect }: DocumentChange['tags'][number]): TagMove {
  return { name, expect: toDigest(expect) };
}

function toUnchanged({ id, repository, tags }: PlanDocument['unchanged'][number], values: Values): Unchanged {
  return {
    id,
    repository: toRepository(repository, values),
    tags: tags.map(({ name, digest, platforms }) => ({
      name,
      digest: parseDigest(digest),
      ...(platforms === undefined ? {} : { platforms }),
    })),
  };
}

function toChange(change: DocumentChange, values: Values): Change {
  return {
    id: change.id,
    origin: change.origin,
    repository: toRepository(change.repository, values),
    action: change.action,
    ...(change.class === undefined ? {} : { class: change.class }),
    tags: change.tags.map(toMove),
    index: toDigest(change.index),
    platforms: change.platforms.map(toRow),
    fields: change.fields,
    copies: change.copies.map(({ from, digest, how }) => ({
      from: toRepository(from, values),
      digest: parseDigest(digest),
      how,
    })),
    assumed: [],
    referrers: change.referrers.map(({ from, subject, digest, artifactType }) => ({
      from: toRepository(from, values),
      subject: parseDigest(subject),
      digest: parseDigest(digest),
      artifactType,
    })),
    guards: change.guards,
  };
}

function toRow({
  platform,
  action,
  before,
  after,
  source,
  reason,
}: DocumentChange['platforms'][number]): PlatformChange {
  return { platform, action, before: toDigest(before), after: toDigest(after), source, reason };
}

function toDigest(text: string | null): Digest | null {
  return text === null ? null : parseDigest(text);
}
