import { type ExpandedWord, expandWord, type Untold } from './expand.ts';
import { readValue } from './flags.ts';
import type { ShellCommand } from './shell-commands.ts';
import type { ShellWord } from './shell-token.ts';
import { type Bindings, isAssignment } from './variables.ts';

/** A command that makes multi-arch tags: `docker manifest create` and the words after that. */
export interface DockerCommand {
  readonly name: string;
  readonly words: readonly ExpandedWord[];
  readonly line: number;
}

/** Commands in front of another one, and their flags that take a word. */
const WRAPPERS: ReadonlyMap<string, readonly string[]> = new Map([
  ['sudo', ['-u', '-g', '-C', '-h', '-p']],
  ['command', []],
  ['exec', []],
  ['nohup', []],
  ['env', ['-u', '-C']],
  ['time', []],
]);
/** Words that may come before the end of a name, with flags of docker. */
const MAX_HEAD_WORDS = 16;
/** Flags of docker itself that take a word. */
const DOCKER_VALUES = ['-H', '--host', '-c', '--context', '--config', '-l', '--log-level', '--builder'];
const MENTION = /(?:^|[/\s;&|(@])(?:docker(?:-buildx)?(?:\s+buildx)?\s+(?:manifest|imagetools)|manifest-tool\s+push)\b/;

/**
 * Pure: the command when it is one of `docker manifest`, `docker buildx imagetools` and `manifest-tool push`; undefined for any
 * other. Says why it cannot be read, when it is one.
 */
export function findDockerCommand(command: ShellCommand, bindings: Bindings): DockerCommand | Untold | undefined {
  const words = dropWrappers(command.words);
  const [head, ...others] = words.slice(0, MAX_HEAD_WORDS).map((word) => readWord(word, bindings));
  if (head === undefined) return undefined;
  const name = findName([head.replace(/^[@+-]*(?:.*\/)?/, ''), ...others]);
  if (name === undefined)
    return mentionsDocker(command) ? { problem: 'how docker is run here cannot be told' } : undefined;
  const rest = expandAll(words.slice(name.length), bindings);
  if ('problem' in rest) return rest;
  return { name: name.text, words: rest, line: command.line };
}

/** What is to be done, and how many words say so, flags of docker itself among them. */
function findName(words: readonly string[]): { readonly text: string; readonly length: number } | undefined {
  const [program = ''] = words;
  if (program === 'manifest-tool' && words[1] === 'push')
    return { text: `manifest-tool push ${words[2] ?? ''}`, length: 3 };
  if (program !== 'docker' && program !== 'docker-buildx') return undefined;
  const first = 1 + countFlags(words.slice(1));
  const isBuildx = program === 'docker-buildx' || words[first] === 'buildx';
  const noun = program === 'docker' && isBuildx ? first + 1 + countFlags(words.slice(first + 1)) : first;
  if (words[noun] !== (isBuildx ? 'imagetools' : 'manifest')) return undefined;
  const text = `docker ${isBuildx ? 'buildx ' : ''}${words[noun]} ${words[noun + 1] ?? ''}`;
  return { text, length: noun + 2 };
}

function readWord(word: ShellWord, bindings: Bindings): string {
  const [first] = toList(expandWord(word, bindings));
  return first === undefined ? '' : (readValue(first) ?? '');
}

function toList(words: readonly ExpandedWord[] | Untold): readonly ExpandedWord[] {
  return 'problem' in words ? [] : words;
}

function dropWrappers(words: readonly ShellWord[]): readonly ShellWord[] {
  const left = [...words];
  for (let takes: readonly string[] | undefined = []; takes !== undefined; ) {
    while (left[0] !== undefined && isAssignment(left[0])) left.shift();
    takes = WRAPPERS.get(readText(left[0]));
    if (takes === undefined) break;
    left.shift();
    for (let flag = readText(left[0]); flag.startsWith('-'); flag = readText(left[0])) {
      left.splice(0, takes.includes(flag) ? 2 : 1);
    }
  }
  return left;
}

function readText(word: ShellWord | undefined): string {
  return (word?.parts ?? []).map((part) => (part.kind === 'text' ? part.text : '')).join('');
}

function countFlags(words: readonly string[]): number {
  let count = 0;
  while (words[count]?.startsWith('-') === true) count += DOCKER_VALUES.includes(words[count] ?? '') ? 2 : 1;
  return count;
}

function expandAll(words: readonly ShellWord[], bindings: Bindings): readonly ExpandedWord[] | Untold {
  const expanded: ExpandedWord[] = [];
  for (const word of words) {
    const list = expandWord(word, bindings);
    if ('problem' in list) return list;
    for (const each of list) expanded.push(each);
  }
  return expanded;
}

/** True when a command that is not understood says it, as in `retry docker manifest push` or `sh -c "docker manifest …"`. */
function mentionsDocker({ words }: ShellCommand): boolean {
  if (['echo', 'printf', ':', 'log', 'info'].includes(readText(words[0]))) return false;
  return MENTION.test(words.map(readText).join(' '));
}
