import { fillWords } from '../manifest-tool/fill-words.ts';
import type { StatedPlatform, WantedImage } from '../wanted-list.ts';
import type { DockerCommand } from './docker-command.ts';
import type { ExpandedWord } from './expand.ts';
import { type FlagTable, readFlags, readValue } from './flags.ts';
import { readImageName } from './image-name.ts';
import { type ScriptState, toWanted } from './script-state.ts';

const FLAGS: FlagTable = {
  '--platforms': { name: 'platforms', takes: 'value' },
  '--template': { name: 'template', takes: 'value' },
  '--target': { name: 'target', takes: 'value' },
  '--tags': { name: 'tags', takes: 'value' },
  '--type': { name: 'type', takes: 'value' },
  '--ignore-missing': { name: 'ignore-missing', takes: 'switch' },
};

/** Takes `manifest-tool push from-args` over; says why when it cannot be. */
export function readFromArgs({ words, line }: DockerCommand, state: ScriptState): string | undefined {
  const read = readFlags(words, FLAGS);
  if ('problem' in read) return read.problem;
  const [template] = read.flags.get('template') ?? [];
  const [target] = read.flags.get('target') ?? [];
  const platforms = listValues(read.flags.get('platforms'));
  if (template === undefined || target === undefined || platforms.length === 0) {
    return 'it needs --platforms, --template and --target, and all of them known';
  }
  const name = readImageName(target, state.environment);
  if ('problem' in name) return name.problem;
  const where = state.place(line);
  const images: WantedImage[] = [];
  for (const platform of platforms) {
    const stated = toStated(platform);
    const image = readImageName(fill(template, stated), state.environment);
    if ('problem' in image) return image.problem;
    images.push({ ...toWanted(image, where), stated });
  }
  state.book.add({
    where,
    repository: name.repository,
    tags: [name.tag ?? 'latest', ...listValues(read.flags.get('tags'))],
    images,
    isCopy: false,
    mediaType: listValues(read.flags.get('type')).includes('oci') ? 'oci' : 'auto',
    annotations: {},
    descriptorAnnotations: {},
    comments: [],
    keepsOthers: false,
  });
  return undefined;
}

function listValues(words: readonly ExpandedWord[] = []): readonly string[] {
  return words.flatMap((word) => (readValue(word) ?? '').split(',')).filter((value) => value !== '');
}

function toStated(text: string): StatedPlatform {
  const [os = '', architecture = '', variant = ''] = text.split('/');
  return { os, architecture, ...(variant === '' ? {} : { variant }) };
}

function fill(word: ExpandedWord, stated: StatedPlatform): ExpandedWord {
  const pieces = word.pieces.map((piece) =>
    piece.kind === 'text' ? { ...piece, text: fillWords(piece.text, stated) } : piece,
  );
  return { ...word, pieces };
}
