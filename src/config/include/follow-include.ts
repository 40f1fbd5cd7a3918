import { basename, join } from 'node:path';
import { cleanText } from '../../errors/redact.ts';
import type { Findings, Place } from '../findings.ts';
import { MAX_INCLUDE_DEPTH, MAX_INCLUDED_CHARS, MAX_INCLUDED_FILES } from '../limits.ts';
import { type Cursor, descend, findValue } from '../node.ts';
import { readRepositoryGlobs } from '../run/run-guards.ts';
import { quote } from '../scalar-text.ts';
import { type IncludeInput, USUAL_KEYS } from '../schema/include-schema.ts';
import { describePlace, type SourceFile, toSourceFile } from '../source-file.ts';
import type { Delegation } from './delegation.ts';
import type { FoundFile, IncludeReader } from './include-reader.ts';
import { findPathProblem } from './paths.ts';

/** What is known of the files of a run. */
export interface IncludeContext {
  readonly findings: Findings;
  readonly reader: IncludeReader | undefined;
  /** By identity: the file, and the place that includes it when it was not given to the run. */
  readonly known: Map<string, { readonly file: SourceFile; readonly by: Place | undefined }>;
  /** Characters of included files so far. */
  included: number;
}

export interface IncludedFile {
  readonly file: SourceFile;
  readonly delegation: Delegation;
}

/** Tells files apart, however they are named. Every standard input is one of its own. */
export function identify(file: SourceFile): string {
  return file.realPath ?? join(file.directory, basename(file.path));
}

/** The files that one entry of `include` names, to be read next. What cannot be is reported. */
export function followInclude(
  input: IncludeInput,
  cursor: Cursor,
  { delegation, context }: { readonly delegation: Delegation; readonly context: IncludeContext },
): readonly IncludedFile[] {
  const { findings } = context;
  const entry: Entry = { input, cursor, where: descend(cursor, 'path'), parent: delegation, context };
  const inner = delegate(entry);
  if (input.path === undefined) {
    if (cursor.node.kind !== 'map' || findValue(cursor.node, 'path') !== undefined) return [];
    findings.error({ code: 'missing-key', where: cursor, message: 'the key "path" is missing', hint: 'name the file' });
    return [];
  }
  const found = findFiles(input.path, entry);
  return found.flatMap((each) => {
    const file = openFile(each, entry);
    return file === undefined ? [] : [{ file, delegation: { ...inner, chain: [...delegation.chain, file] as const } }];
  });
}

interface Entry {
  readonly input: IncludeInput;
  readonly cursor: Cursor;
  /** Where the path is written. */
  readonly where: Cursor;
  readonly parent: Delegation;
  readonly context: IncludeContext;
}

/** Nobody can hand on more than he has. */
function delegate({ input, cursor, parent, context }: Entry): Omit<Delegation, 'chain'> {
  const { allow = USUAL_KEYS, allowTargets } = input;
  const keys = new Set(allow.filter((key) => parent.keys === undefined || parent.keys.has(key)));
  if (allowTargets === undefined) return { keys, targets: parent.targets, by: cursor };
  const patterns = readRepositoryGlobs(allowTargets, descend(cursor, 'allowTargets'), context.findings);
  const targets = patterns.length === 0 ? [] : [{ patterns, by: cursor }];
  return { keys, targets: [...parent.targets, ...targets], by: cursor };
}

function findFiles(path: string, { input, where, parent, context }: Entry): readonly FoundFile[] {
  const { findings, reader } = context;
  const [root] = parent.chain;
  const from = parent.chain.at(-1) ?? root;
  const problem = findPathProblem(path, { root: root.directory, directory: from.directory });
  if (problem !== undefined || reader === undefined) {
    const message = problem ?? 'files cannot be included here';
    const hint = 'included files lie in the folder of the file that the run was given, or below';
    findings.error({ code: 'invalid-include', where, message, hint: problem === undefined ? undefined : hint });
    return [];
  }
  const found = reader.find({ root: root.directory, directory: from.directory, glob: path });
  if (found.length > 0) return found;
  const message = `${quote(path, 200)} names no file`;
  if (input.optional === true) findings.note({ code: 'unmatched-include', where, message });
  else {
    const hint = 'correct the path, or write  optional: true';
    findings.error({ code: 'unmatched-include', where, message, hint });
  }
  return [];
}

/** A file that is found, unless it is one too many. */
function openFile(found: FoundFile, { where, parent, context }: Entry): SourceFile | undefined {
  const { findings, known } = context;
  if (found.kind === 'problem') {
    const message = `${cleanText(found.path, 200)} ${found.problem}`;
    findings.error({ code: 'invalid-include', where, message });
    return undefined;
  }
  const file = toSourceFile(found.source);
  const other = known.get(identify(file));
  if (other !== undefined) return reportKnown(other, { where, parent, findings });
  context.included += file.text.length;
  const excess = findExcess(context, parent);
  if (excess !== undefined) {
    findings.error({ code: 'too-many-includes', where, message: excess, hint: 'split the config and run the parts' });
    return undefined;
  }
  known.set(identify(file), { file, by: where });
  return file;
}

function findExcess({ known, included }: IncludeContext, { chain }: Delegation): string | undefined {
  if (known.size >= MAX_INCLUDED_FILES) return `the run would have more than ${MAX_INCLUDED_FILES} files`;
  if (included > MAX_INCLUDED_CHARS) return `the included files have more than ${MAX_INCLUDED_CHARS} characters`;
  return chain.length >= MAX_INCLUDE_DEPTH
    ? `files include each other over more than ${MAX_INCLUDE_DEPTH} steps`
    : undefined;
}

function reportKnown(
  other: { readonly file: SourceFile; readonly by: Place | undefined },
  { where, parent, findings }: { readonly where: Cursor; readonly parent: Delegation; readonly findings: Findings },
): undefined {
  const name = cleanText(other.file.path, 200);
  const start = parent.chain.findIndex((file) => identify(file) === identify(other.file));
  if (start !== -1) {
    const way = [...parent.chain.slice(start), other.file].map((file) => cleanText(file.path, 200)).join(' → ');
    findings.error({
      code: 'include-cycle',
      where,
      message: `${name} includes itself: ${way}`,
      hint: 'remove one step',
    });
    return;
  }
  const first = other.by === undefined ? 'given to the run' : `included ${describePlace(other.by.node, where.node)}`;
  findings.error({
    code: 'duplicate-include',
    where,
    message: `${name} is already ${first}`,
    hint: 'a file is read once, with what one place allows it',
  });
}
