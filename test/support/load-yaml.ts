import { dirname, join, resolve } from 'node:path';
import { ConfigError, type Diagnostic, formatOrigin } from '../../src/config/diagnostic.ts';
import { compileGlob } from '../../src/config/glob.ts';
import type { IncludeReader } from '../../src/config/include/include-reader.ts';
import { type LoadedConfig, loadConfig } from '../../src/config/load.ts';

type Texts = Readonly<Record<string, string>>;

interface Given {
  readonly variables?: Readonly<Record<string, string>>;
  /** Of `--var-file`, by path. */
  readonly variableFiles?: Texts;
  readonly environment?: Readonly<Record<string, string>>;
  /** Files that can be included, by path below /project. */
  readonly includes?: Texts;
}

/** Noon of 2026-06-15, UTC. */
const NOW = Date.UTC(2026, 5, 15, 12);

/** Loads config texts, named by their file, as if they stood in /project. */
export function loadFiles(files: Texts, given: Given = {}): LoadedConfig {
  return loadConfig({
    files: toSources(files),
    variables: given.variables ?? {},
    variableFiles: toSources(given.variableFiles ?? {}),
    environment: given.environment ?? {},
    includes: makeIncludeReader({ ...files, ...given.includes }),
    now: NOW,
  });
}

function toSources(files: Texts) {
  return Object.entries(files).map(([path, text]) => ({
    path,
    directory: dirname(join('/project', path)),
    realPath: join('/project', path),
    text,
  }));
}

/** Finds files in memory as the real one does on the disk. */
function makeIncludeReader(files: Texts): IncludeReader {
  const sources = toSources(files);
  return {
    find: ({ directory, glob }) => {
      const matches = compileGlob(resolve(directory, glob));
      const found = sources.filter(({ realPath }) => matches?.(realPath) === true);
      return found.toSorted((a, b) => (a.path < b.path ? -1 : 1)).map((source) => ({ kind: 'file' as const, source }));
    },
  };
}

/** Loads one config text as manifests.yaml. */
export function loadYaml(text: string, given: Given = {}): LoadedConfig {
  return loadFiles({ 'manifests.yaml': text }, given);
}

/** Everything that is said about config texts, whether they are valid or not. */
export function diagnoseFiles(files: Texts, given: Given = {}): readonly Diagnostic[] {
  try {
    return loadFiles(files, given).diagnostics;
  } catch (error) {
    if (error instanceof ConfigError) return error.diagnostics;
    throw error;
  }
}

/** A text with one ► in it, as the text without it and the `line:column` where it stood. */
export function readMark(marked: string): { readonly text: string; readonly place: string } {
  const before = marked.slice(0, marked.indexOf('►')).split('\n');
  return { text: marked.replace('►', ''), place: `${before.length}:${(before.at(-1) ?? '').length + 1}` };
}

/** What is said about one config text as `line:column code path`, without warnings and notes. */
export function listErrors(text: string, given: Given = {}): readonly string[] {
  return listAll(text, given).filter((line) => !/ (?:warning|note) /.test(line));
}

/** As {@link listErrors}, with warnings and notes marked as such. */
export function listAll(text: string, given: Given = {}): readonly string[] {
  return listFiles({ 'manifests.yaml': text }, given).map((line) => line.replace('manifests.yaml:', ''));
}

/** As {@link listAll}, for several files: `file:line:column code path`. */
export function listFiles(files: Texts, given: Given = {}): readonly string[] {
  return diagnoseFiles(files, given).map((diagnostic) => {
    const severity = diagnostic.severity === 'error' ? '' : ` ${diagnostic.severity}`;
    return `${formatOrigin(diagnostic.origin)}${severity} ${diagnostic.code} ${diagnostic.path}`;
  });
}
