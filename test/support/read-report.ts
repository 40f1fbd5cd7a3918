import { XmlDocument, type XmlElement } from 'libxml2-wasm';
import MarkdownIt from 'markdown-it';
import { parse, defaultTreeAdapter as tree } from 'parse5';

type Node = Parameters<typeof tree.isElementNode>[0];
type Element = Extract<Node, { tagName: string }>;

/** What a reader sees as one thing: a block of lines, a row, a card, a test case, a result. Blanks are one each. */
export type Unit = string;

/** Blocks of the text: a line that is not indented, and those below it that are. */
export function readText(text: string): readonly Unit[] {
  return text.split(/\n(?=\S)/).map(squeeze);
}

/** Items of lists and folds, as CommonMark renders them, each below the heading that it stands under. */
export function readMarkdown(text: string): readonly Unit[] {
  const found = findAll(renderMarkdown(text), ({ tagName }) => ['h2', 'h3', 'li', 'details'].includes(tagName));
  let heading = '';
  return found.map((element) => {
    if (element.tagName === 'h3') heading = textOf(element).toLowerCase();
    return `${heading} ${textOf(element)}`;
  });
}

/** Markdown as GitHub reads it: HTML in it is HTML, addresses are links. */
export function renderMarkdown(text: string): Node {
  return parse(new MarkdownIt({ html: true, linkify: true }).render(text));
}

/** Cards, rows of the matrix each with the change that it leads to, notes, and the head. */
export function readHtml(page: string): readonly Unit[] {
  const document = parse(page);
  const changes = new Map(
    findAll(document, (element) => element.tagName === 'details' && attribute(element, 'id') !== '').map((element) => [
      `#${attribute(element, 'id')}`,
      textOf(element),
    ]),
  );
  const rows = findAll(document, (element) => attribute(element, 'data-state') !== '' && element.tagName === 'tr');
  const others = findAll(
    document,
    (element) => ['h1', 'header'].includes(element.tagName) || ['finding', 'notes'].some((name) => isOf(element, name)),
  );
  return [
    ...rows.map((row) => {
      const links = findAll(row, (element) => element.tagName === 'a').map((link) => attribute(link, 'href'));
      const titles = findAll(row, (element) => attribute(element, 'title') !== '').map((each) =>
        attribute(each, 'title'),
      );
      return [textOf(row), ...titles, ...links.map((link) => changes.get(link) ?? '')].join(' ');
    }),
    ...others.map(textOf),
  ];
}

/** Test cases with all that is said of them, and what is said of suites. */
export function readJunit(xml: string): readonly Unit[] {
  using document = XmlDocument.fromString(xml);
  const elements = [...document.find('//testcase'), ...document.find('//testsuite/system-out'), ...document.find('/*')];
  return elements.map((node) => {
    const element = node as XmlElement;
    const inner = [element, ...element.find('.//*')] as XmlElement[];
    const attributes = inner.flatMap((each) => each.attrs.map(({ value }) => value));
    return squeeze([...attributes, element.content].join(' '));
  });
}

interface SarifResult {
  readonly message: { readonly text: string };
  readonly locations: readonly {
    readonly physicalLocation?: {
      readonly artifactLocation: { readonly uri: string };
      readonly region: { readonly startLine: number; readonly startColumn: number };
    };
  }[];
}

interface SarifLog {
  readonly runs: readonly [{ readonly results: readonly SarifResult[]; readonly properties: object }];
}

/** Messages of results with their places, and the sums of the run. */
export function readSarif(text: string): readonly Unit[] {
  const [run] = (JSON.parse(text) as SarifLog).runs;
  return [...run.results.map(describeResult), JSON.stringify(run.properties)];
}

function describeResult({ message, locations }: SarifResult): Unit {
  const places = locations.flatMap(({ physicalLocation: at }) =>
    at === undefined ? [] : [`${at.artifactLocation.uri}:${at.region.startLine}:${at.region.startColumn}`],
  );
  return squeeze([message.text, ...places].join(' '));
}

/** Elements of a tree for which `isWanted` is true, in the order of the document. */
export function findAll(node: Node, isWanted: (element: Element) => boolean): readonly Element[] {
  const children = 'childNodes' in node ? node.childNodes.flatMap((child) => findAll(child, isWanted)) : [];
  return tree.isElementNode(node) && isWanted(node) ? [node, ...children] : children;
}

export function attribute(element: Element, name: string): string {
  return element.attrs.find((each) => each.name === name)?.value ?? '';
}

/** All text in an element. */
export function textOf(node: Node): string {
  return squeeze(rawTextOf(node));
}

function rawTextOf(node: Node): string {
  if (tree.isTextNode(node)) return node.value;
  if (!('childNodes' in node)) return '';
  const text = node.childNodes.map(rawTextOf).join('');
  // What stands in cells and lines of their own is not one word.
  return 'tagName' in node && !['a', 'code', 'wbr', 'b', 'i', 'strong', 'span'].includes(node.tagName)
    ? ` ${text} `
    : text;
}

function isOf(element: Element, name: string): boolean {
  return attribute(element, 'class').split(' ').includes(name);
}

function squeeze(text: string): string {
  return text.replaceAll(/\s+/g, ' ').trim();
}
