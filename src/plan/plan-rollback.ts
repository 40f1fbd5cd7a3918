import { type Digest, shortDigest } from '../oci/digest.ts';
import type { StoredManifest } from '../oci/manifest.ts';
import { formatRepository } from '../oci/repository.ts';
import { compareText } from '../oci/text-order.ts';
import type { Reversal, ReversalState } from '../state/read-reversals.ts';
import { joinFields, joinPlatforms } from './join-rows.ts';
import type { Change, GuardRecord, Plan, PlanNotice, PlanScope, PlatformChange, Unreadable } from './plan.ts';
import { planCopy } from './plan-tag.ts';

export interface RollbackInput {
  readonly states: readonly ReversalState[];
  /** True when the settings of this registry let tags be deleted. */
  readonly mayDelete: (registry: string) => boolean;
  readonly scope: PlanScope;
}

type Ready = Extract<ReversalState, { kind: 'ready' }>;

/** Of one image and repository, to the same content. Not empty. */
type Group = readonly [Ready, ...Ready[]];

/**
 * Pure: the plan that brings tags back to what they held. Platforms that are lost by that are what was asked for, and are
 * shown as allowed. A tag that somebody else has written since stays, and so does a created one where tags are not
 * deleted; both are told of.
 */
export function planRollback({ states, mayDelete, scope }: RollbackInput): Plan {
  const ready = states.filter((state) => state.kind === 'ready');
  const isStuck = ({ reversal, content }: Ready) => content === undefined && !mayDelete(reversal.repository.registry);
  const groups = groupStates(ready.filter((state) => !isStuck(state)));
  return {
    scope,
    indexes: new Map(ready.flatMap(({ content }) => (content === undefined ? [] : [toEntry(content.stored)]))),
    changes: groups.map(toChange).sort((a, b) => compareText(placeOf(a), placeOf(b))),
    unchanged: listUnchanged(states),
    blocked: [],
    unreadable: states.flatMap((state) => (state.kind === 'failed' ? [toUnreadable(state)] : [])),
    notices: [...ready.filter(isStuck).map(describeStuck), ...states.flatMap(describeMoved)].sort((a, b) =>
      compareText(a.message, b.message),
    ),
  };
}

function toEntry(stored: StoredManifest): readonly [Digest, StoredManifest] {
  return [stored.digest, stored];
}

function groupStates(states: readonly Ready[]): readonly Group[] {
  const groups = new Map<string, [Ready, ...Ready[]]>();
  for (const state of states) {
    const { id, repository, before } = state.reversal;
    const key = `${formatRepository(repository)} ${before ?? ''} ${id}`;
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [state]);
    else group.push(state);
  }
  return [...groups.values()];
}

function toChange(group: Group): Change {
  const [{ reversal, content }] = group;
  const { id, origin, repository } = reversal;
  const tags = group.map(({ reversal: { tag, left } }) => ({ name: tag, expect: left }));
  const base = { id, origin, repository, tags, copies: [], assumed: [], referrers: [] };
  if (content === undefined) return { ...base, action: 'delete', index: null, platforms: [], fields: [], guards: [] };
  const there = group.filter(({ live }) => live.kind === 'present');
  const outcomes = (there.length > 0 ? there : group).map(({ live }) => planCopy(content, live));
  const platforms = joinPlatforms(outcomes.map((outcome) => outcome.platforms));
  return {
    ...base,
    action: tags.every(({ expect }) => expect === null) ? 'create' : 'update',
    index: content.stored.digest,
    platforms,
    fields: joinFields(outcomes.map((outcome) => outcome.fields)),
    guards: listLosses(platforms),
  };
}

/** Whoever asks for what was before asks for what was not there before to go. */
function listLosses(platforms: readonly PlatformChange[]): readonly GuardRecord[] {
  const lost = platforms.filter((row) => row.action === 'remove').map((row) => row.platform);
  if (lost.length === 0) return [];
  const message = `would lose ${[...new Set(lost)].join(', ')}`;
  return [{ guard: 'platform-removal', result: 'allowed', message, by: 'plait rollback' }];
}

function listUnchanged(states: readonly ReversalState[]): Plan['unchanged'] {
  return states
    .flatMap((state) => {
      if (state.kind !== 'back' || state.reversal.before === null) return [];
      const { id, repository, tag, before } = state.reversal;
      return [{ id, repository, tags: [{ name: tag, digest: before }] }];
    })
    .sort((a, b) => compareText(placeOf(a), placeOf(b)));
}

function toUnreadable({ reversal, error }: Extract<ReversalState, { kind: 'failed' }>): Unreadable {
  const name = nameOf(reversal);
  const { id, origin } = reversal;
  const { code, message, hint } = error;
  return { id, origin, reference: name, left: [name], code, message, hint: hint ?? null };
}

function describeStuck({ reversal }: Ready): PlanNotice {
  const { registry } = reversal.repository;
  return {
    id: reversal.id,
    code: 'rollback-created',
    message: `${nameOf(reversal)} was not there before, and stays: tags of ${registry} are never deleted (deletes: tag  for ${registry} under registries)`,
  };
}

function describeMoved(state: ReversalState): readonly PlanNotice[] {
  if (state.kind !== 'moved') return [];
  const { reversal, now } = state;
  const message = `${nameOf(reversal)} was written since, and stays: ${show(reversal.left)} after the apply, ${show(now)} now`;
  return [{ id: reversal.id, code: 'rollback-moved', message }];
}

function show(digest: Digest | null): string {
  return digest === null ? 'absent' : shortDigest(digest);
}

function nameOf({ repository, tag }: Reversal): string {
  return `${formatRepository(repository)}:${tag}`;
}

function placeOf({ repository, tags }: Pick<Change, 'repository'> & { readonly tags: readonly { name: string }[] }) {
  return `${formatRepository(repository)}:${tags[0]?.name ?? ''}`;
}
