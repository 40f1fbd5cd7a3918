import { cleanText } from '../errors/redact.ts';
import type { ImportNote } from '../import/imported.ts';
import type { Style } from './style.ts';

/** A line for each thing that an import left out or wrote otherwise than it stood; in the order given. */
export function renderImportNotes(notes: readonly ImportNote[], style: Style): string {
  return notes.map((note) => `${renderNote(note, style)}\n`).join('');
}

function renderNote({ severity, where, message }: ImportNote, style: Style): string {
  const word = severity === 'warning' ? style.update('Warning:') : 'Note:';
  return [word, ...(where === '' ? [] : [`${style.strong(cleanText(where))}:`]), cleanText(message, 600)].join(' ');
}
