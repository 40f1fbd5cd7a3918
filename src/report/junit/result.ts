import { cleanText } from '../../errors/redact.ts';
import { nameStatus } from '../describe-result.ts';
import type { ResultReport } from '../report.ts';
import { groupNotes } from './notes.ts';
import { type Case, type Outcome, renderSuites } from './suites.ts';

type Tag = ResultReport['document']['changes'][number]['tags'][number];
const MAX_CHARS = 2000;

/** How every tag of an apply ended: stale and blocked ones fail, what went wrong is an error, what did not start is skipped. */
export function renderJunitResult(report: ResultReport): string {
  const { document: result } = report;
  const tags = result.changes.flatMap((change) => {
    return change.tags.map(
      (tag): Case => ({
        suite: change.id,
        name: `${change.repository}:${tag.name}`,
        outcome: judge(tag),
        output: `${nameStatus(tag.status)} ${tag.before ?? 'absent'} → ${tag.after ?? 'absent'}\nat ${change.origin}`,
      }),
    );
  });
  const unread = (result.unreadable ?? []).map(
    ({ reference, left, code, message, hint }): Case => ({
      suite: 'unreadable',
      name: reference,
      outcome: toProblem('error', { code, message, hint }),
      output: `left as they are: ${left.join(', ')}`,
    }),
  );
  return renderSuites({ name: 'plait apply', cases: [...tags, ...unread], notes: groupNotes(report) });
}

function judge(tag: Tag): Outcome {
  switch (tag.status) {
    case 'done':
    case 'already':
      return { kind: 'passed' };
    case 'not-started':
      return { kind: 'skipped', text: 'the run stopped before' };
    case 'stale':
    case 'blocked':
      return toProblem('failure', tag);
    case 'failed':
      return toProblem('error', tag);
    default:
      return tag.status satisfies never;
  }
}

function toProblem(
  kind: 'failure' | 'error',
  { code, message, hint, status }: Pick<Tag, 'code' | 'message' | 'hint'> & { readonly status?: Tag['status'] },
): Outcome {
  const said = cleanText(message ?? status ?? '', MAX_CHARS);
  const text = hint === null ? said : `${said}\nhint: ${cleanText(hint, MAX_CHARS)}`;
  return { kind, type: code ?? status ?? kind, message: said, text };
}
