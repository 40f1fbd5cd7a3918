import type { Budget } from './budget.ts';
import { expandImage } from './expand.ts';
import type { Findings } from './findings.ts';
import { forgetValues, shareValues, type ValuePool } from './image/lean-image.ts';
import { type CheckedImage, readImage } from './image/read-image.ts';
import { checkKeys, checkTargets, type Delegation } from './include/delegation.ts';
import { dropNulls } from './merge.ts';
import { type Cursor, descend, findValue, type MapNode, makeList, makeMap } from './node.ts';
import { parseConfig } from './parse.ts';
import { readTagPatterns } from './read-pattern.ts';
import { listRegistries, type WrittenSettings } from './registries.ts';
import { readDrift, type WrittenDrift } from './run/drift-rules.ts';
import { type CheckedAbsence, readAbsences } from './run/read-absences.ts';
import { readRunGuards, type WrittenGuards } from './run/run-guards.ts';
import { defaultsSchema, fileSchema } from './schema/config-schema.ts';
import { inheritedKeys } from './schema/image-keys.ts';
import type { IncludeInput } from './schema/include-schema.ts';
import type { SourceFile } from './source-file.ts';
import { type Substitution, substitute } from './substitute.ts';
import { validate } from './validate.ts';
import { resolveVariables, type VariableSources } from './variables.ts';

/** What all files of a run share. */
export interface LoadContext {
  readonly findings: Findings;
  readonly budget: Budget;
  readonly variables: VariableSources;
  /** Milliseconds since 1970; undefined when nothing is to expire. */
  readonly now: number | undefined;
  readonly pool: ValuePool;
  /** True when the values are wanted beside what they mean. */
  readonly isTraced: boolean;
}

/** What one file says, sound by itself. */
export interface FilePart {
  readonly file: SourceFile;
  readonly includes: readonly { readonly input: IncludeInput; readonly cursor: Cursor }[];
  readonly registries: readonly WrittenSettings[];
  readonly guards: readonly WrittenGuards[];
  readonly drift: readonly WrittenDrift[];
  readonly images: readonly CheckedImage[];
  readonly absences: readonly CheckedAbsence[];
  /** Undefined when the file cannot be read far enough to know. */
  readonly variables: readonly string[] | undefined;
}

const NOTHING = { includes: [], registries: [], guards: [], drift: [], images: [], absences: [], variables: undefined };

/** Reads one config file, with variables and defaults of its own; what is wrong is reported. */
export function loadFile(file: SourceFile, delegation: Delegation, context: LoadContext): FilePart {
  const opened = openFile(file, delegation, context);
  if (opened === undefined) return { file, ...NOTHING };
  const { frame, entries, substitution } = opened;
  const part = {
    file,
    ...readFrame(frame, context),
    images: loadImages(entries, readDefaults(frame, context.findings), { substitution, context }),
    variables: [...substitution.scope.keys()],
  };
  checkTargets(
    [
      ...part.images.flatMap(({ tags }) => tags),
      ...part.absences.map(({ repository, cursor }) => ({ repository, where: descend(cursor, 'target') })),
    ],
    delegation,
    context.findings,
  );
  return part;
}

/** What a file says, as it is written. */
interface OpenFile {
  /** With variables filled in, and without the entries of `images`. */
  readonly frame: Cursor;
  /** Those of `images`, the last one first. Each is taken out to be read: in a large file they take more than what they say. */
  readonly entries: Cursor[];
  readonly substitution: Substitution;
}

function openFile(
  file: SourceFile,
  delegation: Delegation,
  { findings, budget, variables }: LoadContext,
): OpenFile | undefined {
  const root = parseConfig(file, findings);
  if (root === undefined) return undefined;
  checkKeys(root, delegation, findings);
  const scope = resolveVariables(root, variables, findings);
  const substitution: Substitution = { scope, findings, budget };
  const images = descend({ node: root, path: [] }, 'images');
  const entries = images.node.kind === 'list' ? images.node.items.map((_, index) => descend(images, index)) : [];
  const frame = { node: substituteFrame(root, substitution), path: [] };
  return { frame, entries: entries.reverse(), substitution };
}

/** Fills in variables everywhere but in their own declarations, and in images, which may have a matrix. */
function substituteFrame(root: MapNode, substitution: Substitution): MapNode {
  const entries = [...root.entries].map(([key, { key: at, value }]) => {
    if (key === 'images' && value.kind === 'list') return [key, { key: at, value: makeList(value, []) }] as const;
    const isLater = key === 'variables' || key === 'images';
    return [key, { key: at, value: isLater ? value : substitute({ node: value, path: [key] }, substitution) }] as const;
  });
  return makeMap(root, new Map(entries));
}

/** Everything but images. */
function readFrame(frame: Cursor, { findings, now }: LoadContext) {
  const input = validate(fileSchema, frame, findings);
  if (findValue(frame.node, 'version') === undefined) {
    const hint = 'begin the file with  version: 1';
    findings.error({ code: 'missing-key', where: frame, message: 'the key "version" is missing', hint });
  }
  const { include = [], registries = {}, guards, drift, absent = [] } = input ?? {};
  return {
    includes: include.map((each, index) => ({ input: each, cursor: descend(frame, 'include', index) })),
    registries: listRegistries(registries, descend(frame, 'registries'), findings),
    guards: guards === undefined ? [] : [readRunGuards(guards, descend(frame, 'guards'), findings)],
    drift: drift === undefined ? [] : [readDrift(drift, descend(frame, 'drift'), { findings, now })],
    absences: readAbsences(absent, descend(frame, 'absent'), findings),
  };
}

function loadImages(
  entries: Cursor[],
  defaults: MapNode | undefined,
  { substitution, context }: { readonly substitution: Substitution; readonly context: LoadContext },
): readonly CheckedImage[] {
  const { pool, isTraced } = context;
  const images: CheckedImage[] = [];
  for (let entry = entries.pop(); entry !== undefined; entry = entries.pop()) {
    for (const image of loadImage(entry, defaults, substitution)) {
      images.push(shareValues(isTraced ? image : forgetValues(image), pool));
    }
  }
  return images;
}

/** The defaults that an image may have, over what is built in; each fault in them is reported here, once. */
function readDefaults(frame: Cursor, findings: Findings): MapNode | undefined {
  const written = findValue(frame.node, 'defaults');
  if (written === undefined) return undefined;
  const node = dropNulls({ node: written, path: ['defaults'] }, findings);
  const cursor: Cursor = { node, path: ['defaults'] };
  const { guards } = validate(defaultsSchema, cursor, findings) ?? {};
  readTagPatterns(guards?.immutableTags ?? [], descend(cursor, 'guards', 'immutableTags'), findings);
  if (node.kind !== 'map') return undefined;
  return makeMap(node, new Map([...node.entries].filter(([key]) => Object.hasOwn(inheritedKeys, key))));
}

function* loadImage(
  entry: Cursor,
  defaults: MapNode | undefined,
  substitution: Substitution,
): Generator<CheckedImage, void, void> {
  const { findings } = substitution;
  if (entry.node.kind !== 'map') {
    readImage(entry, findings);
    return;
  }
  for (const each of expandImage(entry, defaults, substitution)) {
    const image = readImage(each, findings);
    if (image !== undefined) yield image;
  }
}
