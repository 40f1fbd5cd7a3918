import { type Digest, shortDigest } from '../oci/digest.ts';
import type { LockReport, LockRow, LockStatus } from '../state/lock-update.ts';
import type { Style } from './style.ts';

/** What is counted in the first line, in this order, and what is said of it. */
const WORDS: Readonly<Record<LockStatus, string>> = {
  pinned: 'pinned',
  updated: 'updated',
  dropped: 'dropped',
  missing: 'not pinned',
  moved: 'moved',
  gone: 'gone',
  unneeded: 'not needed',
  kept: 'as before',
  ok: 'as pinned',
  absent: 'optional and absent',
};

const QUIET: readonly LockStatus[] = ['kept', 'ok'];

export interface TextLockOptions {
  readonly style: Style;
  /** How to name the lock file. */
  readonly path: string;
  readonly isCheck: boolean;
}

/** What `plait lock` did or found, for people: counts first, then a line for each entry that is not as it was. */
export function renderTextLock(report: LockReport, { style, path, isCheck }: TextLockOptions): string {
  const rows = [...report.sources, ...report.tags];
  const counts = (Object.keys(WORDS) as LockStatus[]).flatMap((status) => {
    const count = rows.filter((row) => row.status === status).length;
    return count === 0 ? [] : [`${count} ${WORDS[status]}`];
  });
  const failed = new Set(report.failures.map(({ name }) => name));
  const shown = rows.filter(
    ({ name, status }) => !QUIET.includes(status) && !(status === 'missing' && failed.has(name)),
  );
  const width = shown.reduce((widest, { name }) => Math.max(widest, name.length), 0);
  const blocks = [
    ...shown.map((row) => describeRow(row, width, style)),
    ...report.failures.map(({ name, error }) => {
      const hint = error.hint === undefined ? '' : `\n      hint: ${error.hint}`;
      return `${style.unreadable('?')} ${name}   ${style.unreadable(error.message)}${hint}`;
    }),
    ...(isCheck && shown.some(({ status }) => status !== 'absent') ? [describeWayOut(shown)] : []),
  ];
  const verdict = style.strong(`${path}: ${counts.length === 0 ? 'nothing to pin' : counts.join(', ')}`);
  return `${[verdict, ...blocks].join('\n')}\n`;
}

function describeRow({ name, status, before, after }: LockRow, width: number, style: Style): string {
  return `${markOf(status, style)} ${name.padEnd(width)}   ${describeDigests(status, before, after)}${style.faint(WORDS[status])}`;
}

function markOf(status: LockStatus, style: Style): string {
  if (status === 'pinned' || status === 'missing') return style.add('+');
  if (status === 'dropped' || status === 'unneeded') return style.remove('-');
  if (status === 'gone') return style.blocked('!');
  return status === 'absent' ? style.faint('=') : style.update('~');
}

function describeDigests(status: LockStatus, before: Digest | null, after: Digest | null): string {
  if (before !== null && status === 'moved') return `${shortDigest(before)} → ${describe(after)}  `;
  if (before !== null && after !== null && before !== after) return `${shortDigest(before)} → ${shortDigest(after)}  `;
  const known = after ?? before;
  return known === null ? '' : `${shortDigest(known)}  `;
}

function describe(digest: Digest | null): string {
  return digest === null ? 'absent' : shortDigest(digest);
}

/** Only an update takes the place of a pin. */
function describeWayOut(rows: readonly LockRow[]): string {
  const isUpdate = rows.some(({ status }) => status === 'moved' || status === 'gone');
  return `      bring it up to date with  plait lock${isUpdate ? ' --update' : ''}`;
}
