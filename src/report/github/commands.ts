import type { Place } from '../place.ts';
import type { Level } from '../rules.ts';

/** A mark at a line of a file, in GitHub's view of a change. */
export interface Annotation {
  readonly level: Level;
  readonly title: string;
  readonly message: string;
  readonly place: Place | undefined;
}

/** GitHub shows ten annotations of a level for a step and drops the others without a word. */
const MAX_A_LEVEL = 10;
const MAX_CHARS = 4000;
const LEVELS: readonly Level[] = ['error', 'warning', 'note'];

/** Workflow commands, a line each, for at most ten annotations of each level; the tenth says how many are left out. */
export function renderAnnotations(annotations: readonly Annotation[]): readonly string[] {
  return LEVELS.flatMap((level) => {
    const all = annotations.filter((annotation) => annotation.level === level);
    if (all.length <= MAX_A_LEVEL) return all.map(toCommand);
    const shown = all.slice(0, MAX_A_LEVEL - 1);
    const message = `${all.length - shown.length} more are not shown here; the summary of the job has them`;
    return [...shown.map(toCommand), toCommand({ level, title: 'plait', message, place: undefined })];
  });
}

function toCommand({ level, title, message, place }: Annotation): string {
  const at = place === undefined ? [] : [`file=${property(place.file)}`, `line=${place.line}`, `col=${place.column}`];
  const name = level === 'note' ? 'notice' : level;
  return `::${name} ${[...at, `title=${property(title)}`].join(',')}::${data(message.slice(0, MAX_CHARS))}`;
}

/** As the runner reads them back (`actions/toolkit`, `command.ts`). */
function data(text: string): string {
  return text.replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A');
}

function property(text: string): string {
  return data(text).replaceAll(':', '%3A').replaceAll(',', '%2C');
}
