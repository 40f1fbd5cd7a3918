import { ShellText } from './shell-text.ts';
import type { ShellToken } from './shell-token.ts';
import { readParts } from './shell-word.ts';

const OPERATORS = [';;&', ';;', ';&', '&&', '||', '|&', ';', '&', '|', '(', ')'] as const;
const REDIRECTION = /^(?:\d*(?:<<<|<<-?|<>|<&|>>|>&|>\||<|>)|&>>?)/;

/**
 * The tokens of a shell script (POSIX "Token Recognition", and what bash adds in common use). Comments, here-documents and
 * redirections are left out. Reads every text to its end: what is no shell script gives words all the same.
 */
export function readTokens(script: string): readonly ShellToken[] {
  const text = new ShellText(script);
  const tokens: ShellToken[] = [];
  const documents: string[] = [];
  while (!text.isAtEnd) {
    text.skipBlanks();
    const { line } = text;
    if (text.take('\n')) {
      tokens.push({ kind: 'operator', text: '\n', line });
      for (const end of documents.splice(0)) text.skipDocument(end);
    } else if (text.peek() === '#') text.skipLine();
    else if (!skipRedirection(text, documents)) {
      const operator = OPERATORS.find((each) => text.take(each));
      if (operator === undefined) pushWord(text, tokens);
      else tokens.push({ kind: 'operator', text: operator, line });
    }
  }
  return tokens;
}

function pushWord(text: ShellText, tokens: ShellToken[]): void {
  const { line } = text;
  const parts = readParts(text);
  if (parts.length > 0) tokens.push({ kind: 'word', parts, line });
  // What can be neither, such as `<<(`.
  else text.skip(1);
}

/** Takes a redirection with what it names; the end of a here-document is remembered. */
function skipRedirection(text: ShellText, documents: string[]): boolean {
  const [found] = REDIRECTION.exec(text.ahead(8)) ?? [];
  if (found === undefined || text.ahead(found.length + 1).endsWith('(')) return false;
  text.skip(found.length);
  text.skipBlanks();
  const target = readParts(text);
  const name = target.map((part) => (part.kind === 'text' ? part.text : '')).join('');
  if (/<<-?$/.test(found) && name !== '') documents.push(name);
  return true;
}
