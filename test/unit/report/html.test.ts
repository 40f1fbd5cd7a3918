import { parse, defaultTreeAdapter as tree } from 'parse5';
import { describe, expect, it } from 'vitest';
import { renderHtml } from '../../../src/report/html/render.ts';
import { attribute, findAll, textOf } from '../../support/read-report.ts';
import { hostileReport, richReport, wideReport } from '../../support/rich-plan.ts';
import { richResult } from '../../support/rich-result.ts';

const hasClass = (name: string) => (element: Parameters<typeof attribute>[0]) =>
  attribute(element, 'class').split(' ').includes(name);
const isTag = (name: string) => (element: { readonly tagName: string }) => element.tagName === name;
const ADDRESS = new Set(['src', 'href', 'action', 'formaction', 'srcset', 'data', 'poster', 'ping', 'background']);

describe('the page of a plan of 100 tags on six platforms with 7 findings', () => {
  const page = renderHtml(wideReport());
  const document = parse(page);

  it('takes less than 300 kB', () => {
    expect(Buffer.byteLength(page)).toBeLessThan(300_000);
  });

  it('shows the findings before the tags, and the tags before the details', () => {
    const places = ['class="findings"', 'class="matrix"', 'class="change"'].map((mark) => page.indexOf(mark));

    expect(places).toEqual([...places].sort((a, b) => a - b));
    expect(findAll(document, hasClass('finding'))).toHaveLength(7);
  });

  it('shows removals first, then what is held back, unreadable and missing', () => {
    const rules = findAll(document, hasClass('finding')).map(
      (card) => /[a-z-]+(?= ·)/.exec(textOf(card).replace(/^.*?(error|warning) · /, ''))?.[0],
    );

    expect(rules).toEqual([
      'platform-removed',
      'platform-removed',
      'blocked-platform-removal',
      'blocked-platform-removal',
      'unreadable',
      'unreadable',
      'child-missing',
    ]);
  });

  it('has a row for every tag and a cell for every platform', () => {
    const rows = findAll(document, (element) => element.tagName === 'tr' && attribute(element, 'data-state') !== '');
    const platforms = findAll(document, (element) => attribute(element, 'class') === 'p');

    expect([rows.length, platforms.length]).toEqual([100, 8]);
  });
});

describe('every page', () => {
  const pages = [
    ['a plan', renderHtml(richReport())],
    ['a result', renderHtml(richResult())],
    ['hostile content', renderHtml(hostileReport())],
  ] as const;

  it.each(pages)('of %s asks nobody for anything', (_name, page) => {
    const document = parse(page);
    const addresses = findAll(document, () => true).flatMap(({ attrs }) =>
      attrs.filter(({ name }) => ADDRESS.has(name)).map(({ value }) => value),
    );
    const policy = findAll(document, isTag('meta')).map((meta) => attribute(meta, 'content'));

    expect(addresses.filter((address) => !/^(?:#c\d+|data:,)$/.test(address))).toEqual([]);
    expect(page).not.toMatch(/@import|url\(/);
    expect(policy).toContainEqual(expect.stringContaining("default-src 'none'"));
  });

  it.each(pages)('of %s holds no more than one script and one style sheet, both ours', (_name, page) => {
    const document = parse(page);
    const handlers = findAll(document, ({ attrs }) =>
      attrs.some(({ name }) => name.startsWith('on') || name === 'style'),
    );
    const names = ['script', 'style', 'iframe', 'img', 'form', 'object', 'base', 'svg'];
    const counts = names.map((name) => findAll(document, isTag(name)).length);

    expect(handlers).toEqual([]);
    expect(counts).toEqual([1, 1, 0, 0, 0, 0, 0, 0]);
  });

  it.each(pages)('of %s says every state in words as well as by a sign', (_name, page) => {
    const cells = findAll(parse(page), (element) => attribute(element, 'class') === 'c').filter(
      (cell) => textOf(cell) !== '',
    );
    const pills = findAll(parse(page), hasClass('pill'));

    expect([...cells, ...pills].map(textOf).filter((text) => !/[a-z]{3}/i.test(text))).toEqual([]);
  });

  it('shows what is hostile as the text that it is', () => {
    const text = textOf(parse(renderHtml(hostileReport())));

    expect(text).toContain('<img src=x onerror=alert(1)>');
    expect(text).not.toMatch(/\p{Cc}|\u202e/u);
  });

  it('has a name for each thing that can be used, a language and a title', () => {
    const document = parse(renderHtml(richReport()));
    const unnamed = findAll(document, ({ tagName }) => ['a', 'button', 'summary', 'input'].includes(tagName)).filter(
      (element) => textOf(element) === '' && attribute(element, 'id') !== 'filter',
    );
    const [root] = findAll(document, isTag('html'));

    expect(unnamed).toEqual([]);
    expect(root === undefined ? '' : attribute(root, 'lang')).toBe('en');
    expect(findAll(document, isTag('title')).map(textOf)).toEqual([expect.stringContaining('Plan: 1 to create')]);
    expect(findAll(document, (element) => attribute(element, 'for') === 'filter')).toHaveLength(1);
  });

  it('leads from each tag to its change, which is folded and there without a script', () => {
    const document = parse(renderHtml(richReport()));
    const links = findAll(document, isTag('a')).map((link) => attribute(link, 'href').slice(1));
    const folds = findAll(document, (element) => element.tagName === 'details' && attribute(element, 'id') !== '');
    const ids = folds.map((fold) => attribute(fold, 'id'));

    expect(links.filter((id) => !ids.includes(id))).toEqual([]);
    expect(ids.filter((id) => !links.includes(id))).toEqual([]);
    expect(folds.filter(({ attrs }) => attrs.some(({ name }) => name === 'open'))).toEqual([]);
    expect(tree.getChildNodes(document).length).toBeGreaterThan(0);
  });
});
