/** Part of a section that is shown whole or not at all, and how many things it tells of. */
export interface Item {
  readonly text: string;
  readonly count: number;
}

export interface Section {
  readonly heading: string;
  /** Above the items and below them, such as the tags of a fold. */
  readonly open?: string;
  readonly close?: string;
  /** The same things told at less and less length; the first is used when there is room. */
  readonly levels: readonly (() => readonly Item[])[];
  /** What is counted when items are left out: `removal`. */
  readonly noun: string;
}

/** How much of a section is shown. */
interface Shown {
  readonly section: Section;
  readonly level: number;
  readonly items: readonly Item[];
  readonly left: number;
}

/**
 * Sections as one text of at most `maxBytes` bytes of UTF-8, which is never less than its characters. What does not fit
 * is first told at less length, then left out and counted, in both cases from the last section upwards.
 */
export function joinSections(sections: readonly Section[], maxBytes: number): string {
  let shown = sections.filter(({ levels }) => levels.length > 0).map((section) => show(section, 0));
  for (const step of [shorten, cut]) {
    for (let index = shown.length - 1; index >= 0 && measureAll(shown) > maxBytes; index -= 1) {
      shown = shown.map((each, position) => (position === index ? step(each, { shown, maxBytes }) : each));
    }
  }
  return shown.map(toText).join('\n\n');
}

interface Budget {
  readonly shown: readonly Shown[];
  readonly maxBytes: number;
}

function show(section: Section, level: number): Shown {
  return { section, level, items: section.levels[level]?.() ?? [], left: 0 };
}

/** The most detailed level that fits, else the last one. */
function shorten(each: Shown, { shown, maxBytes }: Budget): Shown {
  const others = measureAll(shown) - measure(each);
  let level = each.level;
  let next = each;
  while (level + 1 < each.section.levels.length && others + measure(next) > maxBytes) {
    level += 1;
    next = show(each.section, level);
  }
  return next;
}

/** As many items as fit; none when the others fill the text already. */
function cut(each: Shown, { shown, maxBytes }: Budget): Shown {
  const others = measureAll(shown) - measure(each);
  const total = countOf(each.items);
  let room = maxBytes - others - measure({ ...each, items: [], left: total });
  const items: Item[] = [];
  for (const item of each.items) {
    room -= bytesOf(item.text) + 1;
    if (room < 0) break;
    items.push(item);
  }
  return { ...each, items, left: total - countOf(items) };
}

function countOf(items: readonly Item[]): number {
  return items.reduce((sum, { count }) => sum + count, 0);
}

function toText({ section, items, left }: Shown): string {
  const { heading, open, close, noun } = section;
  const note = left === 0 ? [] : [`\n_… and ${left} more ${noun}${left === 1 ? '' : 's'} not listed here._`];
  const lines = [...items.map(({ text }) => text), ...note];
  return [
    heading,
    ...(open === undefined ? [] : [open]),
    '',
    ...lines,
    ...(close === undefined ? [] : ['', close]),
  ].join('\n');
}

const measured = new WeakMap<Shown, number>();

function measure(shown: Shown): number {
  const known = measured.get(shown);
  const bytes = known ?? bytesOf(toText(shown)) + 2;
  if (known === undefined) measured.set(shown, bytes);
  return bytes;
}

function measureAll(shown: readonly Shown[]): number {
  return shown.reduce((sum, each) => sum + measure(each), 0);
}

function bytesOf(text: string): number {
  return Buffer.byteLength(text);
}
