import type { ShellText } from './shell-text.ts';
import type { WordPart } from './shell-token.ts';

/** What ends a word outside of quotes. */
const END = /[ \t\n;&|()<>]/;
const MAX_DEPTH = 20;

/** The parts of the word that begins here; none when there is no word. */
export function readParts(text: ShellText): readonly WordPart[] {
  const parts: WordPart[] = [];
  while (!text.isAtEnd && (!END.test(text.peek()) || isSubstitution(text))) {
    if (text.take('\\\n')) continue;
    for (const part of readPart(text, 0)) parts.push(part);
  }
  return parts;
}

/** `<(…)` and `>(…)`. */
function isSubstitution(text: ShellText): boolean {
  return text.ahead(2) === '<(' || text.ahead(2) === '>(';
}

function readPart(text: ShellText, depth: number): readonly WordPart[] {
  if (isSubstitution(text)) return [readCommand(text, 2)];
  if (text.take("'")) return [literal(readUntilQuote(text))];
  if (text.take("$'")) return [unknown("a text in $'…'", text.match(/(?:\\[\s\S]|[^'])*'?/y))];
  if (text.take('$"') || text.take('"')) return readQuoted(text, depth);
  if (text.take('\\')) return [literal(text.next())];
  if (text.peek() === '`') return [readBackquotes(text)];
  if (text.peek() === '$') return [readExpansion(text, { depth, isQuoted: false })];
  return [{ kind: 'text', text: text.match(/[^ \t\n;&|()<>'"\\`$]+/y) ?? text.next(), isQuoted: false }];
}

function literal(text: string): WordPart {
  return { kind: 'text', text, isQuoted: true };
}

/** `_skipped`: read, and of no use. */
function unknown(what: string, _skipped?: string): WordPart {
  return { kind: 'unknown', what };
}

function readUntilQuote(text: ShellText): string {
  const inside = text.match(/[^']*/y) ?? '';
  text.take("'");
  return inside;
}

function readQuoted(text: ShellText, depth: number): readonly WordPart[] {
  // Also "" is a word.
  const parts: WordPart[] = [literal('')];
  while (!text.isAtEnd && !text.take('"')) {
    const plain = text.match(/[^"\\`$]+/y);
    if (plain !== undefined) parts.push(literal(plain));
    else if (text.take('\\')) parts.push(literal(readEscaped(text)));
    else if (text.peek() === '`') parts.push(readBackquotes(text));
    else if (text.peek() === '$') parts.push(readExpansion(text, { depth, isQuoted: true }));
  }
  return parts;
}

/** In double quotes a backslash stays before most characters. */
function readEscaped(text: ShellText): string {
  const character = text.next();
  if (character === '\n') return '';
  return /[$`"\\]/.test(character) ? character : `\\${character}`;
}

function readBackquotes(text: ShellText): WordPart {
  return unknown('what a command prints', text.match(/`(?:\\[\s\S]|[^`\\])*`?/y) ?? text.next());
}

interface Where {
  readonly depth: number;
  readonly isQuoted: boolean;
}

function readExpansion(text: ShellText, where: Where): WordPart {
  if (text.ahead(3) === '$((') return { ...readCommand(text, 2), what: 'a calculation' };
  if (text.ahead(2) === '$(') return readCommand(text, 2);
  if (text.ahead(3) === '${{')
    return unknown('an expression of GitHub Actions', text.match(/\$\{\{[\s\S]*?(?:\}\}|$)/y));
  if (text.take('${')) return readBraces(text, where);
  text.skip(1);
  const name = text.match(/[A-Za-z_][A-Za-z0-9_]*/y);
  if (name !== undefined) return { kind: 'variable', name, isQuoted: where.isQuoted };
  const special = text.match(/[0-9@*#?$!-]/y);
  if (special !== undefined) return unknown(describeSpecial(special));
  return { kind: 'text', text: '$', isQuoted: where.isQuoted };
}

function describeSpecial(name: string): string {
  return /[0-9@*#]/.test(name) ? `an argument of the script, $${name}` : `$${name}`;
}

/** A command in parentheses, whatever it is; `skip` characters open it. */
function readCommand(text: ShellText, skip: number): Extract<WordPart, { kind: 'unknown' }> {
  text.skip(skip);
  for (let open = 1; open > 0 && !text.isAtEnd; ) {
    if (text.match(/'[^']*'?|"(?:\\[\s\S]|[^"\\])*"?|\\[\s\S]|`(?:\\[\s\S]|[^`\\])*`?/y) !== undefined) continue;
    const character = text.next();
    if (character === '(') open += 1;
    else if (character === ')') open -= 1;
  }
  return { kind: 'unknown', what: 'what a command prints' };
}

/** After `${`: a name, and what may follow it. */
function readBraces(text: ShellText, where: Where): WordPart {
  const name = text.match(/[A-Za-z_][A-Za-z0-9_]*|[0-9]+/y);
  if (name !== undefined && text.take('}')) return toVariable(name, undefined, where);
  const operator = name === undefined ? undefined : text.match(/:?[-=?]/y);
  const rest = readRest(text, where.depth + 1);
  if (name === undefined || operator === undefined) return unknown('an expansion that changes a value');
  return toVariable(name, /[-=]$/.test(operator) ? rest : undefined, where);
}

function toVariable(name: string, fallback: readonly WordPart[] | undefined, { isQuoted }: Where): WordPart {
  const isArgument = /^[0-9]/.test(name);
  if (isArgument && fallback === undefined) return unknown(describeSpecial(name));
  // With a value to fall back to, an argument is as good as a variable that nobody sets.
  const known = isArgument ? `ARG${name}` : name;
  return { kind: 'variable', name: known, isQuoted, ...(fallback === undefined ? {} : { fallback }) };
}

/** Up to the closing brace. */
function readRest(text: ShellText, depth: number): readonly WordPart[] {
  const parts: WordPart[] = [];
  for (let open = 0; !text.isAtEnd; ) {
    if (open === 0 && text.take('}')) break;
    const brace = text.match(/[{}]/y);
    if (brace !== undefined) open += brace === '{' ? 1 : -1;
    if (brace !== undefined) parts.push(literal(brace));
    else if (depth > MAX_DEPTH) text.skip(1);
    else for (const part of readRestPart(text, depth)) parts.push(part);
  }
  return parts;
}

function readRestPart(text: ShellText, depth: number): readonly WordPart[] {
  const plain = text.match(/[^{}'"\\`$]+/y);
  return plain === undefined ? readPart(text, depth) : [literal(plain)];
}
