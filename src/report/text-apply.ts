import { type ApplyResult, type ChangeResult, countTags, type TagResult } from '../apply/apply-result.ts';
import { type Digest, shortDigest } from '../oci/digest.ts';
import { formatRepository } from '../oci/repository.ts';
import { describeRequests } from './describe-change.ts';
import type { Style } from './style.ts';

export interface TextApplyOptions {
  readonly style: Style;
  /** Requests sent by the whole run, by method. */
  readonly requests: Readonly<Record<string, number>>;
}

/** How every tag ended, for people: verdict first, what went wrong last. */
export function renderTextApply(result: ApplyResult, options: TextApplyOptions): string {
  const rows = result.changes.flatMap((change) => change.tags.map((tag) => describeTag(change, tag, options.style)));
  return `${[describeVerdict(result, options.style), ...rows, describeRequests(options.requests)].join('\n')}\n`;
}

function describeVerdict(result: ApplyResult, style: Style): string {
  const deleted = result.changes.filter((change) => change.index === null).flatMap((change) => change.tags);
  const deletions = deleted.filter((tag) => tag.status === 'done').length;
  const moves = countTags(result, 'done') - deletions;
  const others = (['already', 'stale', 'blocked', 'failed', 'not-started'] as const).map(
    (status) => [countTags(result, status), nameStatus(status)] as const,
  );
  const parts = [[moves, countWord(moves, 'moved')], [deletions, countWord(deletions, 'deleted')], ...others] as const;
  const verdict = parts
    .filter(([count]) => count > 0)
    .map(([count, words]) => `${count} ${words}`)
    .join(', ');
  return style.strong(`${result.interrupted ? 'Apply interrupted' : 'Apply'}: ${verdict || 'nothing to do'}`);
}

function countWord(count: number, verb: string): string {
  return `${count === 1 ? 'tag' : 'tags'} ${verb}`;
}

function nameStatus(status: Exclude<TagResult['status'], 'done'>): string {
  switch (status) {
    case 'already':
      return 'already so';
    case 'not-started':
      return 'not started';
    case 'stale':
    case 'blocked':
    case 'failed':
      return status;
    default:
      return status satisfies never;
  }
}

function describeTag(change: ChangeResult, tag: TagResult, style: Style): string {
  const name = `${formatRepository(change.repository)}:${tag.name}`;
  switch (tag.status) {
    case 'done':
      return `${style.add('✓')} ${name}   ${show(tag.before)} → ${show(tag.after)}`;
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

function show(digest: Digest | null): string {
  return digest === null ? 'absent' : shortDigest(digest);
}

function describeFailure(name: string, tag: TagResult, style: Style): string {
  const hint = tag.hint === null ? '' : `\n      hint: ${tag.hint}`;
  return `${style.remove('✗')} ${name}   ${tag.status}: ${tag.message ?? ''}${hint}`;
}
