import { createHash } from 'node:crypto';
import type { RegistrySettings } from '../registry/settings.ts';
import { Budget } from './budget.ts';
import type { Declaration, DeclaredAbsence } from './declaration.ts';
import type { Diagnostic } from './diagnostic.ts';
import { Findings } from './findings.ts';
import { createPool } from './image/lean-image.ts';
import { type Delegation, delegateAll } from './include/delegation.ts';
import { followInclude, type IncludeContext, identify } from './include/follow-include.ts';
import type { IncludeReader } from './include/include-reader.ts';
import { type FilePart, type LoadContext, loadFile } from './load-file.ts';
import { descend } from './node.ts';
import { joinRegistries, type WrittenSettings } from './registries.ts';
import { checkSources } from './run/check-sources.ts';
import { checkDeletes, checkReadOnly } from './run/check-writes.ts';
import { joinDrift, type WrittenDrift } from './run/drift-rules.ts';
import { joinGuards, type WrittenGuards } from './run/run-guards.ts';
import { settleAbsences, type TracedAbsence } from './run/settle-absences.ts';
import type { DriftRules, RunGuards } from './run-rules.ts';
import { shareTags, type TracedDeclaration } from './share-tags.ts';
import { type ConfigSource, type SourceFile, toSourceFile } from './source-file.ts';
import { checkDeclared, readVariableFiles } from './variable-files.ts';

/** What a config was made of: the nodes of the files, in which every value has a place. */
export interface Trace {
  readonly images: readonly TracedDeclaration[];
  readonly absences: readonly TracedAbsence[];
  /** The one that counts, by host. */
  readonly registries: ReadonlyMap<string, WrittenSettings>;
  /** Of each file. */
  readonly guards: readonly WrittenGuards[];
  readonly drift: readonly WrittenDrift[];
}

/** The config files of a run, checked and expanded. */
export interface LoadedConfig {
  /** With the SHA-256 of each text, in hexadecimal. After each file, those that it includes. */
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
  /** From `--var-file`, a later one before an earlier one. */
  readonly variableFiles?: readonly ConfigSource[];
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Without it, `include` is an error. */
  readonly includes?: IncludeReader;
  /** Milliseconds since 1970. Without it, nothing expires. */
  readonly now?: number;
}

/**
 * Reads config files, and those that they include. Each has variables and defaults of its own; the rest is put
 * together. Throws a ConfigError with everything that is wrong in any of the files, and nothing else. Pure but for what
 * `includes` reads.
 */
export function loadConfig(options: LoadOptions): LoadedConfig {
  return load(options, false).config;
}

/** As {@link loadConfig}, with what everything was made of. */
export function loadTraced(options: LoadOptions): { readonly config: LoadedConfig; readonly trace: Trace } {
  return load(options, true);
}

function load(options: LoadOptions, isTraced: boolean): ReturnType<typeof loadTraced> {
  const findings = new Findings();
  const parts = loadParts(options, findings, isTraced);
  const written = { guards: parts.flatMap((part) => part.guards), drift: parts.flatMap((part) => part.drift) };
  const guards = joinGuards(written.guards, findings);
  const drift = joinDrift(written.drift, findings);
  const registries = joinRegistries(
    parts.flatMap((part) => part.registries),
    findings,
  );
  const settings = new Map([...registries].map(([host, each]) => [host, each.settings]));
  const images = parts.flatMap((part) => part.images);
  checkSources(
    images.flatMap((image) => image.sources),
    guards,
    findings,
  );
  const tags = settleTags(parts, settings, findings);
  findings.assertNoError();
  warnEmpty(tags, parts, findings);
  const config = {
    files: parts.map(({ file }) => toHashed(file)),
    declarations: tags.images.map(({ declaration }) => declaration),
    absences: tags.absences.map(({ declared }) => declared),
    guards,
    drift,
    settings,
    diagnostics: findings.list(),
  };
  return { config, trace: { ...tags, ...written, registries } };
}

/** The tags that are wanted and those that are to be gone. */
function settleTags(
  parts: readonly FilePart[],
  settings: LoadedConfig['settings'],
  findings: Findings,
): Pick<Trace, 'images' | 'absences'> {
  const images = parts.flatMap((part) => part.images);
  const absences = parts.flatMap((part) => part.absences);
  const wanted = images.flatMap((image) => image.tags);
  const deletes = absences.map(({ repository, cursor }) => ({ repository, where: descend(cursor, 'target') }));
  checkReadOnly([...wanted, ...deletes], settings, findings);
  checkDeletes(deletes, settings, findings);
  return { images: shareTags(images, findings), absences: settleAbsences(absences, wanted, findings) };
}

/** The files of the run, each followed by those that it includes. */
function loadParts(options: LoadOptions, findings: Findings, isTraced: boolean): readonly FilePart[] {
  const { environment, includes, now } = options;
  const roots = options.files.map(toSourceFile);
  const variableFiles = (options.variableFiles ?? []).map(toSourceFile);
  const variables = { given: options.variables, files: readVariableFiles(variableFiles, findings), environment };
  const known: IncludeContext['known'] = new Map(roots.map((file) => [identify(file), { file, by: undefined }]));
  const context: TreeContext = {
    file: { findings, budget: new Budget(findings), variables, now, pool: createPool(), isTraced },
    include: { findings, reader: includes, known, included: 0 },
  };
  const parts = roots.flatMap((file) => loadTree(file, delegateAll(file), context));
  for (const { path } of variableFiles) findings.addFile(path);
  const [root] = roots;
  const declared = parts.map((part) => part.variables);
  const isKnown = declared.every((names) => names !== undefined);
  if (root !== undefined && isKnown) checkDeclared(declared.flat(), variables, { root, findings });
  return parts;
}

interface TreeContext {
  readonly file: LoadContext;
  readonly include: IncludeContext;
}

function loadTree(file: SourceFile, delegation: Delegation, context: TreeContext): readonly FilePart[] {
  context.file.findings.addFile(file.path);
  const part = loadFile(file, delegation, context.file);
  const included = part.includes.flatMap(({ input, cursor }) =>
    followInclude(input, cursor, { delegation, context: context.include }),
  );
  return [part, ...included.flatMap((each) => loadTree(each.file, each.delegation, context))];
}

function warnEmpty(
  { images, absences }: Pick<Trace, 'images' | 'absences'>,
  [first]: readonly FilePart[],
  findings: Findings,
): void {
  if (images.length > 0 || absences.length > 0 || first === undefined) return;
  const message = 'nothing is declared: there is no image, or none that is enabled';
  const where = { node: { file: first.file, offset: 0 }, path: ['images'] };
  findings.warn({ code: 'no-images', where, message });
}

function toHashed({ path, text }: SourceFile): LoadedConfig['files'][number] {
  return { path, sha256: createHash('sha256').update(text).digest('hex') };
}
