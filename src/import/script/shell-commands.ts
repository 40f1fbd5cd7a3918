import { readTokens } from './shell-lexer.ts';
import type { ShellOperator, ShellWord } from './shell-token.ts';

/** A command of a script with its words, assignments in front of it included. */
export interface ShellCommand {
  readonly kind: 'command';
  readonly words: readonly ShellWord[];
  /** Where it begins, 1-based. */
  readonly line: number;
  /** Why it may run never or many times; absent when it runs once. */
  readonly when?: string;
}

/** `for NAME in WORDS; do BODY; done` */
export interface ShellLoop {
  readonly kind: 'loop';
  readonly name: string;
  readonly words: readonly ShellWord[];
  readonly body: readonly ShellStep[];
  readonly line: number;
}

export type ShellStep = ShellCommand | ShellLoop;

/** Words that begin a part of a compound command, and what stands in front of a command. */
const LEADING = new Set(['if', 'while', 'until', 'then', 'else', 'elif', 'do', '!', 'time', '{', '}', '$']);
const LOOP = 'in a loop';
const OPENING: ReadonlyMap<string, string> = new Map([
  ['for', LOOP],
  ['while', LOOP],
  ['until', LOOP],
  ['select', LOOP],
  ['if', 'under a condition'],
  ['case', 'under a condition'],
]);
const CLOSING = new Set(['done', 'fi', 'esac']);
const TESTS = new Set(['[', '[[', 'test', 'grep', 'which', 'type', 'command']);

/** The commands of a script in their order, those of conditions and functions once each, loops over words as such. */
export function listSteps(script: string): readonly ShellStep[] {
  const reader = new CommandReader();
  for (const token of readTokens(script)) {
    if (token.kind === 'word') reader.addWord(token);
    else reader.endCommand(token);
  }
  reader.endCommand({ kind: 'operator', text: '\n', line: 0 });
  return reader.finish();
}

/** What stands around a command: why it may not run once, and for a loop over words where its steps go. */
interface Surrounding {
  readonly when: string | undefined;
  readonly loop?: { readonly name: string; readonly words: readonly ShellWord[]; readonly line: number };
  readonly steps: ShellStep[];
}

/** Deeper loops are left out. */
const MAX_DEPTH = 50;

class CommandReader {
  #words: ShellWord[] = [];
  readonly #around: Surrounding[] = [{ when: undefined, steps: [] }];
  /** What `&&` and `||` say of the next command. */
  #chain: string | undefined;

  addWord(word: ShellWord): void {
    if (this.#words.length === 0 && this.#takeKeyword(readPlain(word))) return;
    this.#words.push(word);
  }

  endCommand({ text }: ShellOperator): void {
    const [first] = this.#words;
    const { when, steps } = this.#inner;
    const reason = when ?? this.#chain;
    if (first !== undefined && !this.#beginLoop()) {
      steps.push({
        kind: 'command',
        words: this.#words,
        line: first.line,
        ...(reason === undefined ? {} : { when: reason }),
      });
    }
    // The command after `&&` may stand in the next line.
    if (first !== undefined || text !== '\n') this.#chain = this.#describeChain(text);
    this.#words = [];
  }

  /** All steps; what has no end ends here. */
  finish(): readonly ShellStep[] {
    while (this.#around.length > 1) this.#close();
    return this.#inner.steps;
  }

  get #inner(): Surrounding {
    return this.#around.at(-1) ?? { when: undefined, steps: [] };
  }

  /** `for NAME in WORDS`: its surrounding is there since the first word. */
  #beginLoop(): boolean {
    const [first, name, preposition, ...words] = this.#words;
    if (first === undefined || name === undefined || readPlain(first) !== 'for' || preposition === undefined)
      return false;
    const [outer, own] = this.#around.slice(-2);
    const isOwn = own !== undefined && outer !== undefined && own.steps !== outer.steps;
    if (readPlain(preposition) !== 'in' || !isOwn || this.#around.length > MAX_DEPTH) return false;
    this.#around.pop();
    this.#around.push({ ...own, when: outer.when, loop: { name: readPlain(name), words, line: first.line } });
    return true;
  }

  #close(): void {
    const closed = this.#around.length > 1 ? this.#around.pop() : undefined;
    const { steps } = this.#inner;
    if (closed?.loop !== undefined) steps.push({ kind: 'loop', ...closed.loop, body: closed.steps });
    else if (closed !== undefined && closed.steps !== steps) for (const step of closed.steps) steps.push(step);
  }

  /** True for a word that is no part of a command. */
  #takeKeyword(word: string): boolean {
    const opened = OPENING.get(word);
    if (opened !== undefined) this.#open(opened, word);
    else if (CLOSING.has(word)) this.#close();
    return LEADING.has(word) || CLOSING.has(word);
  }

  /** A loop over words may turn out to be one that can be followed; its steps have a list of their own. */
  #open(reason: string, word: string): void {
    const { when, steps } = this.#inner;
    this.#around.push({ when: when ?? reason, steps: word === 'for' && when === undefined ? [] : steps });
  }

  #describeChain(operator: string): string | undefined {
    if (operator === '||') return 'only when the command before it fails';
    if (operator !== '&&') return undefined;
    const [first] = this.#words;
    return first !== undefined && TESTS.has(readPlain(first)) ? 'under a condition' : this.#chain;
  }
}

/** The text of a word without quotes and variables; empty for others. */
export function readPlain({ parts }: ShellWord): string {
  const [only] = parts;
  return parts.length === 1 && only?.kind === 'text' && !only.isQuoted ? only.text : '';
}
