import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { eventSchema } from '../../../src/report/ndjson/events-schema.ts';
import { RULES } from '../../../src/report/rules.ts';

const page = readFileSync('docs/reports.md', 'utf8');

it('the page on reports lists every rule with its level and meaning', () => {
  const rows = Object.entries(RULES).map(([id, { level, meaning }]) => {
    return `| \`${id}\` | ${level === 'pass' ? 'none, passed' : level} | ${meaning} |`;
  });

  expect(page).toContain(`${rows.join('\n')}\n\n`);
});

it('the page on reports lists every event', () => {
  const types = eventSchema.options.map(({ shape }) => shape.type.value);
  const table = page.slice(page.indexOf('| Event | When |'));

  expect(types.filter((type) => !table.includes(`\`${type}\``))).toEqual([]);
});
