import { type Composer, type CST, Lexer, Parser } from 'yaml';
import type { Finding } from './findings.ts';
import { MAX_ALIASES, MAX_DEPTH, MAX_TOKENS } from './limits.ts';
import type { SourceFile } from './source-file.ts';

type YamlToken = Parameters<Composer['next']>[0];

/** What is wrong with a text, but for the place. */
export type Problem = Omit<Finding, 'where'>;

/** Why no more of a text is read. */
export interface Refusal {
  readonly type: 'refusal';
  readonly offset: number;
  readonly problem: Problem;
}

/** What the lexer says before the text of a plain or block scalar. */
const SCALAR = '\u001F';

/**
 * The tokens of a file, in which a document with a long list comes in several pieces: each is the whole document, but of its
 * outermost mapping and of one list in it, it has only what follows the piece before. They take ten times as much memory as
 * the text, so a piece is to be let go before the next one is asked for.
 *
 * The lexer and the parser keep a stack of their own instead of recursing, so that depth can be watched as they go.
 */
export function* listTokens(file: SourceFile): Generator<YamlToken | Refusal, void, void> {
  const parser = new Parser();
  let count = 0;
  let aliases = 0;
  let isText = false;
  for (const lexeme of new Lexer().lex(file.text)) {
    count += 1;
    if (lexeme.startsWith('*') && !isText) aliases += 1;
    isText = lexeme === SCALAR;
    yield* parser.next(lexeme);
    const problem = findExcess({ count, aliases, parser });
    if (problem !== undefined) {
      yield { type: 'refusal', offset: parser.offset, problem };
      return;
    }
    const piece = cutPiece(parser);
    if (piece !== undefined) yield piece;
  }
  yield* parser.end();
}

interface Progress {
  readonly count: number;
  readonly aliases: number;
  readonly parser: Parser;
}

function findExcess({ count, aliases, parser }: Progress): Problem | undefined {
  if (isTooDeep(parser)) return TOO_DEEP;
  if (aliases > MAX_ALIASES) return tooLarge(`more than ${MAX_ALIASES} aliases`);
  return count > MAX_TOKENS ? tooLarge(`more than ${MAX_TOKENS} words`) : undefined;
}

/** The stack holds each open list and mapping, and beside them at most the document and a scalar. */
function isTooDeep(parser: Parser): boolean {
  return parser.stack.length > MAX_DEPTH + 2;
}

/** Entries of a list in one piece. */
const ITEMS_AT_ONCE = 500;

/** The parser may still put a comment to the last entry but one. */
const UNSETTLED = 2;

/** Takes what is finished from the open document, when that is a lot. */
function cutPiece({ stack }: Parser): CST.Document | undefined {
  const [document, map, list] = stack;
  if (list?.type !== 'block-seq' || list.items.length < ITEMS_AT_ONCE + UNSETTLED) return undefined;
  if (document?.type !== 'document' || map?.type !== 'block-map') return undefined;
  const open = map.items.at(-1);
  const next = list.items.at(-UNSETTLED);
  if (open === undefined || next === undefined || !isPlainPair(open, map) || !isMarked(next)) return undefined;
  const settled = list.items.splice(0, list.items.length - UNSETTLED);
  const before = map.items.splice(0, map.items.length - 1);
  return { ...document, value: { ...map, items: [...before, { ...open, value: { ...list, items: settled } }] } };
}

type Pair = CST.BlockMap['items'][number];

/** Nothing of it is worth an error, which every piece would tell again, and at its own beginning. */
function isPlainPair(pair: Pair, { indent }: CST.BlockMap): pair is Extract<Pair, { readonly sep: unknown[] }> {
  return pair.key?.type === 'scalar' && pair.key.indent === indent && pair.explicitKey !== true;
}

function isMarked({ start }: CST.BlockSequence['items'][number]): boolean {
  return start.some(({ type }) => type === 'seq-item-ind');
}

const TOO_DEEP: Problem = {
  code: 'too-deep',
  message: `lists and mappings are nested more than ${MAX_DEPTH} levels deep`,
  hint: 'close the brackets, or check the indentation',
};

/** A file that is more than anybody writes. */
export function tooLarge(what: string): Problem {
  return { code: 'file-too-large', message: `the file has ${what}`, hint: 'split it, or use a matrix' };
}
