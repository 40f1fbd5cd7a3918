import type { DockerCommand } from './docker-command.ts';
import type { ExpandedWord, Untold } from './expand.ts';
import { type FlagTable, type ReadFlags, readFlags, readValue } from './flags.ts';
import { type ImageName, readImageName } from './image-name.ts';
import { type ScriptState, toConfigText, toWanted } from './script-state.ts';

const FLAGS: FlagTable = {
  '-t': { name: 'tag', takes: 'value' },
  '--tag': { name: 'tag', takes: 'value' },
  '--append': { name: 'append', takes: 'switch' },
  '--annotation': { name: 'annotation', takes: 'value' },
  '--builder': { name: 'builder', takes: 'value' },
  '--dry-run': { name: 'dry-run', takes: 'switch' },
  '-f': { name: 'file', takes: 'value' },
  '--file': { name: 'file', takes: 'value' },
  '--metadata-file': { name: 'metadata-file', takes: 'value' },
  '--platform': { name: 'platform', takes: 'value' },
  '-p': { name: 'platform', takes: 'value' },
  '--prefer-index': { name: 'prefer-index', takes: 'switch' },
  '--progress': { name: 'progress', takes: 'value' },
  '-D': { name: 'debug', takes: 'switch' },
  '--debug': { name: 'debug', takes: 'switch' },
};

/** Takes `docker buildx imagetools create` over; says why when it cannot be. */
export function readImagetools({ words, line }: DockerCommand, state: ScriptState): string | undefined {
  const read = readFlags(words, FLAGS);
  if ('problem' in read) return read.problem;
  const job = readJob(read, state);
  if ('problem' in job) return job.problem;
  const { tags, sources, annotations, keepsOthers } = job;
  const where = state.place(line);
  const isPlain = Object.keys({ ...annotations.index, ...annotations.descriptor }).length === 0;
  for (const { repository, tag = 'latest' } of tags) {
    state.book.add({
      where,
      repository,
      tags: [tag],
      images: sources.map((source) => toWanted(source, where)),
      isCopy: sources.length === 1 && isPlain && !keepsOthers,
      mediaType: 'auto',
      annotations: annotations.index,
      descriptorAnnotations: annotations.descriptor,
      comments: keepsOthers ? [`--append, ${where}: what is live beside these images stays`] : [],
      keepsOthers,
    });
  }
  return undefined;
}

interface Job {
  readonly tags: readonly ImageName[];
  readonly sources: readonly ImageName[];
  readonly annotations: ReadAnnotations;
  readonly keepsOthers: boolean;
}

function readJob({ flags, rest }: ReadFlags, state: ScriptState): Job | Untold {
  const obstacle = ['dry-run', 'file', 'platform'].find((name) => flags.has(name));
  if (obstacle !== undefined) return { problem: `--${obstacle} is not understood here` };
  const tags = readNames(flags.get('tag') ?? [], state);
  if ('problem' in tags) return tags;
  if (tags[0] === undefined) return { problem: 'it has no --tag' };
  const sources = readNames(rest, state, tags[0]);
  if ('problem' in sources) return sources;
  if (sources.length === 0) return { problem: 'it names no source' };
  const annotations = readAnnotations(flags.get('annotation') ?? []);
  return 'problem' in annotations ? annotations : { tags, sources, annotations, keepsOthers: flags.has('append') };
}

const DIGEST = /^sha256:[0-9a-f]{64}$/;

/** `home`: where a digest without a repository is. */
function readNames(
  words: readonly ExpandedWord[],
  state: ScriptState,
  home?: ImageName,
): readonly ImageName[] | Untold {
  const names: ImageName[] = [];
  for (const word of words) {
    const digest = readValue(word);
    const isDigest = home !== undefined && digest !== undefined && DIGEST.test(digest);
    const name = isDigest ? toDigestName(home, digest) : readImageName(word, state.environment);
    if ('problem' in name) return name;
    names.push(name);
  }
  return names;
}

function toDigestName({ repository }: ImageName, digest: string): ImageName {
  const resolved = repository.includes('${') ? undefined : `${repository}@${digest}`;
  return { repository, tag: undefined, digest: `@${digest}`, resolved };
}

interface ReadAnnotations {
  readonly index: Record<string, string>;
  readonly descriptor: Record<string, string>;
}

/** `[TYPE:]KEY=VALUE`; what is not of the index or of all its entries is none of them. */
function readAnnotations(words: readonly ExpandedWord[]): ReadAnnotations | Untold {
  const annotations: ReadAnnotations = { index: {}, descriptor: {} };
  for (const word of words) {
    const text = toConfigText(word);
    const [whole, type = 'index', key = '', value = ''] =
      /^(?:([a-z-]+(?:\[[^\]]*\])?):)?([^=]+)=([\s\S]*)$/.exec(text) ?? [];
    if (whole === undefined) return { problem: `the annotation ${text} has no value` };
    if (type === 'index') annotations.index[key] = value;
    else if (type === 'manifest-descriptor') annotations.descriptor[key] = value;
    else return { problem: `the annotation ${key} is of ${type}; write it under platforms` };
  }
  return annotations;
}
