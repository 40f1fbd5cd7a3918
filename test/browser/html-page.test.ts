import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { renderHtml } from '../../src/report/html/render.ts';
import { type Browser, startBrowser, type Tab } from '../support/chromium.ts';
import { hostileReport, richReport, wideReport } from '../support/rich-plan.ts';
import { makeTempDir } from '../support/temp-dir.ts';

let browser: Browser;
let tab: Tab;
let pages: Readonly<Record<'wide' | 'rich' | 'hostile', string>>;
beforeAll(async () => {
  browser = await startBrowser();
  const folder = makeTempDir();
  const save = (name: string, text: string) => {
    const path = join(folder, `${name}.html`);
    writeFileSync(path, text);
    return pathToFileURL(path).href;
  };
  pages = {
    wide: save('wide', renderHtml(wideReport())),
    rich: save('rich', renderHtml(richReport())),
    hostile: save('hostile', renderHtml(hostileReport())),
  };
});
afterAll(() => browser.close());
beforeEach(async () => {
  tab = await browser.open();
});

const VISIBLE_ROWS = `[...document.querySelectorAll('.matrix tr[data-state]')].filter((row) => row.offsetHeight > 0).length`;
const FOCUS = `(() => { const e = document.activeElement; return e.dataset.state ?? (e.id || e.tagName); })()`;

async function size(width: number, height = 900): Promise<void> {
  await tab.send('Emulation.setDeviceMetricsOverride', { width, height, deviceScaleFactor: 1, mobile: false });
}

/** Presses Tab until `focus` has it; the count of presses. */
async function tabTo(focus: string): Promise<number> {
  for (let presses = 1; presses <= 200; presses += 1) {
    await tab.press('Tab');
    if ((await tab.evaluate(FOCUS)) === focus) return presses;
  }
  throw new Error(`Tab does not lead to ${focus}`);
}

describe('the page in a browser', () => {
  it.each(['wide', 'rich', 'hostile'] as const)(
    'asks nobody for anything and breaks no rule of its own: %s',
    async (name) => {
      await tab.visit(pages[name]);
      const requests = tab.events
        .filter(({ method }) => method === 'Network.requestWillBeSent')
        .map(({ params }) => (params.request as { readonly url: string }).url);
      const complaints = tab.events.filter(({ method }) =>
        [
          'Log.entryAdded',
          'Runtime.exceptionThrown',
          'Runtime.consoleAPICalled',
          'Page.javascriptDialogOpening',
        ].includes(method),
      );

      expect(requests.filter((url) => url !== pages[name] && url !== 'data:,')).toEqual([]);
      expect(complaints).toEqual([]);
    },
  );

  it('shows all findings before anything has to be scrolled', async () => {
    await size(1280, 1000);
    await tab.visit(pages.wide);
    const bottoms = await tab.evaluate<readonly number[]>(
      `[...document.querySelectorAll('.finding')].map((card) => card.getBoundingClientRect().bottom)`,
    );

    expect(bottoms).toHaveLength(7);
    expect(Math.max(...bottoms)).toBeLessThanOrEqual(1000);
  });

  it('shows the tags that the words of the filter fit, and all of them after Escape', async () => {
    await tab.visit(pages.wide);
    await tab.press('/');
    await tab.send('Input.insertText', { text: 'service-30 block' });
    const filtered = await tab.evaluate<number>(VISIBLE_ROWS);
    const said = await tab.evaluate<string>(`document.getElementById('shown').textContent`);
    await tab.press('Escape');

    expect([filtered, said]).toEqual([1, '1 of 100 tags']);
    expect(await tab.evaluate<number>(VISIBLE_ROWS)).toBe(100);
  });

  it('can be used without a mouse: states, filter, links and details', async () => {
    await tab.visit(pages.wide);
    await tabTo('blocked');
    await tab.press('Enter');
    const blocked = await tab.evaluate<number>(VISIBLE_ROWS);
    await tab.press('Enter');
    const presses = await tabTo('filter');
    await tab.press('Tab');
    await tab.press('Tab');
    await tab.press('Enter');

    expect(blocked).toBe(2);
    expect(presses).toBeLessThan(30);
    // The browser follows the link when the key was dealt with.
    await expect
      .poll(() => tab.evaluate<number>(`document.querySelectorAll('details.change[open]').length`), { timeout: 10_000 })
      .toBe(1);
  });

  it('shows where the focus is', async () => {
    await tab.visit(pages.wide);
    await tabTo('update');
    const outline = await tab.evaluate<string>(`getComputedStyle(document.activeElement).outlineStyle`);

    expect(outline).toBe('solid');
  });

  it.each(['light', 'dark'])('can be read in %s: every text stands out from what is behind it', async (scheme) => {
    await tab.send('Emulation.setEmulatedMedia', { features: [{ name: 'prefers-color-scheme', value: scheme }] });
    await tab.visit(pages.rich);
    const [background, weak] = await tab.evaluate<[number, readonly string[]]>(CONTRAST);

    expect(background > 0.5).toBe(scheme === 'light');
    expect(weak).toEqual([]);
  });

  it('fits a telephone: nothing but the matrix is to be moved sideways', async () => {
    await size(360, 800);
    await tab.visit(pages.rich);

    expect(await tab.evaluate<number>('document.documentElement.scrollWidth')).toBeLessThanOrEqual(360);
  });

  it('shows everything without scripts', async () => {
    await tab.send('Emulation.setScriptExecutionDisabled', { value: true });
    await tab.visit(pages.wide);
    await tab.send('Emulation.setScriptExecutionDisabled', { value: false });

    expect(await tab.evaluate<number>(VISIBLE_ROWS)).toBe(100);
    expect(await tab.evaluate<boolean>(`document.querySelector('.tools').hidden`)).toBe(true);
  });
});

/** How light the page is, 0 to 1, and texts whose contrast is below 4.5 to 1, as WCAG 2 counts it. */
const CONTRAST = `(() => {
  const parse = (color) => (color.match(/[\\d.]+/g) ?? []).map(Number);
  const linear = (value) => (value <= 0.03928 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4);
  const luminance = ([r, g, b]) => 0.2126 * linear(r / 255) + 0.7152 * linear(g / 255) + 0.0722 * linear(b / 255);
  const behind = (element) => {
    for (let at = element; at; at = at.parentElement) {
      const [r, g, b, a = 1] = parse(getComputedStyle(at).backgroundColor);
      if (r !== undefined && a === 1) return [r, g, b];
    }
    return [255, 255, 255];
  };
  const weak = new Set();
  for (const element of document.querySelectorAll('body *')) {
    const own = [...element.childNodes].some((node) => node.nodeType === 3 && node.textContent.trim() !== '');
    const isFaded = element.closest('.none') !== null;
    if (!own || isFaded || element.offsetHeight < 2) continue;
    const [light, dark] = [luminance(parse(getComputedStyle(element).color)), luminance(behind(element))].sort((a, b) => b - a);
    if ((light + 0.05) / (dark + 0.05) < 4.5) weak.add(element.tagName + '.' + element.className + ' ' + ((light + 0.05) / (dark + 0.05)).toFixed(2));
  }
  return [luminance(behind(document.body)), [...weak]];
})()`;
