import type { StatedPlatform } from '../wanted-list.ts';
import type { DockerCommand } from './docker-command.ts';
import type { ExpandedWord, Untold } from './expand.ts';
import { type FlagTable, type ReadFlags, readFlags, readValue } from './flags.ts';
import { type ImageName, readImageName } from './image-name.ts';
import { readImagetools } from './imagetools.ts';
import { readFromArgs } from './manifest-tool-args.ts';
import { type ScriptState, toWanted } from './script-state.ts';

const INSECURE: FlagTable = { '--insecure': { name: 'insecure', takes: 'switch' } };
const TABLES: Readonly<Record<string, FlagTable>> = {
  create: { ...INSECURE, '--amend': { name: 'amend', takes: 'switch' }, '-a': { name: 'amend', takes: 'switch' } },
  push: { ...INSECURE, '--purge': { name: 'purge', takes: 'switch' }, '-p': { name: 'purge', takes: 'switch' } },
  rm: {},
  annotate: {
    '--arch': { name: 'architecture', takes: 'value' },
    '--os': { name: 'os', takes: 'value' },
    '--os-features': { name: 'osFeatures', takes: 'value' },
    '--os-version': { name: 'osVersion', takes: 'value' },
    '--variant': { name: 'variant', takes: 'value' },
  },
};

const READERS: Readonly<Record<string, (command: DockerCommand, state: ScriptState) => string | undefined>> = {
  'docker buildx imagetools create': readImagetools,
  'manifest-tool push from-args': readFromArgs,
};

/** Takes one command over, or notes why not. */
export function readDockerCommand(command: DockerCommand, state: ScriptState): void {
  const { name, line } = command;
  const read = READERS[name] ?? readManifest;
  const problem = read(command, state);
  if (problem !== undefined) state.note(line, `${name} is left out: ${problem}`, 'warning');
}

/** Undefined when it was taken over. */
function readManifest(command: DockerCommand, state: ScriptState): string | undefined {
  const { name, words } = command;
  const verb = name.slice('docker manifest '.length);
  const table = name.startsWith('docker manifest ') && Object.hasOwn(TABLES, verb) ? TABLES[verb] : undefined;
  if (table === undefined) return describeOther(name);
  const read = readFlags(words, table);
  if ('problem' in read) return read.problem;
  const names: ImageName[] = [];
  for (const word of read.rest) {
    const image = readImageName(word, state.environment);
    if ('problem' in image) return image.problem;
    names.push(image);
  }
  const [list, ...images] = names;
  if (list === undefined) return 'it names no list';
  if (read.flags.has('insecure')) state.insecure.add(list.repository);
  return VERBS[verb]?.({ command, read, list, images, state });
}

interface Parsed {
  readonly command: DockerCommand;
  readonly read: ReadFlags;
  readonly list: ImageName;
  readonly images: readonly ImageName[];
  readonly state: ScriptState;
}

const VERBS: Readonly<Record<string, (parsed: Parsed) => string | undefined>> = { create, annotate, push, rm };

function create({ command, read, list, images, state }: Parsed): string | undefined {
  if (list.digest !== '') return 'the name of a list has no digest';
  const where = state.place(command.line);
  const wanted = images.map((image) => toWanted(image, where));
  const isRefused = state.book.create({ name: list, images: wanted, where }, read.flags.has('amend'));
  if (isRefused)
    state.note(command.line, 'docker would refuse it without --amend, as the list is there; taken as with it');
  return undefined;
}

function annotate({ read, list, images: [image], state }: Parsed): string | undefined {
  if (image === undefined) return 'it names no image';
  const stated = toStated(read.flags);
  if ('problem' in stated) return stated.problem;
  return state.book.annotate(list, image, stated)
    ? undefined
    : 'the list has no such image at this place of the script';
}

function toStated(flags: ReadFlags['flags']): StatedPlatform | Untold {
  const values = new Map<string, string>();
  for (const [name, words] of flags) {
    const texts = words.map((word: ExpandedWord) => readValue(word));
    if (texts.includes(undefined)) return { problem: 'the value of a flag is only known when it runs' };
    values.set(name, texts.join(','));
  }
  const { osFeatures, ...texts } = Object.fromEntries(values) as Record<string, string>;
  return { ...texts, ...(osFeatures === undefined ? {} : { osFeatures: osFeatures.split(',') }) };
}

function push({ read, list, state }: Parsed): string | undefined {
  return state.book.push(list, read.flags.has('purge')) ? undefined : 'the script makes no such list before it';
}

function rm({ command, list, images, state }: Parsed): undefined {
  for (const each of [list, ...images]) state.book.remove(each);
  state.note(command.line, 'docker manifest rm is not needed: there is no local copy');
}

function describeOther(name: string): string {
  if (/inspect|ls$/.test(name)) return 'it makes no tag; see plait inspect';
  if (name.startsWith('manifest-tool push from-spec')) return 'import its file with --manifest-tool';
  return 'it is not known here';
}
