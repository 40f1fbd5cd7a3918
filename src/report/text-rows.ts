import { cleanText } from '../errors/redact.ts';
import { type Digest, shortDigest } from '../oci/digest.ts';
import type { Change, FieldChange, PlatformChange } from '../plan/plan.ts';
import type { Style } from './style.ts';

export interface RowOptions {
  readonly style: Style;
  readonly showUnchanged: boolean;
}

/** What of a change, or of a comparison, the rows show. */
type ChangedRows = Pick<Change, 'platforms' | 'fields'>;

const BLANK = ' '.repeat(7);

/** One line a platform: what happens, from which digest to which, and where the image comes from. */
export function listPlatformRows(change: ChangedRows, options: RowOptions): readonly string[] {
  const rows = change.platforms.filter((row) => options.showUnchanged || row.action !== 'keep');
  const width = Math.max(0, ...rows.map((row) => row.platform.length));
  const isMove = rows.some((row) => row.before !== null && row.after !== null && row.before !== row.after);
  return rows.map((row) => {
    const name = row.platform.padEnd(width);
    const source = row.source === null ? describeReason(row) : `${shorten(row.source)}${describeLoss(row)}`;
    const earlier = findEarlierName(change, row);
    const was = earlier === undefined ? '' : `  (was ${earlier})`;
    return `${markOf(row, options.style)} ${name}   ${describeMove(row, isMove)}   ${source}${was}`.trimEnd();
  });
}

/** A pinned source: `repository:tag@41c0aa2`. */
function shorten(reference: string): string {
  return reference.replace(/@\w+:(\w{7})\w*$/, '@$1');
}

function describeLoss(row: PlatformChange): string {
  return row.action === 'restore' ? '  (gone from the target, copied again)' : '';
}

function findEarlierName(change: ChangedRows, row: PlatformChange): string | undefined {
  const renamed = change.fields.find((field) => field.field === 'platform' && field.key === row.platform);
  return renamed?.before ?? undefined;
}

/** How many platforms are not listed because nothing changes for them. */
export function countHidden(change: ChangedRows, showUnchanged: boolean): number {
  return showUnchanged ? 0 : change.platforms.filter((row) => row.action === 'keep').length;
}

/** One line a difference that no platform row shows. */
export function listFieldRows(change: ChangedRows, style: Style): readonly string[] {
  return change.fields.flatMap((field) => {
    if (field.field === 'platform') return [];
    const mark = field.before === null ? style.add('+') : field.after === null ? style.remove('-') : style.update('~');
    return [`${mark} ${nameField(field)}   ${describeValues(field)}`];
  });
}

/** `~ linux/arm64 41c0aa2 → e9d2b10 ghcr.io/acme/ci:1` */
export function describeRow(row: PlatformChange): string {
  const digests = [row.before, row.after].filter((digest) => digest !== null).map((digest) => shortDigest(digest));
  const loss = row.action === 'restore' ? [' (gone from the target, copied again)'] : [];
  const source = row.source === null ? describeReason(row) : shorten(row.source);
  const from = source === '' ? '' : ` ${source}`;
  return [`${SIGNS[row.action]} ${row.platform} ${[...new Set(digests)].join(' → ')}`, from, ...loss].join('');
}

/** `annotation com.acme.a "1" → "2"` */
export function describeField(field: FieldChange): string {
  if (field.field === 'platform') return `platform ${field.before ?? 'none'} → ${field.after ?? 'none'}`;
  return `${nameField(field)} ${describeValues(field)}`;
}

/** What happens to a platform, as one character. */
export const SIGNS: Readonly<Record<PlatformChange['action'], string>> = {
  add: '+',
  update: '~',
  remove: '-',
  keep: '=',
  restore: '+',
};

function markOf(row: PlatformChange, style: Style): string {
  switch (row.action) {
    case 'add':
      return style.add('+');
    case 'update':
      return style.update('~');
    case 'remove':
      return style.remove('-');
    case 'restore':
      return style.add('+');
    case 'keep':
      return style.faint('=');
    default:
      return row.action satisfies never;
  }
}

function describeMove(row: PlatformChange, isMove: boolean): string {
  const before = show(row.before);
  const after = show(row.after);
  if (row.before !== null && row.after !== null && row.before !== row.after) return `${before} → ${after}`;
  if (!isMove) return row.after === null ? before : after;
  return row.after === null || row.before === row.after ? `${before}   ${BLANK}` : `${BLANK}   ${after}`;
}

function show(digest: Digest | null): string {
  return digest === null ? BLANK : shortDigest(digest);
}

function describeReason(row: PlatformChange): string {
  switch (row.reason) {
    case 'undeclared':
      return 'not declared';
    case 'unmanaged':
      return 'not declared, kept';
    case 'optional':
      return 'optional, source absent, kept';
    case 'child-missing':
    case 'new':
    case 'source-moved':
    case 'platform-changed':
    case 'unchanged':
      return '';
    default:
      return row.reason satisfies never;
  }
}

function nameField(field: FieldChange): string {
  switch (field.field) {
    case 'annotations':
      return `annotation ${field.key}`;
    case 'descriptor-annotations':
      return `annotation of ${field.key}`;
    case 'media-type':
      return 'media type';
    case 'attestation':
      return `attestation of ${field.key}`;
    case 'encoding':
      return 'bytes only, same meaning';
    case 'platform':
      return field.key;
    default:
      return field.field satisfies never;
  }
}

function describeValues(field: FieldChange): string {
  const show = (text: string) => (isDigestField(field) ? text.slice(7, 14) : quote(text));
  if (field.before === null) return show(field.after ?? '');
  if (field.after === null) return show(field.before);
  return `${show(field.before)} → ${show(field.after)}`;
}

function isDigestField({ field }: FieldChange): boolean {
  return field === 'attestation' || field === 'encoding';
}

/** Values come from registries and config alike: cut, with nothing that a terminal would act on. */
function quote(text: string): string {
  return `"${cleanText(text, 60)}"`;
}
