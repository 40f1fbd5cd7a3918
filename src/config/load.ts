import { createHash } from 'node:crypto';
import type { RegistrySettings } from '../registry/settings.ts';
import { Budget } from './budget.ts';
import type { Declaration, DeclaredAbsence } from './declaration.ts';
import type { Diagnostic } from './diagnostic.ts';
import { expandImage } from './expand.ts';
import { Findings } from './findings.ts';
import { type CheckedImage, readImage } from './image/read-image.ts';
import { dropNulls } from './merge.ts';
import { findNearest } from './nearest.ts';
import { type Cursor, descend, findValue, type MapNode, makeMap } from './node.ts';
import { parseConfig } from './parse.ts';
import { checkReadOnlyTargets } from './read-only-targets.ts';
import { joinRegistries, listRegistries, type WrittenSettings } from './registries.ts';
import { DEFAULT_DRIFT_RULES, DEFAULT_RUN_GUARDS, type DriftRules, type RunGuards } from './run-rules.ts';
import { quote } from './scalar-text.ts';
import { defaultsSchema, fileSchema } from './schema/config-schema.ts';
import { inheritedKeys } from './schema/image-keys.ts';
import { shareTags } from './share-tags.ts';
import { type ConfigSource, type SourceFile, toSourceFile } from './source-file.ts';
import { type Substitution, substitute } from './substitute.ts';
import { validate } from './validate.ts';
import { resolveVariables, type VariableSources } from './variables.ts';

/** The config files of a run, checked and expanded. */
export interface LoadedConfig {
  /** With the SHA-256 of each text, in hexadecimal. */
  readonly files: readonly { readonly path: string; readonly sha256: string }[];
  /** In the order of the files. */
  readonly declarations: readonly Declaration[];
  /** Tags that are to be gone, in the order of the files; none of them is a tag of a declaration. */
  readonly absences: readonly DeclaredAbsence[];
  readonly guards: RunGuards;
  readonly drift: DriftRules;
  /** By canonical host, and `*`; see `settingsFor`. */
  readonly settings: ReadonlyMap<string, RegistrySettings>;
  /** Warnings and notes. */
  readonly diagnostics: readonly Diagnostic[];
}

export interface LoadOptions {
  readonly files: readonly ConfigSource[];
  /** From `--var`. */
  readonly variables: Readonly<Record<string, string>>;
  readonly environment: Readonly<Record<string, string | undefined>>;
}

/**
 * Reads config files. Each has variables and defaults of its own; images and registries are put together. Throws a
 * ConfigError with everything that is wrong in any of the files, and nothing else. Pure: no input, no output.
 */
export function loadConfig({ files, variables, environment }: LoadOptions): LoadedConfig {
  const findings = new Findings(files.map((file) => file.path));
  const run: Run = { findings, budget: new Budget(findings), sources: { given: variables, environment } };
  const sources = files.map((file) => toSourceFile(file));
  const parts = sources.map((file) => loadFile(file, run));
  checkGivenVariables(parts, sources, run);
  const settings = joinRegistries(
    parts.flatMap((part) => part.registries),
    findings,
  );
  const images = parts.flatMap((part) => part.images);
  checkReadOnlyTargets(images, settings, findings);
  const declarations = shareTags(images, findings);
  findings.assertNoError();
  const [first] = sources;
  if (declarations.length === 0 && first !== undefined) {
    const message = 'nothing is declared: there is no image, or none that is enabled';
    findings.warn({ code: 'no-images', where: { node: { file: first, offset: 0 }, path: ['images'] }, message });
  }
  return {
    files: files.map(({ path, text }) => ({ path, sha256: createHash('sha256').update(text).digest('hex') })),
    declarations,
    absences: [],
    guards: DEFAULT_RUN_GUARDS,
    drift: DEFAULT_DRIFT_RULES,
    settings,
    diagnostics: findings.list(),
  };
}

interface Run {
  readonly findings: Findings;
  readonly budget: Budget;
  readonly sources: VariableSources;
}

interface FilePart {
  readonly registries: readonly WrittenSettings[];
  readonly images: readonly CheckedImage[];
  /** Undefined when the file cannot be read far enough to know. */
  readonly variables: readonly string[] | undefined;
}

function loadFile(file: SourceFile, { findings, budget, sources }: Run): FilePart {
  const root = parseConfig(file, findings);
  if (root === undefined) return { registries: [], images: [], variables: undefined };
  const scope = resolveVariables(root, sources, findings);
  const substitution: Substitution = { scope, findings, budget };
  const frame: Cursor = { node: substituteFrame(root, substitution), path: [] };
  const input = validate(fileSchema, frame, findings);
  if (findValue(root, 'version') === undefined) {
    const hint = 'begin the file with  version: 1';
    findings.error({ code: 'missing-key', where: frame, message: 'the key "version" is missing', hint });
  }
  const images = descend(frame, 'images');
  const entries = images.node.kind === 'list' ? images.node.items.map((_, index) => descend(images, index)) : [];
  const defaults = readDefaults(frame, findings);
  return {
    registries: listRegistries(input?.registries ?? {}, descend(frame, 'registries'), findings),
    images: entries.flatMap((entry) => loadImage(entry, defaults, substitution)),
    variables: [...scope.keys()],
  };
}

/** Fills in variables everywhere but in their own declarations, and in images, which may have a matrix. */
function substituteFrame(root: MapNode, substitution: Substitution): MapNode {
  const entries = [...root.entries].map(([key, entry]) => {
    const isLater = key === 'variables' || key === 'images';
    return [
      key,
      isLater ? entry : { ...entry, value: substitute({ node: entry.value, path: [key] }, substitution) },
    ] as const;
  });
  return makeMap(root, new Map(entries));
}

/** The defaults that an image may have, over what is built in; each fault in them is reported here, once. */
function readDefaults(frame: Cursor, findings: Findings): MapNode | undefined {
  const written = findValue(frame.node, 'defaults');
  if (written === undefined) return undefined;
  const node = dropNulls({ node: written, path: ['defaults'] }, findings);
  validate(defaultsSchema, { node, path: ['defaults'] }, findings);
  if (node.kind !== 'map') return undefined;
  return makeMap(node, new Map([...node.entries].filter(([key]) => Object.hasOwn(inheritedKeys, key))));
}

function loadImage(entry: Cursor, defaults: MapNode | undefined, substitution: Substitution): readonly CheckedImage[] {
  const { findings } = substitution;
  if (entry.node.kind !== 'map') {
    readImage(entry, findings);
    return [];
  }
  return expandImage(entry, defaults, substitution)
    .map((image) => readImage(image, findings))
    .filter((image) => image !== undefined);
}

/** A `--var` that no file declares is a typo, or it would silently change nothing. */
function checkGivenVariables(
  parts: readonly FilePart[],
  files: readonly SourceFile[],
  { findings, sources }: Run,
): void {
  const [file] = files;
  const declared = parts.flatMap((part) => part.variables ?? []);
  if (file === undefined || parts.some((part) => part.variables === undefined)) return;
  for (const name of Object.keys(sources.given)) {
    if (declared.includes(name)) continue;
    const nearest = findNearest(name, declared);
    findings.error({
      code: 'unknown-variable',
      where: { node: { file, offset: 0 }, path: ['variables'] },
      message: `--var ${quote(name)} names no variable of ${files.length === 1 ? 'this file' : 'these files'}`,
      hint: nearest === undefined ? 'declare it under variables:' : `did you mean ${nearest}?`,
    });
  }
}
