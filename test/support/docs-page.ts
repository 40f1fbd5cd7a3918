/**
 * What a comment `<!-- docs: … -->` says of the code block below it. Several, with commas between:
 *
 * - `fragment`: a part of a config, to be put behind `version: 1`
 * - `image`: a part of one entry of `images`
 * - `says CODE…`: the config has exactly these diagnostics
 * - `workflow`: not a config, but a file with commands under `run:`
 * - `not a config: REASON`, `not run: REASON`: left out, and why
 */
export interface Directive {
  readonly fragment?: 'fragment' | 'image';
  readonly says?: readonly string[];
  readonly isWorkflow?: boolean;
  readonly notConfig?: string;
  readonly notRun?: string;
}

/** A fenced code block of a Markdown page. */
export interface DocBlock {
  readonly page: string;
  /** Of the opening fence, 1-based. */
  readonly line: number;
  readonly language: Language;
  readonly text: string;
  readonly directive: Directive;
}

export interface DocPage {
  readonly path: string;
  readonly lines: readonly string[];
  readonly blocks: readonly DocBlock[];
}

/** `sh` is checked, `console` is run and compared, `ts` is the example of the API, which is run; no other name evades that. */
const LANGUAGES = ['', 'console', 'json', 'sh', 'text', 'ts', 'yaml'] as const;
export type Language = (typeof LANGUAGES)[number];

/** The code blocks of a page. Throws for what would make a block invisible to the checks. */
export function parsePage(path: string, text: string): DocPage {
  const lines = text.split('\n');
  const blocks: DocBlock[] = [];
  let waiting: { readonly directive: Directive; readonly line: number } | undefined;
  for (let index = 0; index < lines.length; index += 1) {
    const at = `${path}:${index + 1}`;
    const line = lines[index] ?? '';
    const comment = /^\s*<!-- docs:(.*)-->\s*$/.exec(line)?.[1];
    if (comment !== undefined) {
      waiting = { directive: parseDirective(comment.trim(), at), line: index + 1 };
    } else if (/^\s*(?:```|~~~)/.test(line)) {
      const end = findEnd(lines, index, at);
      const block = { page: path, line: index + 1, language: parseLanguage(line, at) };
      const body = lines.slice(index + 1, end).map((each) => `${each}\n`);
      blocks.push({ ...block, text: body.join(''), directive: waiting?.directive ?? {} });
      waiting = undefined;
      index = end;
    } else if (line.trim() !== '' && waiting !== undefined) {
      throw new Error(`${path}:${waiting.line}: a docs comment stands directly above a code block`);
    }
  }
  if (waiting !== undefined) throw new Error(`${path}:${waiting.line}: no code block follows`);
  return { path, lines, blocks };
}

function findEnd(lines: readonly string[], start: number, at: string): number {
  const end = lines.findIndex((line, index) => index > start && line.trimEnd() === '```');
  if (end < 0) throw new Error(`${at}: this code block has no end`);
  return end;
}

function parseLanguage(line: string, at: string): Language {
  const language = LANGUAGES.find((name) => line.trimEnd() === `\`\`\`${name}`);
  if (language === undefined)
    throw new Error(`${at}: a code block begins with \`\`\` and one of ${LANGUAGES.join(' ')}`);
  return language;
}

function parseDirective(text: string, at: string): Directive {
  const [, kind = '', reason = ''] = /^(not a config|not run): (\S.*)$/.exec(text) ?? [];
  if (kind !== '') return kind === 'not run' ? { notRun: reason } : { notConfig: reason };
  const directives = text.split(',').map((word): Directive => parseWord(word.trim(), at));
  return Object.assign({}, ...directives) as Directive;
}

function parseWord(word: string, at: string): Directive {
  if (word === 'fragment' || word === 'image') return { fragment: word };
  if (word === 'workflow') return { isWorkflow: true };
  const [, codes = ''] = /^says ([a-z -]+)$/.exec(word) ?? [];
  if (codes === '') throw new Error(`${at}: "${word}" is no docs comment`);
  return { says: codes.split(' ').toSorted() };
}

/** The page with other blocks; `blocks` are those of the page, in order, with new texts. */
export function replaceBlocks(page: DocPage, blocks: readonly DocBlock[]): string {
  const parts: string[] = [];
  let from = 0;
  for (const [index, old] of page.blocks.entries()) {
    parts.push(...page.lines.slice(from, old.line).map((line) => `${line}\n`), blocks[index]?.text ?? '');
    from = old.line + old.text.split('\n').length - 1;
  }
  return parts.join('') + page.lines.slice(from).join('\n');
}

/** Text in backticks outside of code blocks. */
export function listCodeSpans(page: DocPage): readonly { readonly text: string; readonly line: number }[] {
  const prose = replaceBlocks(
    page,
    page.blocks.map((block) => ({ ...block, text: '\n'.repeat(countLines(block)) })),
  );
  return [...prose.matchAll(/(?<!`)`([^`]+)`(?!`)/g)].map((match) => ({
    text: (match[1] ?? '').replaceAll(/\s+/g, ' '),
    line: prose.slice(0, match.index).split('\n').length,
  }));
}

function countLines(block: DocBlock): number {
  return block.text.split('\n').length - 1;
}

/** Targets of links, as written. */
export function listLinks(page: DocPage): readonly { readonly target: string; readonly line: number }[] {
  return page.lines.flatMap((line, index) =>
    [...line.matchAll(/\]\(([^)\s]+)\)/g)].map(([, target = '']) => ({ target, line: index + 1 })),
  );
}

/** What can follow `#` in a link to the page, as GitHub makes it of headings. */
export function listAnchors(page: DocPage): readonly string[] {
  return page.lines
    .filter((line) => /^#+ /.test(line))
    .map((line) =>
      line
        .replace(/^#+ /, '')
        .toLowerCase()
        .replaceAll(/[^\p{L}\p{N} _-]/gu, '')
        .replaceAll(' ', '-'),
    );
}
