import { shortDigest } from '../../oci/digest.ts';
import type { Change, GuardRecord } from '../../plan/plan.ts';
import {
  describeMove,
  describeReason,
  describeWayOut,
  groupUnreadable,
  isOfRun,
  listReferences,
  nameTags,
} from '../describe-change.ts';
import { listReferrers } from '../describe-details.ts';
import type { Finding } from '../finding.ts';
import { collectFindings, listBlocking } from '../findings.ts';
import { collectNotes, describeNote } from '../notes.ts';
import type { AnyReport, Report } from '../report.ts';
import { PLAIN } from '../style.ts';
import { listFieldRows, listPlatformRows, SIGNS } from '../text-rows.ts';
import { code, codes, fence, htmlCode } from './quote.ts';
import type { Section } from './section.ts';

/** What guards hold back, each with the flag that lets it through. */
export function sayBlocked({ plan }: Report): Section {
  const groups = groupByGuard(plan.blocked);
  const count = plan.blocked.length;
  return {
    heading: `### Held back (${count})`,
    noun: 'objection',
    levels:
      count === 0
        ? []
        : [
            () => groups.map((group) => ({ text: sayObjection(group), count: 1 })),
            () => groups.map((group) => ({ text: sayFlag(group), count: 1 })),
          ],
  };
}

/** What one guard says of one change, or a guard of the run of many. */
interface Objection {
  readonly guard: GuardRecord;
  readonly changes: readonly Change[];
}

function groupByGuard(blocked: readonly Change[]): readonly Objection[] {
  const single = blocked.flatMap((change) =>
    listBlocking(change)
      .filter((guard) => !isOfRun(guard))
      .map((guard) => ({ guard, changes: [change] })),
  );
  const groups = new Map<string, { readonly guard: GuardRecord; readonly changes: Change[] }>();
  for (const change of blocked) {
    for (const guard of listBlocking(change).filter(isOfRun)) {
      const group = groups.get(guard.message) ?? { guard, changes: [] };
      group.changes.push(change);
      groups.set(guard.message, group);
    }
  }
  return [...single, ...groups.values()];
}

function sayObjection({ guard, changes }: Objection): string {
  const moves = changes.map((change) => {
    const move = describeMove(change);
    return `${codes(listReferences(change))}${move === '' ? '' : ` ${code(move)}`}`;
  });
  return `- ${moves.join('; ')}: ${code(guard.message)}\n  ${sayWayOut(guard)}`;
}

function sayWayOut(guard: GuardRecord): string {
  const verb = describeWayOut(guard).startsWith('allow') ? 'allow' : 'set';
  return `${verb} with ${code(guard.by)}`;
}

/** The flag names the guard and the tags; a setting has to say what it is about. */
function sayFlag({ guard, changes }: Objection): string {
  const isFlag = guard.by.startsWith('--') && !isOfRun(guard);
  return `- ${isFlag ? '' : `${codes(changes.flatMap(listReferences))}: `}${code(guard.by)}`;
}

/** What could not be read, and what is left as it is for it. */
export function sayUnreadable({ plan }: Report): Section {
  const entries = groupUnreadable(plan.unreadable);
  return {
    heading: `### Could not be read (${entries.length})`,
    noun: 'failure',
    levels:
      entries.length === 0
        ? []
        : [
            () =>
              entries.map((entry) => {
                const hint = entry.hint === null ? '' : `\n  hint: ${code(entry.hint)}`;
                const left = `${codes(entry.left)} left as ${entry.left.length === 1 ? 'it is' : 'they are'}`;
                const text = `- ${code(entry.reference)}: ${code(describeReason(entry))}; ${left}${hint}`;
                return { text, count: 1 };
              }),
            () =>
              entries.map((entry) => ({
                text: `- ${code(entry.reference)}: ${code(describeReason(entry), 120)}`,
                count: 1,
              })),
          ],
  };
}

/** Images that live indexes name and registries do not hold any more. */
export function sayMissing(report: Report): Section {
  const missing = collectFindings(report).filter(({ rule }) => rule === 'child-missing');
  return {
    heading: `### Images that are gone (${missing.length})`,
    noun: 'image',
    levels: missing.length === 0 ? [] : [() => missing.map((finding) => ({ text: sayFinding(finding), count: 1 }))],
  };
}

function sayFinding({ references, message, remedy }: Finding): string {
  const names = references.length === 0 ? '' : `${codes(references)}: `;
  return `- ${names}${code(message)}${remedy === undefined ? '' : `; ${code(remedy)}`}`;
}

/** Every change, row by row, folded. */
export function sayChanges({ kind, plan }: Report): Section {
  const all = [...plan.changes, ...plan.blocked];
  return {
    heading: `### ${kind === 'plan' ? 'All changes' : 'All differences'} (${all.length})`,
    noun: 'change',
    levels:
      all.length === 0
        ? []
        : [
            () => all.map((change) => ({ text: sayInFull(change), count: 1 })),
            () => all.map((change) => ({ text: sayInShort(change), count: 1 })),
          ],
  };
}

const MARKS: Readonly<Record<Change['action'], string>> = { create: '+', update: '~', delete: '-', repair: '~' };

function markOf(change: Change): string {
  return listBlocking(change).length > 0 ? '!' : MARKS[change.action];
}

function sayInFull(change: Change): string {
  const rows = [
    ...listPlatformRows(change, { style: PLAIN, showUnchanged: false }),
    ...listFieldRows(change, PLAIN),
    ...change.guards.map(
      ({ result, message, by }) => `${result === 'allowed' ? '# allowed:' : '! blocked:'} ${message}  (${by})`,
    ),
    ...listReferrers(change).map((text) => `# ${text}`),
    ...listSettled(change),
  ];
  const kept = change.platforms.filter(({ action }) => action === 'keep').length;
  const shown = kept === 0 ? rows : [...rows, `# ${kept} platform${kept === 1 ? '' : 's'} unchanged`];
  const words = change.class === undefined ? change.action : `${change.action}, ${change.class}`;
  const summary = `<summary>${htmlCode(`${markOf(change)} ${nameTags(change)}`)} ${htmlCode(describeMove(change))} ${words}</summary>`;
  return `<details>${summary}\n\n${fence('diff', shown)}\n\n</details>`;
}

/** What a deleted tag holds. */
function listSettled({ action, tags }: Change): readonly string[] {
  if (action !== 'delete') return [];
  return tags.map(({ name, expect }) => `- ${name}   ${expect === null ? '' : shortDigest(expect)}`);
}

function sayInShort(change: Change): string {
  const counts = (['remove', 'update', 'add', 'restore'] as const).flatMap((action) => {
    const count = change.platforms.filter((row) => row.action === action).length;
    return count === 0 ? [] : [`${SIGNS[action]}${count}`];
  });
  const more = counts.length === 0 ? '' : ` (${counts.join(' ')})`;
  return `- \`${markOf(change)}\` ${code(nameTags(change))} ${code(describeMove(change)) || change.action}${more}`;
}

/** What is only worth knowing. */
export function sayNotices(report: AnyReport): Section {
  const notes = collectNotes(report);
  return {
    heading: `### Notes (${notes.length})`,
    noun: 'note',
    levels:
      notes.length === 0 ? [] : [() => notes.map((note) => ({ text: `- ${code(describeNote(note))}`, count: 1 }))],
  };
}
