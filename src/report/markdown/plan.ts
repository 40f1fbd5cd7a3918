import { describeRequests, describeScope } from '../describe-change.ts';
import { describeReport } from '../describe-report.ts';
import type { Report } from '../report.ts';
import { code } from './quote.ts';
import { countRemovals, sayRemovals } from './removals.ts';
import { joinSections } from './section.ts';
import { sayBlocked, sayChanges, sayMissing, sayNotices, sayUnreadable } from './sections.ts';

/**
 * The report as GitHub Flavored Markdown, for a comment on a pull request. Begins with a hidden marker, `<!-- plait:plan`,
 * by which a later comment finds the one that it replaces. Removals come first, and of all that is left out where
 * `maxBytes` (of UTF-8, so never less than characters) do not suffice, they are the last.
 */
export function renderMarkdownPlan(report: Report, maxBytes: number): string {
  const head = describeHead(report);
  const foot = describeFoot(report);
  const sections = [
    sayRemovals(report),
    sayBlocked(report),
    sayUnreadable(report),
    sayMissing(report),
    sayChanges(report),
    sayNotices(report),
  ];
  const room = maxBytes - Buffer.byteLength(head) - Buffer.byteLength(foot) - 8;
  const body = joinSections(sections, room);
  return `${[head, body, foot].filter((part) => part !== '').join('\n\n')}\n`;
}

function describeHead(report: Report): string {
  const { kind, document, plan } = report;
  const scope = describeScope(plan);
  const alert = describeAlert(report);
  return [
    `<!-- plait:${kind} ${document.checksum} -->`,
    `## ${describeReport(report)}`,
    ...(scope === '' ? [] : ['', `Part of the config only: ${code(scope)}`]),
    ...(alert === '' ? [] : ['', alert]),
  ].join('\n');
}

/** What must not be overlooked, in a box. */
function describeAlert(report: Report): string {
  const { kind, plan } = report;
  const removals = countRemovals(report);
  const held = plan.blocked.length + plan.unreadable.length;
  const things = `${removals} platform${removals === 1 ? '' : 's'} or tag${removals === 1 ? '' : 's'}`;
  const lines = [
    ...(removals === 0 ? [] : [`${things} ${kind === 'plan' ? 'would be removed' : 'are gone'}.`]),
    ...(held === 0 || kind === 'drift' ? [] : ['What is held back or could not be read is left as it is.']),
  ];
  if (lines.length === 0) return '';
  return [`> [!${removals > 0 ? 'CAUTION' : 'WARNING'}]`, ...lines.map((line) => `> ${line}`)].join('\n');
}

/** Room for more would be taken from what is in them. */
const MAX_CHECKSUMS = 20;

function listChecksums(files: NonNullable<Report['files']>): readonly string[] {
  const shown = files.slice(0, MAX_CHECKSUMS).map(({ path, document }) => `${code(path)} ${code(document.checksum)}`);
  const rest = files.length - shown.length;
  return rest === 0 ? shown : [...shown, `and ${rest} more`];
}

function describeFoot({ document, files }: Report): string {
  const { tool, createdAt, expiresAt, config, checksum, requests } = document;
  const commit = config.gitCommit === null ? [] : [`commit ${code(config.gitCommit.slice(0, 12))}`];
  const parts = [
    `${code(`${tool.name} ${tool.version}`)}, ${code(createdAt)}, good until ${code(expiresAt)}`,
    ...commit,
    ...(files === undefined ? [`checksum ${code(checksum)}`] : listChecksums(files)),
    describeRequests(requests),
  ];
  return `<sub>${parts.join(' · ')}</sub>`;
}
