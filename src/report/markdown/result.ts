import type { ResultDocument } from '../../apply/result-schema.ts';
import { describeRequests } from '../describe-change.ts';
import { describeResult } from '../describe-result.ts';
import type { ResultReport } from '../report.ts';
import { code, codes } from './quote.ts';
import { joinSections, type Section } from './section.ts';
import { sayNotices } from './sections.ts';

type Tag = ResultDocument['changes'][number]['tags'][number];

interface NamedTag extends Tag {
  readonly reference: string;
}

/** How an apply ended, for a comment or the summary of a job: what went wrong first. Bounds as `renderMarkdownPlan`. */
export function renderMarkdownResult(report: ResultReport, maxBytes: number): string {
  const { document: result } = report;
  const head = `<!-- plait:apply -->\n## ${describeResult(result)}`;
  const { tool, finishedAt, requests } = result;
  const foot = `<sub>${code(`${tool.name} ${tool.version}`)}, ${code(finishedAt)} · ${describeRequests(requests)}</sub>`;
  const tags = result.changes.flatMap(({ repository, tags }) =>
    tags.map((tag): NamedTag => ({ ...tag, reference: `${repository}:${tag.name}` })),
  );
  const sections = [
    sayProblems('Failed', ofStatus(tags, 'failed')),
    sayProblems('Stale: moved by somebody else', ofStatus(tags, 'stale')),
    sayProblems('Held back', ofStatus(tags, 'blocked')),
    sayUnread(result),
    sayNames('Not started', ofStatus(tags, 'not-started')),
    sayMoves('Done', ofStatus(tags, 'done')),
    sayNames('Already so', ofStatus(tags, 'already')),
    sayNotices(report),
  ];
  const body = joinSections(sections, maxBytes - Buffer.byteLength(head) - Buffer.byteLength(foot) - 8);
  return `${[head, body, foot].filter((part) => part !== '').join('\n\n')}\n`;
}

function ofStatus(tags: readonly NamedTag[], status: Tag['status']): readonly NamedTag[] {
  return tags.filter((tag) => tag.status === status);
}

function toSection(title: string, tags: readonly NamedTag[], say: (tag: NamedTag) => string): Section {
  const items = () => tags.map((tag) => ({ text: say(tag), count: 1 }));
  return { heading: `### ${title} (${tags.length})`, noun: 'tag', levels: tags.length === 0 ? [] : [items] };
}

function sayProblems(title: string, tags: readonly NamedTag[]): Section {
  return toSection(title, tags, ({ reference, message, hint }) => {
    const why = message === null ? '' : `: ${code(message)}`;
    return `- ${code(reference)}${why}${hint === null ? '' : `\n  hint: ${code(hint)}`}`;
  });
}

function sayMoves(title: string, tags: readonly NamedTag[]): Section {
  const section = toSection(title, tags, ({ reference, before, after }) => {
    const move = [before, after].map((digest) => (digest === null ? 'absent' : code(shorten(digest)))).join(' → ');
    return `- ${code(reference)} ${move}`;
  });
  return { ...section, open: '\n<details><summary>tags</summary>', close: '</details>' };
}

function sayNames(title: string, tags: readonly NamedTag[]): Section {
  return toSection(title, tags, ({ reference }) => `- ${code(reference)}`);
}

function sayUnread({ unreadable = [] }: ResultDocument): Section {
  const items = () =>
    unreadable.map(({ reference, message, left, hint }) => ({
      text: `- ${code(reference)}: ${code(message)}; ${codes(left)} left as ${left.length === 1 ? 'it is' : 'they are'}${hint === null ? '' : `\n  hint: ${code(hint)}`}`,
      count: 1,
    }));
  return {
    heading: `### Could not be read (${unreadable.length})`,
    noun: 'failure',
    levels: unreadable.length === 0 ? [] : [items],
  };
}

function shorten(digest: string): string {
  const value = digest.slice(digest.indexOf(':') + 1);
  return value.slice(0, 7);
}
