import { PlaitError } from '../../errors/plait-error.ts';
import { assemble, explainMediaType } from '../assemble.ts';
import type { ImportedVariable, ImportNote, ImportResult } from '../imported.ts';
import type { Lookups } from '../online.ts';
import type { WantedList } from '../wanted-list.ts';
import { findDockerCommand } from './docker-command.ts';
import { expandWord } from './expand.ts';
import { readValue } from './flags.ts';
import { findLine, ListBook } from './list-book.ts';
import { readDockerCommand } from './read-commands.ts';
import type { ScriptState } from './script-state.ts';
import { listSteps, type ShellCommand, type ShellLoop, type ShellStep } from './shell-commands.ts';
import type { ShellWord } from './shell-token.ts';
import { Bindings, bindVariables } from './variables.ts';

/** A script, and where its variables may come from. */
export interface ScriptSource {
  /** As the user named it. */
  readonly path: string;
  readonly text: string;
  readonly environment: Readonly<Record<string, string | undefined>>;
}

/** What a script makes, before it is written down. */
export interface ReadScript {
  readonly path: string;
  readonly lists: readonly WantedList[];
  readonly bindings: Bindings;
  /** Repositories that it reaches without a trusted connection. */
  readonly insecure: readonly string[];
  readonly notes: readonly ImportNote[];
}

/** Far more than a script that somebody wrote. */
const MAX_SCRIPT_CHARS = 1024 * 1024;

/**
 * Pure: the lists that the `docker manifest` and `docker buildx imagetools create` lines of a shell script make. The script is
 * read and never run: what depends on a run is left out, with a note that names its line.
 * Throws IMPORT_INVALID for a text that is too long, or whose variables come to too much.
 */
export function readScript({ path, text, environment }: ScriptSource): ReadScript {
  if (text.length > MAX_SCRIPT_CHARS) {
    throw new PlaitError('IMPORT_INVALID', `${path} has more than ${MAX_SCRIPT_CHARS} characters`, {
      hint: 'import a script with only the lines that make the tags',
    });
  }
  const notes: ImportNote[] = [];
  const place = (line: number) => `${path}:${line}`;
  const state: ScriptState = {
    book: new ListBook(),
    environment,
    insecure: new Set(),
    place,
    note: (line, message, severity = 'note') => notes.push({ severity, where: place(line), message }),
  };
  const bindings = new Bindings();
  followSteps(listSteps(text), bindings, state);
  const { lists, superseded, unpushed } = state.book.finish();
  for (const { where, repository, tags } of superseded) {
    notes.push({ severity: 'note', where, message: `${repository}:${tags[0] ?? ''} is made again further down` });
  }
  for (const { where, repository, tags } of unpushed) {
    const message = `the script never pushes ${repository}:${tags[0] ?? ''}; taken as if it did`;
    notes.push({ severity: 'note', where, message });
  }
  return { path, lists, bindings, insecure: [...state.insecure], notes: dropRepeated(notes) };
}

/** A loop says the same in every round. */
function dropRepeated(notes: readonly ImportNote[]): readonly ImportNote[] {
  return [...new Map(notes.map((note) => [`${note.where} ${note.message}`, note])).values()];
}

function followSteps(steps: readonly ShellStep[], bindings: Bindings, state: ScriptState): void {
  for (const step of steps) {
    if (step.kind === 'loop') followLoop(step, bindings, state);
    else if (!bindVariables(step, bindings)) readCommand(step, bindings, state);
  }
}

/** Each round, where the words of the loop are known; else what is in it is left out, with its lines. */
function followLoop({ name, words, body, line }: ShellLoop, bindings: Bindings, state: ScriptState): void {
  const items = listItems(words, bindings);
  if (items === undefined) {
    bindings.set(name, { kind: 'unknown', what: 'set in a loop', line });
    followSteps(body.map(toUncertain), bindings, state);
    return;
  }
  for (const text of items) {
    bindings.beginRound(name, { kind: 'item', text, line });
    followSteps(body, bindings, state);
  }
}

function listItems(words: readonly ShellWord[], bindings: Bindings): readonly string[] | undefined {
  const items: string[] = [];
  for (const word of words) {
    const expanded = expandWord(word, bindings);
    if ('problem' in expanded) return undefined;
    for (const { pieces } of expanded) {
      if (pieces.some(({ kind }) => kind === 'variable')) return undefined;
      items.push(pieces.map((piece) => (piece.kind === 'text' ? piece.text : '')).join(''));
    }
  }
  return items;
}

function toUncertain(step: ShellStep): ShellStep {
  if (step.kind === 'loop') return { ...step, body: step.body.map(toUncertain) };
  return { ...step, when: step.when ?? 'in a loop' };
}

function readCommand(command: ShellCommand, bindings: Bindings, state: ScriptState): void {
  const found = findDockerCommand(command, bindings);
  if (found === undefined) return;
  if ('problem' in found) state.note(command.line, `this line is left out: ${found.problem}`, 'warning');
  else if (command.when !== undefined) {
    state.note(command.line, `${found.name} is left out: it runs ${command.when}`, 'warning');
  } else readDockerCommand(found, state);
}

/** Pure: the config for what a script makes. */
export function importScript(script: ReadScript, lookups: Lookups): ImportResult {
  const { path, lists, bindings, insecure } = script;
  const { images, notes } = assemble(lists, lookups);
  const variables = listVariables(JSON.stringify(images), bindings);
  const hosts = [...new Set(insecure.flatMap(findHost))].sort();
  const all = [...script.notes, ...notes, ...variables.flatMap(({ name }) => explainUnknown(name, script))];
  all.sort((a, b) => findLine(a) - findLine(b));
  const comments = [
    `Written by plait import: ${path}`,
    ...explainMediaType(images),
    ...all.map(({ where, message }) => `${where}: ${message}`),
  ];
  const registries = Object.fromEntries(hosts.map((host) => [host, { insecureSkipVerify: true }]));
  return { config: { comments, registries, variables, images }, notes: all, failed: false };
}

/** Those that the images use, in the order of their names. */
function listVariables(text: string, bindings: Bindings): readonly ImportedVariable[] {
  const names = [...text.matchAll(/(?<!\$)\$\{([A-Za-z_][A-Za-z0-9_]*)\}/g)].map(([, name = '']) => name);
  return [...new Set(names)].sort().map((name) => {
    const word = { kind: 'word', parts: [{ kind: 'variable', name, isQuoted: true }], line: 0 } as const;
    const expanded = expandWord(word, bindings);
    const [only] = 'problem' in expanded ? [] : expanded;
    const fallback = only === undefined ? undefined : readValue(only);
    return { name, environment: name, ...(fallback === undefined ? {} : { fallback }) };
  });
}

function explainUnknown(name: string, { bindings, path }: ReadScript): readonly ImportNote[] {
  const binding = bindings.get(name);
  if (binding?.kind !== 'unknown') return [];
  const message = `${name} is ${binding.what}: give it as environment variable, or with --var`;
  return [{ severity: 'note', where: `${path}:${binding.line}`, message }];
}

/** Of a repository that is not on this machine, which may answer in plain text unasked. */
function findHost(repository: string): readonly string[] {
  const [host = ''] = repository.split('/');
  const isHost = repository.includes('/') && /[.:]|^localhost$/.test(host) && !host.includes('$');
  return isHost && !/^(?:localhost|127\.\d+\.\d+\.\d+|\[::1\])(?::\d+)?$/.test(host) ? [host] : [];
}
