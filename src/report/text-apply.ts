import type { ApplyResult, ChangeResult, TagResult } from '../apply/apply-result.ts';
import { type Digest, shortDigest } from '../oci/digest.ts';
import { formatRepository } from '../oci/repository.ts';
import type { Unreadable } from '../plan/plan.ts';
import type { PlanDocumentUnreadable } from '../plan/plan-document.ts';
import { describeLeft, describeReason, describeRequests } from './describe-change.ts';
import { describeResult, isRepaired } from './describe-result.ts';
import type { Style } from './style.ts';

export interface TextApplyOptions {
  readonly style: Style;
  /** Requests sent by the whole run, by method. */
  readonly requests: Readonly<Record<string, number>>;
  /** What could not be read for the plan. */
  readonly unreadable?: readonly Omit<PlanDocumentUnreadable, 'id' | 'origin'>[];
}

/** How every tag ended, for people: verdict first, what went wrong last. */
export function renderTextApply(result: ApplyResult, options: TextApplyOptions): string {
  return [...listTextApply(result, options)].join('');
}

/** As {@link renderTextApply}, in pieces of whole lines. */
export function* listTextApply(result: ApplyResult, options: TextApplyOptions): Generator<string, void, void> {
  const { style, requests, unreadable = [] } = options;
  yield `${style.strong(describeResult(result))}\n`;
  for (const change of result.changes) for (const tag of change.tags) yield `${describeTag(change, tag, style)}\n`;
  for (const entry of unreadable) yield `${describeUnreadable(entry, style)}\n`;
  yield `${describeRequests(requests)}\n`;
}

function describeUnreadable(entry: Omit<Unreadable, 'id' | 'origin'>, style: Style): string {
  return [
    `${style.unreadable('?')} ${entry.reference}   ${describeReason(entry)}`,
    `      ${describeLeft(entry)}`,
    ...(entry.hint === null ? [] : [`      hint: ${entry.hint}`]),
  ].join('\n');
}

function describeTag(change: ChangeResult, tag: TagResult, style: Style): string {
  const name = `${formatRepository(change.repository)}:${tag.name}`;
  switch (tag.status) {
    case 'done':
      return `${style.add('✓')} ${name}   ${describeDone(tag)}`;
    case 'already':
      return `${style.faint('=')} ${name}   ${show(tag.after)}  already so`;
    case 'not-started':
      return `${style.faint('·')} ${name}   not started`;
    case 'stale':
    case 'blocked':
    case 'failed':
      return describeFailure(name, tag, style);
    default:
      return tag.status satisfies never;
  }
}

function describeDone(tag: TagResult): string {
  return isRepaired(tag) ? `${show(tag.after)}  repaired` : `${show(tag.before)} → ${show(tag.after)}`;
}

function show(digest: Digest | null): string {
  return digest === null ? 'absent' : shortDigest(digest);
}

function describeFailure(name: string, tag: TagResult, style: Style): string {
  const hint = tag.hint === null ? '' : `\n      hint: ${tag.hint}`;
  return `${style.remove('✗')} ${name}   ${tag.status}: ${tag.message ?? ''}${hint}`;
}
