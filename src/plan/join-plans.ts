import { compareText } from '../oci/text-order.ts';
import { assertDistinctTags } from './distinct-tags.ts';
import { toPlanDocument } from './document.ts';
import { joinScopes } from './join-scopes.ts';
import { sortPlaced } from './make-plan.ts';
import type { Plan, PlanNotice, Unreadable } from './plan.ts';
import type { PlanDocument } from './plan-document.ts';

/** A saved plan, and the file that it was read from. */
export interface PlanFile {
  readonly path: string;
  readonly document: PlanDocument;
  /** Of the document. */
  readonly plan: Plan;
}

export interface JoinedPlans {
  readonly plan: Plan;
  /** Of the plan; to be looked at, and never to be applied. */
  readonly document: PlanDocument;
}

/**
 * Pure: several plans as one, to be shown. The same files in another order are the same plan, and the plans of all shards are
 * the plan of the whole run. Throws USAGE when two of them say something of one tag.
 */
export function joinPlans(files: readonly PlanFile[]): JoinedPlans {
  assertDistinctTags(files.map(({ path, document }) => ({ path, names: listNames(document) })));
  const plans = files.map(({ plan }) => plan);
  const plan: Plan = {
    ...joinScopes(plans.map(({ scope }) => scope)),
    indexes: new Map(),
    changes: sortPlaced(plans.flatMap(({ changes }) => changes)),
    unchanged: sortPlaced(plans.flatMap(({ unchanged }) => unchanged)),
    blocked: sortPlaced(plans.flatMap(({ blocked }) => blocked)),
    unreadable: joinUnreadable(plans),
    notices: joinNotices(plans),
    ...joinDrift(plans),
  };
  return {
    plan,
    document: toDocument(
      plan,
      files.map(({ document }) => document),
    ),
  };
}

/** A tag that was left as it is was part of the run, too. */
function listNames({ changes, blocked, unchanged, unreadable, drift }: PlanDocument): readonly string[] {
  const placed = [...changes, ...blocked, ...unchanged, ...(drift?.ignored ?? [])];
  const named = placed.flatMap(({ repository, tags }) => tags.map(({ name }) => `${repository}:${name}`));
  return [...named, ...unreadable.flatMap(({ left }) => left)];
}

/** A source that several shards could not read is one thing that could not be read, as in a whole run. */
function joinUnreadable(plans: readonly Plan[]): readonly Unreadable[] {
  const found = joinLeft(
    plans.flatMap(({ unreadable }) => unreadable),
    ({ id, origin, reference, message }) => [id, origin, reference, message],
  );
  return found.sort((a, b) => compareText(a.reference, b.reference) || compareText(a.id, b.id));
}

/** Pure: one entry for all that `identify` finds to be the same, with the tags that any of them left as they are. */
export function joinLeft<Entry extends { readonly left: readonly string[] }>(
  entries: readonly Entry[],
  identify: (entry: Entry) => readonly string[],
): (Entry & { left: string[] })[] {
  const found = new Map<string, Entry & { left: string[] }>();
  for (const entry of entries) {
    const key = identify(entry).join('\n');
    const left = new Set([...(found.get(key)?.left ?? []), ...entry.left]);
    found.set(key, { ...entry, left: [...left].sort() });
  }
  return [...found.values()];
}

function joinNotices(plans: readonly Plan[]): readonly PlanNotice[] {
  const found = plans.flatMap(({ notices }) => notices).map((notice) => [JSON.stringify(notice), notice] as const);
  return [...new Map(found).values()].sort((a, b) => compareText(a.message, b.message) || compareText(a.id, b.id));
}

function joinDrift(plans: readonly Plan[]): Pick<Plan, 'drift'> {
  if (plans.every(({ drift }) => drift === undefined)) return {};
  const ignored = plans.flatMap(({ drift }) => drift?.ignored ?? []);
  return { drift: { ignored: sortPlaced(ignored) } };
}

/** From the oldest of them, good until the first one is not. */
function toDocument(plan: Plan, documents: readonly PlanDocument[]): PlanDocument {
  const createdAt = Math.min(...documents.map((document) => Date.parse(document.createdAt)));
  const expiresAt = Math.min(...documents.map((document) => Date.parse(document.expiresAt)));
  return toPlanDocument(plan, {
    version: [...new Set(documents.map(({ tool }) => tool.version))].sort().join(', '),
    createdAt,
    lifetimeMs: expiresAt - createdAt,
    configSha256: findCommon(documents, ({ config }) => config.sha256) ?? '',
    lockSha256: findCommon(documents, ({ config }) => config.lockSha256),
    gitCommit: findCommon(documents, ({ config }) => config.gitCommit),
    requests: addRequests(documents),
  });
}

/** What all documents have in common; null when they have not. */
function findCommon(
  documents: readonly PlanDocument[],
  read: (document: PlanDocument) => string | null,
): string | null {
  const values = new Set(documents.map(read));
  return values.size === 1 ? ([...values][0] ?? null) : null;
}

/** Pure: the sum of what was sent, by method. */
export function addRequests(
  runs: readonly { readonly requests: Readonly<Record<string, number>> }[],
): Readonly<Record<string, number>> {
  const sums = new Map<string, number>();
  for (const [method, count] of runs.flatMap(({ requests }) => Object.entries(requests))) {
    sums.set(method, (sums.get(method) ?? 0) + count);
  }
  return Object.fromEntries([...sums].sort(([a], [b]) => compareText(a, b)));
}
