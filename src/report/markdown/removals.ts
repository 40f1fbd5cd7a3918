import { shortDigest } from '../../oci/digest.ts';
import { formatRepository } from '../../oci/repository.ts';
import type { Change, PlatformChange } from '../../plan/plan.ts';
import { listReferences } from '../describe-change.ts';
import { listBlocking } from '../findings.ts';
import type { Report } from '../report.ts';
import { code, codes } from './quote.ts';
import type { Item, Section } from './section.ts';

/** Tags that lose something: platforms, or when it names none, themselves. */
interface Removal {
  readonly change: Change;
  readonly rows: readonly PlatformChange[];
}

/** All that is taken away, or in a report on drift was, also where a guard holds it back: nobody should have to look for it. */
export function sayRemovals(report: Report): Section {
  const removals = listRemovals(report);
  const count = removals.reduce((sum, removal) => sum + countOf(removal), 0);
  const title = report.kind === 'plan' ? 'Removed' : 'Gone';
  return {
    heading: `### ${title} (${count})`,
    noun: 'removal',
    levels:
      removals.length === 0
        ? []
        : [
            () => removals.map((removal) => toItem(removal, sayInFull(report, removal))),
            () => removals.map((removal) => toItem(removal, sayInShort(report, removal))),
            () => sayByRepository(report, removals),
          ],
  };
}

/** How many platforms and whole tags are taken away. */
export function countRemovals(report: Report): number {
  return listRemovals(report).reduce((sum, removal) => sum + countOf(removal), 0);
}

function listRemovals({ kind, plan }: Report): readonly Removal[] {
  return [...plan.changes, ...plan.blocked].flatMap((change): Removal[] => {
    if (change.action === (kind === 'plan' ? 'delete' : 'create')) return [{ change, rows: [] }];
    if (change.action !== 'update') return [];
    const rows = change.platforms.filter(({ action }) => action === (kind === 'plan' ? 'remove' : 'add'));
    return rows.length === 0 ? [] : [{ change, rows }];
  });
}

function countOf({ change, rows }: Removal): number {
  return rows.length === 0 ? change.tags.length : rows.length;
}

function toItem(removal: Removal, text: string): Item {
  return { text, count: countOf(removal) };
}

function sayInFull(report: Report, removal: Removal): string {
  const { change, rows } = removal;
  const lost = rows.map(({ platform, before, after }) => {
    const digest = before ?? after;
    return `${code(platform)}${digest === null ? '' : ` (${code(shortDigest(digest))})`}`;
  });
  return `- ${codes(listReferences(change))} ${sayLoss(report, removal, lost)}${sayPermission(change)}`;
}

function sayInShort(report: Report, removal: Removal): string {
  const { change, rows } = removal;
  const lost = rows.map(({ platform }) => code(platform));
  const held = listBlocking(change).length === 0 ? '' : ' — held back';
  return `- ${codes(listReferences(change))} ${sayLoss(report, removal, lost)}${held}`;
}

function sayLoss({ kind }: Report, { change, rows }: Removal, lost: readonly string[]): string {
  const one = change.tags.length === 1;
  if (rows.length > 0)
    return `${kind === 'plan' ? (one ? 'loses' : 'lose') : one ? 'lacks' : 'lack'} ${lost.join(', ')}`;
  if (kind === 'drift') return `${one ? 'does' : 'do'} not exist`;
  return `${one ? 'is' : 'are'} deleted`;
}

function sayPermission(change: Change): string {
  if (listBlocking(change).length > 0) return ' — held back, see below';
  const allowed = change.guards.filter(({ guard }) => guard === 'platform-removal' || guard === 'deletes');
  return allowed.length === 0 ? '' : ` — allowed by ${codes([...new Set(allowed.map(({ by }) => by))])}`;
}

/** Tags of an item that cannot be told one by one. */
const TAGS_AT_ONCE = 40;

/** The shortest way to name every one: the repository and the platforms once for all tags that they are the same for. */
function sayByRepository(report: Report, removals: readonly Removal[]): readonly Item[] {
  const groups = new Map<string, { readonly removal: Removal; readonly names: string[]; count: number }>();
  for (const removal of removals) {
    const { change, rows } = removal;
    const key = [formatRepository(change.repository), change.action, ...rows.map(({ platform }) => platform)].join(
      '\n',
    );
    const group = groups.get(key);
    const names = change.tags.map(({ name }) => name);
    if (group === undefined || group.names.length >= TAGS_AT_ONCE) {
      if (group !== undefined) groups.set(`${key}\n${groups.size}`, group);
      groups.set(key, { removal, names, count: countOf(removal) });
    } else {
      group.names.push(...names);
      group.count += countOf(removal);
    }
  }
  return [...groups.values()].map(({ removal, names, count }) => {
    const lost = removal.rows.map(({ platform }) => code(platform));
    const repository = code(formatRepository(removal.change.repository));
    return { text: `- ${repository} ${sayLoss(report, removal, lost)}: ${codes(names)}`, count };
  });
}
