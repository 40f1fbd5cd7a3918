import { describe, expect, it } from 'vitest';
import { renderMarkdown } from '../../../src/report/markdown/render.ts';
import { attribute, findAll, renderMarkdown as renderAsHtml, textOf } from '../../support/read-report.ts';
import { hostileReport, hugeReport, richReport } from '../../support/rich-plan.ts';
import { richResult } from '../../support/rich-result.ts';

describe('the Markdown of 500 changes', () => {
  const report = hugeReport();
  const text = renderMarkdown(report);

  it('has at most 60,000 characters', () => {
    expect(report.plan.changes).toHaveLength(500);
    expect(text.length).toBeLessThanOrEqual(60_000);
    expect(Buffer.byteLength(text)).toBeLessThanOrEqual(60_000);
  });

  it('lists every removal', () => {
    const items = text.slice(text.indexOf('### Removed'), text.indexOf('### All'));
    const lost = report.plan.changes.filter(({ platforms }) => platforms.some(({ action }) => action === 'remove'));
    const deleted = report.plan.changes.filter(({ action }) => action === 'delete');
    const untold = [...lost, ...deleted].filter(
      ({ repository }) => !items.includes(`${repository.path}:1.0.0\``) && !items.includes(`${repository.path}\``),
    );

    expect([lost.length, deleted.length, untold.length]).toEqual([100, 100, 0]);
    expect(items).toContain('### Removed (400)');
  });

  it('counts what it does not list', () => {
    const listed = text.slice(text.indexOf('### All changes (500)')).match(/^- `/gm)?.length ?? 0;
    const left = Number(/and (\d+) more changes not listed here/.exec(text)?.[1] ?? 0);

    expect(listed + left).toBe(500);
  });

  it.each([200_000, 30_000, 8_000, 2_000])('keeps to %d bytes', (maxBytes) => {
    expect(Buffer.byteLength(renderMarkdown(report, maxBytes))).toBeLessThanOrEqual(maxBytes);
  });

  it('is whole when there is room, and then every change is in it', () => {
    const whole = renderMarkdown(report, 10_000_000);

    expect(whole).not.toContain('not listed here');
    expect(whole.match(/<details>/g)).toHaveLength(500);
  });
});

describe('Markdown', () => {
  it.each([
    ['a plan', renderMarkdown(richReport()), '<!-- plait:plan '],
    ['a result', renderMarkdown(richResult()), '<!-- plait:apply '],
  ])('of %s begins with the marker by which it is found again', (_name, text, marker) => {
    expect(text.startsWith(marker)).toBe(true);
  });

  it('tells removals before anything else', () => {
    const headings = renderMarkdown(richReport()).match(/^### [A-Z][a-z ]+/gm);

    expect(headings?.map((heading) => heading.trim())).toEqual([
      '### Removed',
      '### Held back',
      '### Could not be read',
      '### Images that are gone',
      '### All changes',
      '### Notes',
    ]);
  });

  it('shows what is hostile as the text that it is', () => {
    const document = renderAsHtml(renderMarkdown(hostileReport()));
    const found = ['a', 'img', 'script'].flatMap((name) => findAll(document, ({ tagName }) => tagName === name));
    const outside = findAll(document, ({ tagName }) => tagName === 'p' || tagName === 'li')
      .map(textOf)
      .join(' ');

    expect(found.map((element) => attribute(element, 'href'))).toEqual([]);
    expect(textOf(document)).toContain('onerror=alert(1)');
    expect(outside).not.toMatch(/\p{Cc}|\u202e/u);
  });

  it('quotes what could mention somebody, wherever it stands', () => {
    const rest = renderMarkdown(hostileReport())
      .replaceAll(/(`+)(?!`)[\s\S]*?(?<!`)\1(?!`)/g, '')
      .replaceAll(/<code>.*?<\/code>/g, '');

    expect(rest).not.toMatch(/@everyone|evil\.example|onerror/);
  });
});
