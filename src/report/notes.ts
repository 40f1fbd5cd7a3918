import type { Finding } from './finding.ts';
import { collectFindings } from './findings.ts';
import type { AnyReport } from './report.ts';

/** What is only worth knowing: accepted drift, notices, and what is said of the config. */
export function collectNotes(report: AnyReport): readonly Finding[] {
  return collectFindings(report).filter(isNote);
}

/** Whether a finding is one of {@link collectNotes}. */
export function isNote({ rule }: Finding): boolean {
  return rule === 'notice' || rule === 'config' || rule === 'drift-ignored';
}

/** Its line in the config in front, where that is what it is about, and behind it what to do. */
export function describeNote({ references, rule, place, message, remedy }: Finding): string {
  const at = place === undefined || rule === 'notice' ? '' : `${place.file}:${place.line}:${place.column}: `;
  const names = references.length === 0 ? '' : `${references.join(', ')} `;
  return `${at}${names}${message}${remedy === undefined ? '' : `; ${remedy}`}`;
}
