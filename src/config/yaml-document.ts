import { Composer, type Document, Lexer, Parser, type YAMLError } from 'yaml';
import { cleanText } from '../errors/redact.ts';
import type { Finding, Findings } from './findings.ts';
import { MAX_ALIASES, MAX_DEPTH, MAX_FILE_BYTES, MAX_TOKENS } from './limits.ts';
import type { Located, SourceFile } from './source-file.ts';

type YamlToken = Parameters<Composer['next']>[0];

/** Aliases and merge keys are ours to resolve, with bounds, and so is the search for duplicate keys, in linear time. */
const OPTIONS = { version: '1.2', schema: 'core', merge: false, resolveKnownTags: false, uniqueKeys: false } as const;

/**
 * The one YAML 1.2 document of a file, as the `yaml` package reads it; undefined when there is none to trust, and then
 * the reasons are in `findings`. Size and depth are bounded before anything recursive looks at the text.
 */
export function readYamlDocument(file: SourceFile, findings: Findings): Document.Parsed | undefined {
  const report = (offset: number, finding: Problem): undefined => {
    const node: Located = { file, offset };
    findings.error({ ...finding, where: { node, path: [] } });
  };
  if (file.text.length > MAX_FILE_BYTES || Buffer.byteLength(file.text) > MAX_FILE_BYTES) {
    return report(0, tooLarge(`more than ${MAX_FILE_BYTES / 1024 / 1024} MiB`));
  }
  const read = readTokens(file);
  if ('problem' in read) return report(read.offset, read.problem);
  const documents = [...new Composer(OPTIONS).compose(read.tokens, true, file.text.length)];
  const problems = documents.flatMap((document, index) => listProblems(document, index));
  for (const { offset, ...problem } of problems) report(offset, problem);
  return problems.length > 0 ? undefined : documents[0];
}

type Problem = Omit<Finding, 'where'>;

function listProblems(document: Document.Parsed, index: number): readonly (Problem & { readonly offset: number })[] {
  const [offset] = document.range;
  const { explicit, version } = document.directives.yaml;
  return [
    ...[...document.errors, ...document.warnings].map((error) => ({
      ...describeYamlError(error),
      offset: error.pos[0],
    })),
    ...(index === 1 ? [{ ...SEVERAL_DOCUMENTS, offset }] : []),
    ...(explicit === true && version !== '1.2' ? [{ ...OTHER_VERSION, offset }] : []),
  ];
}

type TokensOrProblem =
  | { readonly tokens: readonly YamlToken[] }
  | { readonly problem: Problem; readonly offset: number };

/** What the lexer says before the text of a plain or block scalar. */
const SCALAR = '\u001F';

/** The lexer and the parser keep a stack of their own instead of recursing, so that depth can be watched as they go. */
function readTokens(file: SourceFile): TokensOrProblem {
  const parser = new Parser();
  const tokens: YamlToken[] = [];
  let count = 0;
  let aliases = 0;
  let isText = false;
  for (const lexeme of new Lexer().lex(file.text)) {
    count += 1;
    if (lexeme.startsWith('*') && !isText) aliases += 1;
    isText = lexeme === SCALAR;
    for (const token of parser.next(lexeme)) tokens.push(token);
    if (isTooDeep(parser)) return { problem: TOO_DEEP, offset: parser.offset };
    if (aliases > MAX_ALIASES) return { problem: tooLarge(`more than ${MAX_ALIASES} aliases`), offset: parser.offset };
    if (count > MAX_TOKENS) return { problem: tooLarge(`more than ${MAX_TOKENS} words`), offset: parser.offset };
  }
  for (const token of parser.end()) tokens.push(token);
  return { tokens };
}

/** The stack holds each open list and mapping, and beside them at most the document and a scalar. */
function isTooDeep(parser: Parser): boolean {
  return parser.stack.length > MAX_DEPTH + 2;
}

const TOO_DEEP = {
  code: 'too-deep',
  message: `lists and mappings are nested more than ${MAX_DEPTH} levels deep`,
  hint: 'close the brackets, or check the indentation',
} as const;

const SEVERAL_DOCUMENTS = {
  code: 'several-documents',
  message: 'a second YAML document begins here, and a config file is one',
  hint: 'remove the --- line, or move what follows into a file of its own and name it with another -f',
} as const;

const OTHER_VERSION = {
  code: 'yaml-version',
  message: 'the file asks to be read as another version of YAML than 1.2',
  hint: 'remove the %YAML line',
} as const;

function tooLarge(what: string): Problem {
  return { code: 'file-too-large', message: `the file has ${what}`, hint: 'split it, or use a matrix' };
}

function describeYamlError(error: YAMLError): Problem {
  if (error.code === 'TAG_RESOLVE_FAILED') {
    return {
      code: 'yaml-tag',
      message: cleanText(error.message),
      hint: 'remove the !tag; only those of the YAML 1.2 core schema, as !!str, are known',
    };
  }
  const message = cleanText(error.message);
  // `{ version: ${version} }`: inside of braces the second one begins a mapping of its own.
  return message.startsWith('Unexpected flow-map-start')
    ? { code: 'yaml-syntax', message, hint: 'a value with braces needs quotes in here: "${name}"' }
    : { code: 'yaml-syntax', message };
}
