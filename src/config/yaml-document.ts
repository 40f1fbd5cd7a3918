import { Composer, type Document, type YAMLError } from 'yaml';
import { cleanText } from '../errors/redact.ts';
import type { Findings } from './findings.ts';
import { MAX_FILE_BYTES } from './limits.ts';
import type { Located, SourceFile } from './source-file.ts';
import { listTokens, type Problem, type Refusal, tooLarge } from './yaml-tokens.ts';

/** Aliases and merge keys are ours to resolve, with bounds, and so is the search for duplicate keys, in linear time. */
const OPTIONS = { version: '1.2', schema: 'core', merge: false, resolveKnownTags: false, uniqueKeys: false } as const;

/**
 * Reads the one YAML 1.2 document of a file, as the `yaml` package does, and gives each piece of it to `take`, in their
 * order; see {@link listTokens}. False when there is none to trust, and then the reasons are in `findings`. Size and depth
 * are bounded before anything recursive looks at the text.
 */
export function readYamlDocument(
  file: SourceFile,
  findings: Findings,
  take: (piece: Document.Parsed) => void,
): boolean {
  const refuse = (problems: readonly PlacedProblem[]): false => {
    for (const { offset, ...problem } of problems) {
      const node: Located = { file, offset };
      findings.error({ ...problem, where: { node, path: [] } });
    }
    return false;
  };
  if (file.text.length > MAX_FILE_BYTES || Buffer.byteLength(file.text) > MAX_FILE_BYTES) {
    return refuse([{ offset: 0, ...tooLarge(`more than ${MAX_FILE_BYTES / 1024 / 1024} MiB`) }]);
  }
  const problems: PlacedProblem[] = [];
  const documents = new Set<number>();
  for (const piece of composePieces(file)) {
    if ('problem' in piece) return refuse([{ offset: piece.offset, ...piece.problem }]);
    documents.add(piece.range[0]);
    for (const problem of listProblems(piece, documents.size)) problems.push(problem);
    if (problems.length === 0) take(piece);
  }
  return problems.length === 0 || refuse(problems);
}

function* composePieces(file: SourceFile): Generator<Document.Parsed | Refusal, void, void> {
  const composer = new Composer(OPTIONS);
  for (const token of listTokens(file)) {
    if (token.type === 'refusal') {
      yield token;
      return;
    }
    yield* composer.next(token);
  }
  yield* composer.end(true, file.text.length);
}

type PlacedProblem = Problem & { readonly offset: number };

function listProblems(document: Document.Parsed, count: number): readonly PlacedProblem[] {
  const [offset] = document.range;
  const { explicit, version } = document.directives.yaml;
  return [
    ...[...document.errors, ...document.warnings].map((error) => ({
      ...describeYamlError(error),
      offset: error.pos[0],
    })),
    ...(count === 2 ? [{ ...SEVERAL_DOCUMENTS, offset }] : []),
    ...(explicit === true && version !== '1.2' ? [{ ...OTHER_VERSION, offset }] : []),
  ];
}

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
