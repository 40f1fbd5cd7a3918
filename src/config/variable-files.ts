import * as z from 'zod';
import type { Findings, Place } from './findings.ts';
import { findNearest } from './nearest.ts';
import { type Cursor, descend, placeOfKey } from './node.ts';
import { parseConfig } from './parse.ts';
import { quote } from './scalar-text.ts';
import type { SourceFile } from './source-file.ts';
import { validate } from './validate.ts';
import type { FileValue, VariableSources } from './variables.ts';

const KIND = { name: 'a file of variables', hint: 'write  name: value, a line for each variable' };

const valuesSchema = z.record(z.string(), z.union([z.string(), z.array(z.string())]));

/** The values in files of `--var-file`, a mapping each; a later file wins. What is wrong is reported. */
export function readVariableFiles(files: readonly SourceFile[], findings: Findings): ReadonlyMap<string, FileValue> {
  return new Map(files.flatMap((file) => readFile(file, findings)));
}

function readFile(file: SourceFile, findings: Findings): readonly (readonly [string, FileValue])[] {
  const node = parseConfig(file, findings, KIND);
  if (node === undefined) return [];
  const root: Cursor = { node, path: [] };
  const values = validate(valuesSchema, root, findings) ?? {};
  return Object.keys(values).map((name) => [name, { key: placeOfKey(root, name), value: descend(root, name) }]);
}

/** A value that no file declares a variable for is a typo, or it would silently change nothing. */
export function checkDeclared(
  declared: readonly string[],
  { given, files }: VariableSources,
  { root, findings }: { readonly root: SourceFile; readonly findings: Findings },
): void {
  const names = new Set(declared);
  const report = (name: string, source: string, where: Place): void => {
    const nearest = findNearest(name, names);
    const hint = nearest === undefined ? 'declare it under variables:' : `did you mean ${nearest}?`;
    const message = `${source} ${quote(name)} names no variable of the config`;
    findings.error({ code: 'unknown-variable', where, message, hint });
  };
  for (const name of Object.keys(given)) {
    if (!names.has(name)) report(name, '--var', { node: { file: root, offset: 0 }, path: ['variables'] });
  }
  for (const [name, { key }] of files) if (!names.has(name)) report(name, '--var-file', key);
}
