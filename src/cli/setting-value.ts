import { isAbsolute, resolve } from 'node:path';
import type { Option } from 'commander';
import { findNearest } from '../config/nearest.ts';
import type { SettingValue } from '../config/settings/read-settings.ts';
import { isPlaitError } from '../errors/plait-error.ts';

/** A value as the option would have it from the command line, or why it cannot have it. */
export type ReadValue =
  | { readonly kind: 'value'; readonly value: unknown }
  | { readonly kind: 'problem'; readonly message: string; readonly hint?: string };

/** Reads what a file of settings in `folder` (absolute) says of `option`. Relative paths count from there. */
export function readSettingValue(option: Option, value: SettingValue, folder: string): ReadValue {
  if (option.negate || option.isBoolean()) {
    if (typeof value !== 'boolean') return problem('this is true or false');
    return { kind: 'value', value: option.negate ? !value : value };
  }
  if (Array.isArray(option.defaultValue)) {
    if (typeof value === 'number' || typeof value === 'boolean') return problem('this is a list of texts');
    return { kind: 'value', value: [value].flat().map((item: string) => toAbsolute(option, item, folder)) };
  }
  if (typeof value === 'number') {
    return option.parseArg === undefined ? problem('this is a text', `write "${value}"`) : parse(option, String(value));
  }
  if (typeof value !== 'string') return problem('this is one value');
  if (option.argChoices === undefined) return parse(option, toAbsolute(option, value, folder));
  return option.argChoices.includes(value) ? { kind: 'value', value } : refuseWord(value, option.argChoices);
}

function problem(message: string, hint?: string): ReadValue {
  return { kind: 'problem', message, ...(hint === undefined ? {} : { hint }) };
}

function refuseWord(word: string, words: readonly string[]): ReadValue {
  const nearest = findNearest(word, words);
  return problem(`this is one of ${words.join(', ')}`, nearest === undefined ? undefined : `did you mean ${nearest}?`);
}

function parse(option: Option, text: string): ReadValue {
  try {
    return { kind: 'value', value: option.parseArg === undefined ? text : option.parseArg(text, undefined) };
  } catch (error) {
    if (isPlaitError(error, 'USAGE')) return problem(error.message);
    throw error;
  }
}

/** Only what the flag calls a path is one, also after the format of an output; `-` is a stream. */
function toAbsolute({ flags }: Option, text: string, folder: string): string {
  if (/<(?:path|file|folder)>/.test(flags)) return makeAbsolute(text, folder);
  const at = flags.includes('[=path]') ? text.indexOf('=') : -1;
  return at === -1 ? text : `${text.slice(0, at)}=${makeAbsolute(text.slice(at + 1), folder)}`;
}

function makeAbsolute(path: string, folder: string): string {
  return path === '-' || isAbsolute(path) ? path : resolve(folder, path);
}
