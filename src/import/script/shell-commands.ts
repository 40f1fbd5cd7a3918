import { readTokens } from './shell-lexer.ts';
import type { ShellOperator, ShellWord } from './shell-token.ts';

/** A command of a script with its words, assignments in front of it included. */
export interface ShellCommand {
  readonly words: readonly ShellWord[];
  /** Where it begins, 1-based. */
  readonly line: number;
  /** Why it may run never or many times; absent when it runs once. */
  readonly when?: string;
}

/** Words that begin a part of a compound command, and what stands in front of a command. */
const LEADING = new Set(['if', 'while', 'until', 'then', 'else', 'elif', 'do', '!', 'time', '{', '}', '$']);
const OPENING: ReadonlyMap<string, string> = new Map([
  ['for', 'in a loop'],
  ['while', 'in a loop'],
  ['until', 'in a loop'],
  ['select', 'in a loop'],
  ['if', 'under a condition'],
  ['case', 'under a condition'],
]);
const CLOSING = new Set(['done', 'fi', 'esac']);
const TESTS = new Set(['[', '[[', 'test', 'grep', 'which', 'type', 'command']);

/** The commands of a script in their order, those of loops, conditions and functions once each. */
export function listCommands(script: string): readonly ShellCommand[] {
  const reader = new CommandReader();
  for (const token of readTokens(script)) {
    if (token.kind === 'word') reader.addWord(token);
    else reader.endCommand(token);
  }
  reader.endCommand({ kind: 'operator', text: '\n', line: 0 });
  return reader.commands;
}

class CommandReader {
  readonly commands: ShellCommand[] = [];
  #words: ShellWord[] = [];
  /** What the commands around are. */
  readonly #around: string[] = [];
  /** What `&&` and `||` say of the next command. */
  #chain: string | undefined;

  addWord(word: ShellWord): void {
    if (this.#words.length === 0 && this.#takeKeyword(readPlain(word))) return;
    this.#words.push(word);
  }

  endCommand({ text }: ShellOperator): void {
    const [first] = this.#words;
    const when = this.#around.at(-1) ?? this.#chain;
    if (first !== undefined) {
      this.commands.push({ words: this.#words, line: first.line, ...(when === undefined ? {} : { when }) });
    }
    // The command after `&&` may stand in the next line.
    if (first !== undefined || text !== '\n') this.#chain = this.#describeChain(text);
    this.#words = [];
  }

  /** True for a word that is no part of a command. */
  #takeKeyword(word: string): boolean {
    const opened = OPENING.get(word);
    if (opened !== undefined) this.#around.push(this.#around.at(-1) ?? opened);
    else if (CLOSING.has(word)) this.#around.pop();
    return LEADING.has(word) || CLOSING.has(word);
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
