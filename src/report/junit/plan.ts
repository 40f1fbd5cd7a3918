import { cleanText } from '../../errors/redact.ts';
import { shortDigest } from '../../oci/digest.ts';
import { formatRepository } from '../../oci/repository.ts';
import type { Change, Unreadable } from '../../plan/plan.ts';
import { describeAcceptance, describeWayOut, listReferences } from '../describe-change.ts';
import { listDetails } from '../describe-details.ts';
import { listBlocking } from '../findings.ts';
import type { Report } from '../report.ts';
import { groupNotes } from './notes.ts';
import { type Case, type Outcome, renderSuites } from './suites.ts';

/**
 * A suite per image and a case per tag. What a guard holds back fails, and so does in a report on drift what differs; what
 * could not be read is an error; a change that a plan would make passes and says what it is.
 */
export function renderJunitPlan(report: Report): string {
  const { plan, kind } = report;
  const cases = [
    ...plan.changes.flatMap((change) => toCases(report, change)),
    ...plan.blocked.flatMap((change) => toCases(report, change)),
    ...listUnread(report),
    ...listIgnored(report),
    ...plan.unchanged.flatMap(({ id, repository, tags }) =>
      tags.map(
        ({ name, digest }): Case => ({
          suite: id,
          name: `${formatRepository(repository)}:${name}`,
          outcome: { kind: 'passed' },
          output: `unchanged ${shortDigest(digest)}`,
        }),
      ),
    ),
  ];
  return renderSuites({ name: `plait ${kind}`, cases, notes: groupNotes(report) });
}

function toCases(report: Report, change: Change): readonly Case[] {
  const outcome = judge(report, change);
  return change.tags.map(({ name, expect }) => ({
    suite: change.id,
    name: `${formatRepository(change.repository)}:${name}`,
    outcome,
    output: outcome.kind === 'passed' ? describe(change, expect) : '',
  }));
}

function judge({ kind }: Report, change: Change): Outcome {
  const blocking = listBlocking(change);
  const [first] = blocking;
  if (first !== undefined) {
    const message = cleanText(blocking.map((guard) => guard.message).join('; '), MAX_CHARS);
    const text = [describe(change), ...blocking.map(describeWayOut)].map(cleanLines).join('\n');
    return { kind: 'failure', type: `blocked-${first.guard}`, message, text };
  }
  if (kind === 'plan') return { kind: 'passed' };
  const text = describe(change);
  return { kind: 'failure', type: `drift-${change.action}`, message: text.split('\n')[0] ?? '', text };
}

const MAX_CHARS = 2000;

function cleanLines(text: string): string {
  return text
    .split('\n')
    .map((line) => cleanText(line, MAX_CHARS))
    .join('\n');
}

/** The change as one tag sees it, a line a row. */
function describe(change: Change, expect = change.tags.find((tag) => tag.expect !== null)?.expect ?? null): string {
  const digests = [expect, change.index].map((digest) => (digest === null ? 'absent' : shortDigest(digest)));
  const lines = [
    `${change.action} ${[...new Set(digests)].join(' → ')}${change.class === undefined ? '' : ` (${change.class})`}`,
    ...listDetails(change),
    ...(change.origin === '' ? [] : [`at ${change.origin}`]),
  ];
  return cleanLines(lines.join('\n'));
}

/** A tag that is left for several reasons is one case. */
function listUnread(report: Report): readonly Case[] {
  const byTag = new Map<string, [Unreadable, ...Unreadable[]]>();
  for (const entry of report.plan.unreadable) {
    for (const name of entry.left.length === 0 ? [entry.reference] : entry.left) {
      const known = byTag.get(`${entry.id}\n${name}`);
      if (known === undefined) byTag.set(`${entry.id}\n${name}`, [entry]);
      else known.push(entry);
    }
  }
  return [...byTag].map(([key, entries]) => {
    const [first] = entries;
    const text = entries.flatMap(({ reference, message, hint }) => [
      `${reference}: ${message}`,
      ...(hint === null ? [] : [`hint: ${hint}`]),
    ]);
    return {
      suite: first.id,
      name: key.slice(first.id.length + 1),
      outcome: {
        kind: 'error',
        type: first.code,
        message: cleanText(first.message, MAX_CHARS),
        text: cleanLines(text.join('\n')),
      },
      output: '',
    };
  });
}

/** Tags of which all that differs is accepted for a while. */
function listIgnored({ plan }: Report): readonly Case[] {
  const differing = new Set(plan.changes.flatMap(listReferences));
  return (plan.drift?.ignored ?? []).flatMap((entry) =>
    listReferences(entry)
      .filter((name) => !differing.has(name))
      .map((name) => ({
        suite: entry.id,
        name,
        outcome: { kind: 'skipped' as const, text: cleanText(describeAcceptance(entry), MAX_CHARS) },
        output: '',
      })),
  );
}
