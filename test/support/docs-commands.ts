import { parse } from 'yaml';
import type { Problem } from './docs-config.ts';
import { type DocBlock, type DocPage, listCodeSpans } from './docs-page.ts';
import { runCli } from './run-cli.ts';

interface Flag {
  readonly value: 'none' | 'optional' | 'required';
  /** Empty when any value will do. */
  readonly choices: readonly string[];
}

interface CommandHelp {
  readonly flags: ReadonlyMap<string, Flag>;
  readonly argumentCount: number;
}

/** Commands by name, as `--help` lists them. */
export type Help = ReadonlyMap<string, CommandHelp>;

/** Asks the program under test what it knows. */
export async function readHelp(): Promise<Help> {
  const { stdout } = await runCli(['--help']);
  const names = [...stdout.slice(stdout.indexOf('\nCommands:')).matchAll(/^ {2}([a-z]+)/gm)].map(
    ([, name = '']) => name,
  );
  const texts = await Promise.all(names.map((name) => runCli([name, '--help'])));
  return new Map(names.map((name, index) => [name, parseHelp(texts[index]?.stdout ?? '')]));
}

const COMMON: CommandHelp = { flags: new Map([['--help', { value: 'none' as const, choices: [] }]]), argumentCount: 0 };

function parseHelp(text: string): CommandHelp {
  const flags = new Map<string, Flag>();
  for (const [, short, long = '', value, description = ''] of text.matchAll(
    /^ {2}(?:(-\w), )?(--[a-z-]+)(?: (<[^>]+>|\[[^\]]+\]))?((?:(?!\n {2}-)[\s\S])*)/gm,
  )) {
    const flag = { value: parseValue(value), choices: parseChoices(description.replaceAll(/\s+/g, ' ')) };
    flags.set(long, flag);
    if (short !== undefined) flags.set(short, flag);
  }
  const usage = (/^Usage: (.*)$/m.exec(text)?.[1] ?? '').replace('[options]', '');
  const count = usage.includes('...') ? Number.POSITIVE_INFINITY : [...usage.matchAll(/<[^>]+>|\[[^\]]+\]/g)].length;
  return { flags, argumentCount: count };
}

/** `<file>` must be given, `[glob]` may be. */
function parseValue(value: string | undefined): Flag['value'] {
  if (value === undefined) return 'none';
  return value.startsWith('[') ? 'optional' : 'required';
}

/** `(choices: "auto", "never", …)`, and the formats that `--output` names in words. */
function parseChoices(description: string): readonly string[] {
  const listed = /\(choices: ((?:"[^"]+"(?:, )?)+)/.exec(description)?.[1];
  if (listed !== undefined) return [...listed.matchAll(/"([^"]+)"/g)].map(([, word = '']) => word);
  return /^ ?((?:[a-z]+, )*[a-z]+(?: or [a-z]+)), to stdout or a file/.exec(description)?.[1]?.split(/, | or /) ?? [];
}

/** One command of a page, split into words without quotes, variables in front removed. */
export interface DocCommand {
  readonly at: string;
  readonly words: readonly string[];
}

/** Every command of the page that a reader would type: in `sh` and `console` blocks, workflows, and text. */
export function listCommands(page: DocPage): readonly DocCommand[] {
  const inBlocks = page.blocks.flatMap((block) =>
    listScripts(block).flatMap((script) => splitScript(script, toPlace(block))),
  );
  const inText = listCodeSpans(page)
    .filter(({ text }) => /^(?:npx )?plait /.test(text))
    .flatMap(({ text, line }) => splitScript(pickAlternative(text), `${page.path}:${line}`));
  return [...inBlocks, ...inText];
}

/** `[config|plan]` in a text is one of both, and may be left out; in a table, `|` is escaped. */
function pickAlternative(text: string): string {
  return text.replaceAll('\\|', '|').replaceAll(/\[([^\]|]+)[^\]]*\]/g, '$1');
}

function toPlace(block: DocBlock): string {
  return `${block.page}:${block.line}`;
}

function listScripts(block: DocBlock): readonly string[] {
  if (block.language === 'sh') return [block.text];
  if (block.directive.isWorkflow === true) return findRunTexts(parse(block.text));
  if (block.language !== 'console') return [];
  return block.text.split('\n').flatMap((line) => (line.startsWith('$ ') ? [line.slice(2)] : []));
}

function findRunTexts(value: unknown): readonly string[] {
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, inner]: [string, unknown]) =>
    key === 'run' && typeof inner === 'string' ? [inner] : findRunTexts(inner),
  );
}

const WORD = /\s+|(#.*)|([;|&()\n]+)|((?:"(?:[^"\\]|\\.)*"|'[^']*'|[^\s"'#;|&()]|(?<=\S)#)+)/g;
const LEAD = new Set(['!', 'do', 'else', 'exec', 'if', 'npx', 'sudo', 'then', 'time', 'while']);

/** Enough of a shell for pages: quotes, comments, continued lines, `&&`, redirections. */
function splitScript(script: string, at: string): readonly DocCommand[] {
  const commands: string[][] = [[]];
  for (const line of script.replaceAll('\\\n', ' ').split('\n')) {
    commands.push([]);
    for (const [, , operator, word] of line.matchAll(WORD)) {
      if (operator !== undefined) commands.push([]);
      if (word !== undefined) commands.at(-1)?.push(word.replaceAll(/^(["'])(.*)\1$/g, '$2'));
    }
  }
  return commands.map(stripCommand).flatMap((words) => (words.length === 0 ? [] : [{ at, words }]));
}

function stripCommand(words: readonly string[]): readonly string[] {
  const first = words.findIndex((word) => !LEAD.has(word) && !/^[A-Za-z_]\w*=/.test(word));
  return first < 0 ? [] : words.slice(first).filter((word) => !/^\d?>/.test(word));
}

/** Heads of commands that may name `plait` without running it. */
const OTHERS = new Set(['cd', 'echo', 'git']);

/** What a command asks of `plait` or npm that does not exist. `scripts` are those of package.json. */
export function checkCommand(command: DocCommand, help: Help, scripts: readonly string[]): readonly Problem[] {
  const { at, words } = command;
  const [head = '', ...rest] = words;
  if (head === 'npm') return checkNpm(command, scripts);
  if (head === 'plait') return checkPlait(rest, help).map((problem) => `${at}: plait ${rest.join(' ')}: ${problem}`);
  const isHidden = !OTHERS.has(head) && words.includes('plait');
  return isHidden ? [`${at}: ${words.join(' ')}: how plait is run here cannot be told`] : [];
}

function checkNpm({ at, words }: DocCommand, scripts: readonly string[]): readonly Problem[] {
  const script = words[1] === 'run' ? words[2] : undefined;
  return script === undefined || scripts.includes(script) ? [] : [`${at}: there is no script ${script}`];
}

function checkPlait([name = '', ...words]: readonly string[], help: Help): readonly string[] {
  if (name === '--help' || name === '--version') return [];
  const isPlaceholder = /^[A-Z]+$/.test(name);
  const known = isPlaceholder ? COMMON : help.get(name);
  if (known === undefined) return [`there is no command ${name}`];
  const problems: string[] = [];
  const left = [...words];
  let count = 0;
  while (left.length > 0) {
    const word = left.shift() ?? '';
    if (word.startsWith('-') && word !== '-') problems.push(...checkFlag(word, left, known));
    else count += 1;
  }
  if (problems.length === 0 && count > known.argumentCount)
    problems.push(`${count} arguments where ${known.argumentCount} is taken`);
  return problems;
}

/** Takes the value of the flag off `left`. */
function checkFlag(word: string, left: string[], known: CommandHelp): readonly string[] {
  const [name = '', inline] = /^(--[^=]+)=(.*)$/.exec(word)?.slice(1) ?? [word];
  const flag = known.flags.get(name);
  if (flag === undefined) return [`there is no flag ${name}`];
  if (flag.value === 'none') return inline === undefined ? [] : [`${name} takes no value`];
  if (flag.value === 'optional' && inline === undefined && (left[0] ?? '-').startsWith('-')) return [];
  const value = inline ?? left.shift();
  return value === undefined ? [`${name} needs a value`] : checkChoice(name, value, flag.choices);
}

function checkChoice(name: string, value: string, choices: readonly string[]): readonly string[] {
  const [choice = ''] = name === '-O' || name === '--output' ? value.split('=') : [value];
  const isKnown = choices.length === 0 || choices.includes(choice);
  return isKnown ? [] : [`${name} takes ${choices.join(', ')}, not ${value}`];
}
