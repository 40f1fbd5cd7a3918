import type { Change, ChangeClass } from '../plan/plan.ts';
import type { Style } from './style.ts';

/** What is worth a word; a change that only the config asks for is none. */
const MEANINGS: readonly (readonly [ChangeClass, string])[] = [
  ['drift', 'changed by someone else'],
  ['conflict', 'changed by someone else, and in the config'],
  ['adopt', 'not in the lock file yet'],
];

/** `update`, with a lock file in use `update, drift`. */
export function describeAction(change: Change, style: Style): string {
  const { action } = change;
  return change.class === undefined
    ? style.faint(action)
    : `${style.faint(`${action},`)} ${describeClass(change, style)}`;
}

/** The class before another word; nothing without a lock file. */
export function describeClassBefore(change: Change, style: Style): string {
  return change.class === undefined ? '' : `${describeClass(change, style)}, `;
}

function describeClass({ class: name = 'pending' }: Change, style: Style): string {
  if (name === 'conflict') return style.remove(name);
  return name === 'pending' ? style.faint(name) : style.update(name);
}

/** What the classes in use mean, in one line each. */
export function listClassMeanings(changes: readonly Change[]): readonly string[] {
  return MEANINGS.filter(([name]) => changes.some((change) => change.class === name)).map(
    ([name, meaning]) => `${name}: ${meaning}`,
  );
}
