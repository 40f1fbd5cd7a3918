import { ConfigError, type Diagnostic, formatOrigin } from '../../src/config/diagnostic.ts';
import { type LoadedConfig, loadConfig } from '../../src/config/load.ts';

interface Given {
  readonly variables?: Readonly<Record<string, string>>;
  readonly environment?: Readonly<Record<string, string>>;
}

/** Loads config texts, named by their file, as if they stood in /project. */
export function loadFiles(files: Readonly<Record<string, string>>, given: Given = {}): LoadedConfig {
  return loadConfig({
    files: Object.entries(files).map(([path, text]) => ({ path, directory: '/project', text })),
    variables: given.variables ?? {},
    environment: given.environment ?? {},
  });
}

/** Loads one config text as manifests.yaml. */
export function loadYaml(text: string, given: Given = {}): LoadedConfig {
  return loadFiles({ 'manifests.yaml': text }, given);
}

/** Everything that is said about config texts, whether they are valid or not. */
export function diagnoseFiles(files: Readonly<Record<string, string>>, given: Given = {}): readonly Diagnostic[] {
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
  return diagnoseFiles({ 'manifests.yaml': text }, given).map((diagnostic) => {
    const place = formatOrigin(diagnostic.origin).replace('manifests.yaml:', '');
    const severity = diagnostic.severity === 'error' ? '' : ` ${diagnostic.severity}`;
    return `${place}${severity} ${diagnostic.code} ${diagnostic.path}`;
  });
}
