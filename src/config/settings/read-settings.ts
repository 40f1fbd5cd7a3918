import { basename } from 'node:path';
import * as z from 'zod';
import { Findings, type Place } from '../findings.ts';
import { type Cursor, descend, findValue, placeOfKey } from '../node.ts';
import { parseConfig } from '../parse.ts';
import { readConfig } from '../read-config.ts';
import { type SourceFile, toSourceFile } from '../source-file.ts';
import { validate } from '../validate.ts';
import { SETTINGS_PROPERTY } from './find-settings.ts';

const KIND = { name: 'a file of settings', hint: 'write  flag-name: value, a line for each flag' };

const settingsSchema = z.record(
  z.string(),
  z.union([z.string(), z.int(), z.boolean(), z.array(z.string()).max(10_000)]),
);

export type SettingValue = string | number | boolean | readonly string[];

/** One setting as it is written. */
export interface Setting {
  readonly name: string;
  readonly value: SettingValue;
  readonly key: Place;
  readonly at: Cursor;
}

export interface ToolSettings {
  readonly file: SourceFile;
  readonly settings: readonly Setting[];
  /** What is wrong so far; whoever knows the names adds to it. */
  readonly findings: Findings;
}

/** The settings in the file at `path`, which `findToolSettings` found in `workingDirectory`. */
export async function readToolSettings(path: string, workingDirectory: string): Promise<ToolSettings> {
  const file = toSourceFile(await readConfig(path, { workingDirectory }));
  const findings = new Findings([file.path]);
  return { file, findings, settings: readSettings(file, findings) };
}

function readSettings(file: SourceFile, findings: Findings): readonly Setting[] {
  const node = parseConfig(file, findings, KIND);
  if (node === undefined) return [];
  const root: Cursor = { node, path: [] };
  const isPackage = basename(file.path) === 'package.json' && findValue(node, SETTINGS_PROPERTY) !== undefined;
  const cursor = isPackage ? descend(root, SETTINGS_PROPERTY) : root;
  if (cursor.node.kind !== 'map') {
    const where = placeOfKey(root, SETTINGS_PROPERTY);
    findings.error({ code: 'wrong-type', where, message: 'settings are a mapping', hint: KIND.hint });
    return [];
  }
  const entries = Object.entries(validate(settingsSchema, cursor, findings) ?? {});
  return entries.map(([name, value]) => ({
    name,
    value,
    key: placeOfKey(cursor, name),
    at: descend(cursor, name),
  }));
}
