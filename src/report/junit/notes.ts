import { collectNotes, describeNote } from '../notes.ts';
import type { AnyReport } from '../report.ts';

/** By suite: notices stand with their image, and what is said of the config in a suite of its own. */
export function groupNotes(report: AnyReport): ReadonlyMap<string, string> {
  const notes = new Map<string, string>();
  for (const note of collectNotes(report)) {
    const suite = note.rule === 'config' ? 'config' : note.id;
    const known = notes.get(suite);
    notes.set(suite, `${known === undefined ? '' : `${known}\n`}${describeNote(note)}`);
  }
  return notes;
}
