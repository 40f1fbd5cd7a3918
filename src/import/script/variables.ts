import { PlaitError } from '../../errors/plait-error.ts';
import type { ShellCommand } from './shell-commands.ts';
import type { ShellWord, WordPart } from './shell-token.ts';

/** What a script says of a variable. */
export type Binding =
  /** It is this. */
  | { readonly kind: 'value'; readonly parts: readonly WordPart[]; readonly line: number }
  /** It is this in one round of a loop. */
  | { readonly kind: 'item'; readonly text: string; readonly line: number }
  /** The environment gives it, and this is what it is without. */
  | { readonly kind: 'environment'; readonly fallback: readonly WordPart[]; readonly line: number }
  /** Only a shell can tell: `what` says why. */
  | { readonly kind: 'unknown'; readonly what: string; readonly line: number };

/** Characters that all expansions of a script may come to; far more than a script that somebody wrote. */
const MAX_EXPANDED_CHARS = 4 * 1024 * 1024;
/** Rounds of all loops. */
const MAX_ROUNDS = 10_000;

/** The variables of a script as far as it was read, and how much may still be made of them. */
export class Bindings {
  readonly #bindings = new Map<string, Binding>();
  #left = MAX_EXPANDED_CHARS;
  #roundsLeft = MAX_ROUNDS;

  get(name: string): Binding | undefined {
    return this.#bindings.get(name);
  }

  set(name: string, binding: Binding): void {
    this.#bindings.set(name, binding);
  }

  /** To be called for every text that expansion makes. Throws IMPORT_INVALID for variables that are made of each other without end. */
  spend(text: string): void {
    this.#left -= text.length + 1;
    this.#check();
  }

  /** To be called for every round of a loop; throws as {@link Bindings.spend}. */
  beginRound(name: string, item: Binding): void {
    this.#roundsLeft -= 1;
    this.#check();
    this.set(name, item);
  }

  #check(): void {
    if (this.#left >= 0 && this.#roundsLeft >= 0) return;
    throw new PlaitError('IMPORT_INVALID', 'the variables and loops of the script come to more than can be read', {
      hint: 'import a script with only the lines that make the tags',
    });
  }
}

const DECLARING = new Set(['export', 'readonly', 'declare', 'local', 'typeset']);
const ASSIGNMENT = /^([A-Za-z_][A-Za-z0-9_]*)(\+?)=/;

/** One assignment at the beginning of a word. */
interface Assignment {
  readonly name: string;
  readonly parts: readonly WordPart[];
  readonly line: number;
}

/**
 * Adds what `command` assigns; false when it does something else. Of a value that depends on the run, the variable is what
 * the script falls back to, or unknown.
 */
export function bindVariables(command: ShellCommand, bindings: Bindings): boolean {
  const assignments = listAssignments(command);
  for (const assignment of assignments ?? []) {
    bindings.set(assignment.name, toBinding(assignment, { command, before: bindings }));
  }
  return assignments !== undefined;
}

function listAssignments({ words }: ShellCommand): readonly Assignment[] | undefined {
  const [first] = words;
  const head = first === undefined ? '' : readStart(first);
  if (head === ':') return words.slice(1).flatMap(findDefault);
  const isDeclaring = DECLARING.has(head);
  const list = (isDeclaring ? words.slice(1) : words).map(findAssignment);
  if (!isDeclaring && list.includes(undefined)) return undefined;
  return list.filter((each) => each !== undefined);
}

function readStart({ parts: [first] }: ShellWord): string {
  return first?.kind === 'text' && !first.isQuoted ? first.text : '';
}

/** True for `NAME=value`, as it stands before a command, too. */
export function isAssignment(word: ShellWord): boolean {
  return findAssignment(word) !== undefined;
}

function findAssignment(word: ShellWord): Assignment | undefined {
  const { line, parts } = word;
  const [whole, name = '', plus] = ASSIGNMENT.exec(readStart(word)) ?? [];
  const [first, ...others] = parts;
  if (whole === undefined || first?.kind !== 'text') return undefined;
  if (plus === '+') return { name, line, parts: [{ kind: 'unknown', what: 'something added to it' }] };
  const rest = first.text.slice(whole.length);
  return { name, line, parts: rest === '' ? others : [{ ...first, text: rest }, ...others] };
}

/** `: "${NAME:=value}"` */
function findDefault({ parts, line }: ShellWord): readonly Assignment[] {
  return parts.flatMap((part) =>
    part.kind === 'variable' && part.fallback !== undefined ? [{ name: part.name, parts: [part], line }] : [],
  );
}

function toBinding(
  { name, parts, line }: Assignment,
  { command, before }: { readonly command: ShellCommand; readonly before: Bindings },
): Binding {
  const strange = parts.find((part) => part.kind === 'unknown');
  const earlier = before.get(name);
  if (command.when?.endsWith('in a loop') === true) return { kind: 'unknown', what: 'set in a loop', line };
  if (strange !== undefined) return { kind: 'unknown', what: strange.what, line };
  const fallback = findFallback(parts, name);
  if (fallback !== undefined) return earlier?.kind === 'value' ? earlier : { kind: 'environment', fallback, line };
  if (command.when === undefined) return { kind: 'value', parts, line };
  // if [ -z "$TAG" ]; then TAG=latest; fi
  return earlier?.kind === 'value'
    ? { kind: 'unknown', what: 'set under a condition', line }
    : { kind: 'environment', fallback: parts, line };
}

/** `NAME=${NAME:-value}`, also of an argument of the script. */
function findFallback(parts: readonly WordPart[], name: string): readonly WordPart[] | undefined {
  const said = parts.filter((part) => part.kind !== 'text' || part.text !== '');
  const [only] = said;
  if (said.length !== 1 || only?.kind !== 'variable') return undefined;
  return only.name === name || only.name.startsWith('ARG') ? only.fallback : undefined;
}
