import { formatOrigin } from '../config/diagnostic.ts';
import type { DriftField, DriftIgnore } from '../config/run-rules.ts';
import { formatRepository } from '../oci/repository.ts';
import type { LockFile } from '../state/lock-file.ts';
import { classifyChange } from './classify.ts';
import { sortPlaced } from './make-plan.ts';
import type { Change, FieldChange, IgnoredDrift, Plan, TagMove } from './plan.ts';

/** Tags by how they stand; a tag is counted once. */
export interface DriftCounts {
  readonly inSync: number;
  /** Also every difference of a run without a lock file, which cannot tell who is the cause. */
  readonly drift: number;
  readonly pending: number;
  readonly conflict: number;
  readonly adopt: number;
  /** All that differs about them is accepted by `drift.ignore`. */
  readonly ignored: number;
  /** Tags that could not be compared, or what stands for them where even their names could not be read. */
  readonly unreadable: number;
}

export interface DriftInput {
  readonly rules: readonly DriftIgnore[];
  /** The lock file in use: each tag then has a class of its own. */
  readonly lock?: LockFile;
}

/**
 * Pure: the plan as a statement of how live tags differ from what is declared. What a guard would hold back differs too;
 * what `rules` accept is taken out and listed. Nothing of it is to be applied.
 */
export function toDrift(plan: Plan, { rules, lock }: DriftInput): Plan {
  const found = [...plan.changes, ...plan.blocked].map((change): Change => ({ ...change, guards: [] }));
  const classified = lock === undefined ? found : found.flatMap((change) => splitByClass(change, lock));
  const parts = classified.flatMap((change) => judgeChange(change, rules));
  return {
    ...plan,
    changes: sortPlaced(parts.flatMap(({ change }) => (change === undefined ? [] : [change]))),
    blocked: [],
    drift: { ignored: sortPlaced(parts.flatMap(({ ignored }) => ignored)) },
  };
}

/** Pure: how many tags stand how. */
export function countDrift(plan: Plan): DriftCounts {
  const differing = plan.changes.flatMap((change) =>
    change.tags.map(({ name }) => [`${formatRepository(change.repository)}:${name}`, change.class ?? 'drift'] as const),
  );
  const count = (name: Change['class']) => differing.filter(([, each]) => each === name).length;
  const names = new Set<string>(differing.map(([name]) => name));
  const accepted = (plan.drift?.ignored ?? []).flatMap(({ repository, tags }) =>
    tags.map(({ name }) => `${formatRepository(repository)}:${name}`),
  );
  return {
    inSync: plan.unchanged.reduce((sum, { tags }) => sum + tags.length, 0),
    drift: count('drift'),
    pending: count('pending'),
    conflict: count('conflict'),
    adopt: count('adopt'),
    ignored: new Set(accepted.filter((name) => !names.has(name))).size,
    unreadable: new Set(plan.unreadable.flatMap(({ left, reference }) => (left.length > 0 ? left : [reference]))).size,
  };
}

/** What a drift of some tags of one change comes to. */
interface Judged {
  /** Undefined when all of it is accepted. */
  readonly change: Change | undefined;
  readonly ignored: readonly IgnoredDrift[];
}

/** Nobody is to be told of a tag that is only not published yet that somebody moved it. */
function splitByClass(change: Change, lock: LockFile): readonly Change[] {
  const single = change.tags.map((tag) => classifyChange({ ...change, tags: [tag] }, lock));
  return [...new Set(single.map((each) => each.class))].map((name) => ({
    ...change,
    ...(name === undefined ? {} : { class: name }),
    tags: single.filter((each) => each.class === name).flatMap(({ tags }) => tags),
  }));
}

/** The tags of a change that the same rules are about are judged together. */
function judgeChange(change: Change, rules: readonly DriftIgnore[]): readonly Judged[] {
  const place = formatRepository(change.repository);
  const groups = new Map<string, { readonly rules: readonly DriftIgnore[]; readonly tags: TagMove[] }>();
  for (const tag of change.tags) {
    const matching = rules.filter((rule) => rule.matches(`${place}:${tag.name}`));
    const key = matching.map((rule) => rules.indexOf(rule)).join();
    const group = groups.get(key) ?? { rules: matching, tags: [] };
    group.tags.push(tag);
    groups.set(key, group);
  }
  return [...groups.values()].map((group) => judge({ ...change, tags: group.tags }, group.rules));
}

function judge(change: Change, rules: readonly DriftIgnore[]): Judged {
  const differing = listFields(change);
  const accepted = new Set(rules.flatMap(({ fields }) => fields));
  const isWhole = accepted.has('tag') || differing.every((field) => accepted.has(field));
  const ignored = rules.flatMap((rule) => {
    const fields = rule.fields.filter((field) => field === 'tag' || differing.includes(field));
    return fields.length === 0 ? [] : [toIgnored(change, rule, fields)];
  });
  return { change: isWhole ? undefined : withoutFields(change, accepted), ignored };
}

function toIgnored(change: Change, rule: DriftIgnore, fields: readonly DriftField[]): IgnoredDrift {
  const { id, origin, repository, index, tags } = change;
  const { reason, until } = rule;
  return { id, origin, repository, tags, index, fields, reason, until, rule: formatOrigin(rule.origin) };
}

/** What a change is about; `tag` where nothing finer says it. */
function listFields(change: Change): readonly DriftField[] {
  if (change.action === 'create' || change.action === 'delete') return ['tag'];
  const fields = new Set([
    ...change.platforms.flatMap(({ action }) => fieldOfRow(action)),
    ...change.fields.map((field) => fieldOf(field)),
  ]);
  return fields.size === 0 ? ['tag'] : [...fields];
}

function fieldOfRow(action: Change['platforms'][number]['action']): readonly DriftField[] {
  if (action === 'keep') return [];
  return [action === 'restore' ? 'children' : 'platforms'];
}

function fieldOf({ field }: FieldChange): DriftField {
  switch (field) {
    case 'annotations':
    case 'descriptor-annotations':
      return 'annotations';
    case 'media-type':
      return 'media-type';
    case 'attestation':
      return 'attestations';
    case 'platform':
      return 'platforms';
    case 'encoding':
      return 'tag';
    default:
      return field satisfies never;
  }
}

/** The change without the rows that are accepted, so that what stands in a report is what is not. */
function withoutFields(change: Change, accepted: ReadonlySet<DriftField>): Change {
  return {
    ...change,
    platforms: change.platforms.filter(({ action }) => !fieldOfRow(action).some((field) => accepted.has(field))),
    fields: change.fields.filter((field) => !accepted.has(fieldOf(field))),
  };
}
