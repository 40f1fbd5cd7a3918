import { countAll } from './statistics.mjs';

const COLUMNS = [
  'Tool',
  'How',
  'Tags',
  'Requests a tag',
  'Wall, s',
  'of bound',
  'CPU, s',
  'Peak, MiB',
  'Plait is',
  'By kind',
];

/** One part as a Markdown table that a terminal shows well, too. */
export function formatPart({ scenario, delayMs, leftOut }, results) {
  const plait = results.find(({ tool }) => tool === 'plait');
  const rows = [
    ...results.map((result) => toRow(result, plait)),
    ...leftOut.map(({ tool, reason }) => [tool, `not measured: ${reason}`, ...Array.from({ length: 8 }, () => '')]),
  ];
  return `### ${capitalize(scenario.title)}, ${delayMs} ms (\`${scenario.id}\`)\n\n${formatTable([COLUMNS, ...rows])}\n`;
}

function toRow(result, plait) {
  const { tool, mode, tags, requests, requestsPerTag, wallMs, boundMs, cpuS, peakMib, right, failure } = result;
  const isWrong = failure !== undefined;
  return [
    tool,
    isWrong ? `${mode}: **${right} of ${tags} right**, ${failure.replaceAll('|', ' ').slice(0, 160)}` : mode,
    String(tags),
    round(requestsPerTag),
    formatSpread(wallMs),
    boundMs > 0 ? `${(wallMs.median / boundMs).toFixed(2)} ×` : '',
    cpuS === undefined ? 'not known' : round(cpuS.median),
    peakMib === undefined ? 'not known' : peakMib.median.toFixed(0),
    tool === 'plait' || isWrong ? '' : `${round(result.wallMsPerTag / plait.wallMsPerTag)} × as fast`,
    formatKinds(requests, tags),
  ];
}

function formatKinds(kinds, tags) {
  if (countAll(kinds) === 0) return 'none';
  return Object.entries(kinds)
    .sort(([, a], [, b]) => b - a)
    .map(([kind, count]) => `${round(count / tags)} ${kind}`)
    .join(', ');
}

function formatSpread({ median, min, max }) {
  const seconds = [median, min, max].map((ms) => (ms / 1000).toFixed(2));
  return min === max ? seconds[0] : `${seconds[0]} (${seconds[1]}–${seconds[2]})`;
}

function round(number) {
  if (number >= 100) return number.toFixed(0);
  return String(Number(number.toFixed(number >= 10 ? 1 : 2)));
}

function capitalize(text) {
  return text[0].toUpperCase() + text.slice(1);
}

/** Rows of text, the first of them the head, as a Markdown table. */
export function formatTable(rows) {
  const widths = rows[0].map((_, column) => Math.min(40, Math.max(...rows.map((row) => row[column].length))));
  const lines = rows.map((row) => `| ${row.map((cell, column) => cell.padEnd(widths[column])).join(' | ')} |`);
  return [lines[0], `|${widths.map((width) => '-'.repeat(width + 2)).join('|')}|`, ...lines.slice(1)].join('\n');
}
