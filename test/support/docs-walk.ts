import { type ChildProcess, spawn } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { inject } from 'vitest';
import { callApi } from './api-call.ts';
import { findFileName, isWholeConfig, type Problem } from './docs-config.ts';
import { type DocBlock, type DocPage, replaceBlocks } from './docs-page.ts';
import type { CliResult } from './run-cli.ts';
import { makeTempDir } from './temp-dir.ts';

/** What pages call the playground. Another port of four digits keeps columns where they are. */
export const DOC_HOST = '127.0.0.1:5005';

/** Runs a command line of plait in a folder. */
export type Run = (args: readonly string[], cwd: string) => Promise<CliResult>;

/** The page as it would read with what the program prints now, and what else is wrong with it. */
export interface Walk {
  readonly text: string;
  readonly problems: readonly Problem[];
}

/**
 * Does what a page tells its readers to do, from top to bottom, in a new folder and on a new playground: saves the
 * files, runs the commands of `console` blocks, and plans and applies configs for the playground that have no file name.
 */
export async function walkPage(page: DocPage, run: Run): Promise<Walk> {
  const playground = await startPlaygroundProgram();
  const walker: Walker = {
    run,
    playground,
    folder: makeTempDir(),
    problems: [],
    unused: new Map(),
    plans: new Map(),
    lastCode: 0,
  };
  try {
    const blocks: DocBlock[] = [];
    for (const block of page.blocks) blocks.push(await walkBlock(walker, block));
    const unused = [...walker.unused].map(([name, at]) => `${at}: nothing on the page applies ${name}`);
    return { text: replaceBlocks(page, blocks), problems: [...walker.problems, ...unused] };
  } finally {
    playground.child.kill('SIGTERM');
  }
}

interface Walker {
  readonly run: Run;
  readonly playground: PlaygroundProgram;
  readonly folder: string;
  readonly problems: Problem[];
  /** Files that no command has applied yet, with their place. */
  readonly unused: Map<string, string>;
  /** The config of each saved plan. */
  readonly plans: Map<string, string>;
  lastCode: number | null;
}

interface PlaygroundProgram {
  readonly child: ChildProcess;
  readonly host: string;
  /** What it prints when it starts. */
  readonly greeting: string;
}

async function walkBlock(walker: Walker, block: DocBlock): Promise<DocBlock> {
  const { directive, language } = block;
  if (language === 'console') return directive.notRun === undefined ? runTranscript(walker, block) : block;
  const name = findFileName(block);
  if (language === 'sh' && name !== undefined) writeFileSync(join(walker.folder, name), toReal(walker, block.text));
  if (!isWholeConfig(block) || directive.notRun !== undefined) return block;
  if (name !== undefined) {
    const isToApply = block.text.includes(DOC_HOST) && directive.says === undefined;
    if (isToApply) walker.unused.set(name, toPlace(block));
    writeFileSync(join(walker.folder, name), toReal(walker, block.text));
  } else if (block.text.includes(DOC_HOST)) await applyBlock(walker, block);
  return block;
}

function toPlace(block: DocBlock): string {
  return `${block.page}:${block.line}`;
}

async function applyBlock(walker: Walker, block: DocBlock): Promise<void> {
  const file = join(walker.folder, `line-${block.line}.yaml`);
  writeFileSync(file, toReal(walker, block.text));
  for (const args of [['plan'], ['apply', '--yes'], ['plan', '--detailed-exitcode']]) {
    const result = await walker.run([...args, '-f', file], walker.folder);
    if (result.code !== 0) {
      walker.problems.push(`${toPlace(block)}: ${args.join(' ')} ended with ${result.code}: ${joinOutput(result)}`);
    }
  }
}

function toReal({ playground }: Walker, text: string): string {
  return text.replaceAll(DOC_HOST, playground.host);
}

function joinOutput({ stdout, stderr }: CliResult): string {
  return stdout + stderr;
}

/** A command and the lines below it, up to the next one. */
interface Step {
  readonly command: string;
  readonly shown: string;
}

async function runTranscript(walker: Walker, block: DocBlock): Promise<DocBlock> {
  const texts: string[] = [];
  for (const { command, shown } of parseSteps(walker, block)) {
    const printed = await runStep(walker, command, block);
    const [, body = '', space = ''] = /^([\s\S]*?)(\n*)$/.exec(shown) ?? [];
    const gap = body === '' ? `\n${space}` : space;
    const isShown = matchesShown(body, printed.trimEnd());
    texts.push(`$ ${command}\n`, isShown ? shown : `${printed.trimEnd()}${gap}`);
  }
  return { ...block, text: texts.join('') };
}

function parseSteps(walker: Walker, block: DocBlock): readonly Step[] {
  const [before = '', ...steps] = block.text.split(/^\$ /m);
  if (before !== '' || steps.length === 0)
    walker.problems.push(`${toPlace(block)}: a transcript begins with a command`);
  return steps.map((step) => {
    const end = step.indexOf('\n');
    return { command: step.slice(0, end), shown: step.slice(end + 1) };
  });
}

/** A line of the page with only `…` stands for any number of lines. */
function matchesShown(shown: string, printed: string): boolean {
  const parts = `\n${shown}\n`.split('\n…\n');
  const [first = '', ...others] = parts;
  let rest = `\n${printed}\n`;
  if (others.length === 0) return rest === first;
  if (!rest.startsWith(first) || !rest.endsWith(others.at(-1) ?? '')) return false;
  return parts.every((part) => {
    const at = rest.indexOf(part);
    rest = rest.slice(at + part.length);
    return at >= 0;
  });
}

async function runStep(walker: Walker, command: string, block: DocBlock): Promise<string> {
  if (command === 'echo $?') return `${walker.lastCode}\n`;
  const [, method, address] = /^curl -X ([A-Z]+) (http:\S+)$/.exec(command) ?? [];
  if (method !== undefined && address !== undefined) {
    return (await callApi(toReal(walker, address), { method })).text;
  }
  const [, line = ''] = /^(?:npx )?plait (.*)$/.exec(command) ?? [];
  if (line === '') {
    walker.problems.push(
      `${toPlace(block)}: "${command}" cannot be run; mark the block with  <!-- docs: not run: … -->`,
    );
    return '';
  }
  if (line === 'playground') return toShown(walker, walker.playground.greeting);
  const words = toReal(walker, line)
    .split(' ')
    .map((word) => word.replaceAll("'", ''));
  const result = await walker.run(words, walker.folder);
  walker.lastCode = result.code;
  noteUse(walker, words);
  return toShown(walker, joinOutput(result));
}

/** A saved plan counts as the config that it was made from. */
function noteUse({ unused, plans }: Walker, words: readonly string[]): void {
  const [name, argument = '-'] = words;
  const config = findValue(words, '-f') ?? 'manifests.yaml';
  if (name === 'plan') plans.set(findValue(words, '-o') ?? '', config);
  if (name === 'apply') unused.delete(argument.startsWith('-') ? config : (plans.get(argument) ?? ''));
}

function findValue(words: readonly string[], flag: string): string | undefined {
  return words.includes(flag) ? words[words.indexOf(flag) + 1] : undefined;
}

function toShown({ playground }: Walker, text: string): string {
  return text.replaceAll(playground.host, DOC_HOST);
}

const START_MS = 20_000;

/** The embedded registry as its own program, as a reader runs it, on a port of four digits. */
async function startPlaygroundProgram(attempts = 5): Promise<PlaygroundProgram> {
  const { path, problem } = inject('cli');
  if (problem !== undefined) throw new Error(problem);
  const port = 5006 + Math.floor(Math.random() * 4990);
  const args = [path, 'playground', '--port', String(port)];
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'pipe'] });
  try {
    const greeting = await readGreeting(child);
    return { child, host: `127.0.0.1:${port}`, greeting };
  } catch (error) {
    // Somebody else may have the port.
    if (attempts === 1) throw error;
    return startPlaygroundProgram(attempts - 1);
  }
}

function readGreeting(child: ChildProcess): Promise<string> {
  let text = '';
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => {
      child.kill('SIGKILL');
      reject(new Error(`the playground did not start: ${text}`));
    }, START_MS);
    const read = (chunk: Buffer): void => {
      text += chunk.toString('utf8');
      if (!text.endsWith('Stop with Ctrl-C.\n')) return;
      clearTimeout(timer);
      resolve(text);
    };
    child.stdout?.on('data', read);
    child.stderr?.on('data', read);
    child.once('close', (code) => {
      clearTimeout(timer);
      reject(new Error(`the playground ended with ${code}: ${text}`));
    });
  });
}
