import { computeDigestOf, type Digest } from '../oci/digest.ts';
import type { RawManifest } from '../oci/manifest.ts';
import { formatRepository } from '../oci/repository.ts';
import { compareText } from '../oci/text-order.ts';
import { Entries, listCanonicalPieces } from './canonical-json.ts';
import { countDrift } from './drift.ts';
import { DEFAULT_LIFETIME_MS, toTime } from './lifetime.ts';
import { type Change, type DriftFindings, type Plan, type PlanSource, type SettledTag, summarize } from './plan.ts';
import type { PlanDocument } from './plan-document.ts';
import { formatShard } from './shard.ts';

/** The major number changes when an older Plait could misread a plan. */
export const FORMAT_VERSION = '1.0';

export interface DocumentFacts {
  readonly version: string;
  /** Wall clock, milliseconds. */
  readonly createdAt: number;
  /** From `createdAt` to `expiresAt`, milliseconds; a week when it is left out. */
  readonly lifetimeMs?: number;
  /** Of the config text, hexadecimal. */
  readonly configSha256: string;
  /** Of the lock file in use, hexadecimal; null or absent when there is none. */
  readonly lockSha256?: string | null;
  readonly gitCommit: string | null;
  /** Requests sent to make the plan, by method. */
  readonly requests: Readonly<Record<string, number>>;
}

type DocumentChange = PlanDocument['changes'][number];

/**
 * Pure: the plan as the document that `-O json` prints. Key order is fixed; two plans of the same state differ only in
 * the two times and `requests`, which the checksum leaves out. Holds no secrets: nothing that goes in has any. The long
 * lists are made each time they are asked for: they say over again what the plan holds already.
 */
export function toPlanDocument(plan: Plan, facts: DocumentFacts): PlanDocument {
  const document = addLists(
    {
      formatVersion: FORMAT_VERSION,
      tool: { name: 'plait', version: facts.version },
      createdAt: toTime(facts.createdAt),
      expiresAt: toTime(facts.createdAt + (facts.lifetimeMs ?? DEFAULT_LIFETIME_MS)),
      status: toStatus(plan),
      config: { sha256: facts.configSha256, lockSha256: facts.lockSha256 ?? null, gitCommit: facts.gitCommit },
      scope: toScope(plan),
      summary: summarize(plan),
      requests: Object.fromEntries(Object.entries(facts.requests).sort(([a], [b]) => compareText(a, b))),
      unreadable: plan.unreadable.map((entry) => ({ ...entry, left: [...entry.left] })),
      notices: plan.notices.map(({ id, code, message }) => ({ id, code, message })),
      ...(plan.sources === undefined ? {} : { sources: plan.sources.map(toSource) }),
      ...(plan.drift === undefined ? {} : { drift: toDriftSection(plan, plan.drift) }),
    },
    plan,
    listIndexes(plan.indexes),
  );
  return Object.assign(document, { checksum: computeChecksum(openLists(document)) });
}

/** Every member of a document but those that are long, and the checksum. */
export type DocumentHead = Omit<PlanDocument, 'indexes' | 'changes' | 'unchanged' | 'blocked' | 'checksum'>;

/** The content of an index, before it is written as text. */
export interface DocumentContent extends Pick<RawManifest, 'mediaType' | 'bytes'> {
  readonly digest: string;
  readonly size: number;
}

/**
 * The document of which `head` is a part, with the lists of `plan` in their places; keys in the order of the document. Its
 * long lists are made each time they are asked for, see also {@link openLists}.
 */
export function addLists(
  head: DocumentHead,
  plan: Pick<Plan, 'changes' | 'unchanged' | 'blocked'>,
  contents: readonly DocumentContent[],
): Omit<PlanDocument, 'checksum'> {
  const document = {
    formatVersion: head.formatVersion,
    tool: head.tool,
    createdAt: head.createdAt,
    expiresAt: head.expiresAt,
    status: head.status,
    config: head.config,
    scope: head.scope,
    summary: head.summary,
    requests: head.requests,
    get indexes() {
      return Object.fromEntries(contents.map(toIndex));
    },
    get changes() {
      return plan.changes.map(toChange);
    },
    get unchanged() {
      return plan.unchanged.map(toUnchanged);
    },
    get blocked() {
      return plan.blocked.map(toChange);
    },
    unreadable: head.unreadable,
    notices: head.notices,
    ...(head.sources === undefined ? {} : { sources: head.sources }),
    ...(head.drift === undefined ? {} : { drift: head.drift }),
  };
  LISTS.set(
    document,
    new Map([
      ['indexes', () => new Entries(false, mapEach(contents, toIndex))],
      ['changes', () => listOf(plan.changes, toChange)],
      ['unchanged', () => listOf(plan.unchanged, toUnchanged)],
      ['blocked', () => listOf(plan.blocked, toChange)],
    ]),
  );
  return document;
}

/** Of documents that were made of a plan, the long lists by their names. */
const LISTS = new WeakMap<object, ReadonlyMap<string, () => Entries>>();

/** The members of a document, in their order, to be written: its long lists an entry at a time where that can be. */
export function openLists(document: object): Readonly<Record<string, unknown>> {
  const lists = LISTS.get(document);
  const open = (key: string): unknown => lists?.get(key)?.() ?? Reflect.get(document, key);
  return Object.fromEntries(Object.keys(document).map((key) => [key, open(key)] as const));
}

function listOf<Item>(items: readonly Item[], convert: (item: Item) => unknown): Entries {
  const positions = items.entries();
  return new Entries(
    true,
    mapEach(positions, ([position, item]) => [position, convert(item)] as const),
  );
}

function* mapEach<Item, Result>(items: Iterable<Item>, convert: (item: Item) => Result): Generator<Result, void, void> {
  for (const item of items) yield convert(item);
}

const UNSUMMED: ReadonlySet<string> = new Set(['checksum', 'createdAt', 'expiresAt', 'requests']);

/** Over the canonical JSON without the checksum itself, the two times and `requests`. */
export function computeChecksum(document: Partial<Record<keyof PlanDocument, unknown>>): Digest {
  return computeDigestOf(listCanonicalPieces(document, UNSUMMED));
}

function toUnchanged({ id, repository, tags }: Plan['unchanged'][number]): PlanDocument['unchanged'][number] {
  return { id, repository: formatRepository(repository), tags: tags.map(toSettledTag) };
}

function toStatus(plan: Plan): PlanDocument['status'] {
  const errored = plan.unreadable.length > 0;
  return { complete: !errored, applyable: !errored && plan.drift === undefined, errored };
}

function toScope(plan: Plan): PlanDocument['scope'] {
  const { targets, exclude, selector, shard } = plan.scope;
  const isShare = shard !== null && shard.count > 1;
  const isPart = isShare || plan.parts !== undefined;
  const partial = targets.length > 0 || exclude.length > 0 || selector !== null || isPart;
  return {
    targets: [...targets],
    exclude: [...exclude],
    selector,
    shard: shard === null ? null : formatShard(shard),
    partial,
  };
}

function listIndexes(indexes: ReadonlyMap<Digest, RawManifest>): readonly DocumentContent[] {
  const sorted = [...indexes.values()].sort((a, b) => compareText(a.digest, b.digest));
  return sorted.map(({ digest, mediaType, bytes }) => ({ digest, mediaType, size: bytes.length, bytes }));
}

function toIndex({ digest, mediaType, size, bytes }: DocumentContent): [string, PlanDocument['indexes'][string]] {
  return [digest, { mediaType, size, content: Buffer.from(bytes).toString('base64') }];
}

function toSettledTag({ name, digest, platforms }: SettledTag): PlanDocument['unchanged'][number]['tags'][number] {
  return { name, digest, ...(platforms === undefined ? {} : { platforms: [...platforms] }) };
}

function toSource({ id, name, digest }: PlanSource): NonNullable<PlanDocument['sources']>[number] {
  return { id, name, digest };
}

function toDriftSection(plan: Plan, { ignored }: DriftFindings): NonNullable<PlanDocument['drift']> {
  return {
    tags: { ...countDrift(plan) },
    ignored: ignored.map((entry) => ({
      id: entry.id,
      origin: entry.origin,
      repository: formatRepository(entry.repository),
      tags: entry.tags.map(({ name, expect }) => ({ name, expect })),
      index: entry.index,
      fields: [...entry.fields],
      reason: entry.reason,
      until: entry.until,
      rule: entry.rule,
    })),
  };
}

function toChange(change: Change): DocumentChange {
  return {
    id: change.id,
    origin: change.origin,
    repository: formatRepository(change.repository),
    action: change.action,
    ...(change.class === undefined ? {} : { class: change.class }),
    tags: change.tags.map(({ name, expect }) => ({ name, expect })),
    index: change.index,
    platforms: change.platforms.map((row) => ({ ...row })),
    fields: change.fields.map((row) => ({ ...row })),
    copies: change.copies.map(({ from, digest, how }) => ({ from: formatRepository(from), digest, how })),
    referrers: change.referrers.map(({ from, subject, digest, artifactType }) => ({
      from: formatRepository(from),
      subject,
      digest,
      artifactType,
    })),
    guards: change.guards.map((row) => ({ ...row })),
  };
}
