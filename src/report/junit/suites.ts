import { compareText } from '../../oci/text-order.ts';
import { renderXml, type XmlElement } from '../xml.ts';

/** How a tag did. `failure`: it is not as it should be; `error`: that could not be found out or done. */
export type Outcome =
  | { readonly kind: 'passed' }
  | { readonly kind: 'skipped'; readonly text: string }
  | { readonly kind: 'failure' | 'error'; readonly type: string; readonly message: string; readonly text: string };

/** A tag. */
export interface Case {
  /** The image in the config. */
  readonly suite: string;
  /** `repository:tag` */
  readonly name: string;
  readonly outcome: Outcome;
  /** What is told of it besides. */
  readonly output: string;
}

export interface Suites {
  readonly name: string;
  readonly cases: readonly Case[];
  /** Told of a suite as a whole, by its name. */
  readonly notes: ReadonlyMap<string, string>;
}

/**
 * The XML that Jenkins, GitLab and most others read as "JUnit": a suite per image, sorted by name. Nothing in it takes time,
 * so that equal reports are equal files.
 */
export function renderSuites({ name, cases, notes }: Suites): string {
  const names = [...new Set([...cases.map(({ suite }) => suite), ...notes.keys()])].sort();
  const suites = names.map((suite) =>
    toSuite(
      suite,
      cases.filter((each) => each.suite === suite),
      notes.get(suite),
    ),
  );
  return renderXml({ name: 'testsuites', attributes: { name, ...count(cases), time: 0 }, children: suites });
}

function toSuite(name: string, cases: readonly Case[], note: string | undefined): XmlElement {
  const sorted = [...cases].sort((a, b) => compareText(a.name, b.name));
  const output = note === undefined ? [] : [{ name: 'system-out', text: note }];
  const attributes = { name, ...count(cases), skipped: ofKind(cases, 'skipped'), time: 0 };
  return { name: 'testsuite', attributes, children: [...sorted.map(toCase), ...output] };
}

function count(cases: readonly Case[]): Readonly<Record<string, number>> {
  return { tests: cases.length, failures: ofKind(cases, 'failure'), errors: ofKind(cases, 'error') };
}

function ofKind(cases: readonly Case[], kind: Outcome['kind']): number {
  return cases.filter(({ outcome }) => outcome.kind === kind).length;
}

function toCase({ suite, name, outcome, output }: Case): XmlElement {
  const attributes = { name, classname: suite, time: 0 };
  const told = output === '' ? [] : [{ name: 'system-out', text: output }];
  return { name: 'testcase', attributes, children: [...toResult(outcome), ...told] };
}

function toResult(outcome: Outcome): readonly XmlElement[] {
  if (outcome.kind === 'passed') return [];
  if (outcome.kind === 'skipped') return [{ name: 'skipped', text: outcome.text }];
  const { message, type, text } = outcome;
  return [{ name: outcome.kind, attributes: { message, type }, text }];
}
