import { isPlaitError } from '../../errors/plait-error.ts';
import { parseReference } from '../../oci/reference.ts';
import type { ExpandedWord, Piece, Untold } from './expand.ts';

/** A reference of a script, in the language of config files. */
export interface ImageName {
  readonly repository: string;
  readonly tag: string | undefined;
  /** `@sha256:…` */
  readonly digest: string;
  /** With the values that variables fall back to; undefined when one has none. */
  readonly resolved: string | undefined;
}

/** Stands for the variable of this number in a text that is looked at for `/`, `:` and `@`. */
const FIRST_MARK = 0xe000;
const MAX_PIECES = 1000;
const MARKS = /[\ue000-\uefff]/g;

/**
 * Pure: the parts of the reference in a word, without a tag that is not written. Says why it cannot be told, as for a single
 * variable that may hold a tag or not, and for what is no reference.
 */
export function readImageName(word: ExpandedWord, environment: Environment): ImageName | Untold {
  const pieces = word.pieces.map((piece, index) => openTag(piece, index === word.pieces.length - 1));
  if (pieces.length > MAX_PIECES || pieces.some(isPrivate)) return { problem: 'it is no reference' };
  const [only] = pieces;
  if (only?.kind === 'variable' && pieces.length === 1 && only.fallback === undefined) {
    return { problem: `whether $${only.name} holds a tag cannot be told: write it as repository and tag` };
  }
  const marked = pieces.map((piece, index) => (piece.kind === 'text' ? piece.text : toMark(index))).join('');
  const [, name = '', tag, digest = ''] = /^([^@]*?)(?::([^:/@]*))?(@.*)?$/.exec(marked) ?? [];
  const problem = checkReference(marked);
  if (problem !== undefined) return { problem };
  const write = (text: string) => writeText(text, pieces);
  return {
    repository: write(name),
    tag: tag === undefined ? undefined : write(tag),
    digest: write(digest),
    resolved: resolve(pieces, environment),
  };
}

type Environment = Readonly<Record<string, string | undefined>>;

/** A variable at the end whose value has a tag is written out, so that the tag can be told from the repository. */
function openTag(piece: Piece, isLast: boolean): Piece {
  const hasTag = piece.kind === 'variable' && /:[^/]*$/.test(piece.fallback ?? '');
  return hasTag && isLast ? { kind: 'text', text: piece.fallback ?? '' } : piece;
}

/** No reference holds such characters, and they would be taken for marks. */
function isPrivate(piece: Piece): boolean {
  return piece.kind === 'text' && piece.text.search(MARKS) >= 0;
}

function toMark(index: number): string {
  return String.fromCharCode(FIRST_MARK + index);
}

/** Whether it is a reference whatever its variables are. */
function checkReference(marked: string): string | undefined {
  const sample = marked.replaceAll(MARKS, '0');
  try {
    parseReference(sample);
    return undefined;
  } catch (error) {
    if (!isPlaitError(error, 'REFERENCE_INVALID')) throw error;
    return error.message.replace(sample, 'it').replaceAll('"it"', 'it');
  }
}

function writeText(marked: string, pieces: readonly Piece[]): string {
  return marked.replaceAll(MARKS, (mark) => {
    const piece = pieces[mark.charCodeAt(0) - FIRST_MARK];
    return piece?.kind === 'variable' ? `\${${piece.name}}` : mark;
  });
}

function resolve(pieces: readonly Piece[], environment: Environment): string | undefined {
  const texts = pieces.map((piece) => (piece.kind === 'text' ? piece.text : environment[piece.name] || piece.fallback));
  return texts.includes(undefined) ? undefined : texts.join('');
}
