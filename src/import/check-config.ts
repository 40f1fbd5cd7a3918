import { ConfigError, type Diagnostic } from '../config/diagnostic.ts';
import { loadConfig } from '../config/load.ts';
import type { ImportedConfig, ImportedImage, ImportNote, ImportResult } from './imported.ts';
import { writeConfig } from './write-config.ts';

/** Each round takes at least one image out. */
const MAX_ROUNDS = 100;

/**
 * Pure: the import without images that break a rule of the language, as with a tag that is declared twice: what is written
 * is valid. They are in the notes and the comments.
 */
export function leaveOutInvalid(result: ImportResult): ImportResult {
  let checked = result;
  for (let round = 0; round < MAX_ROUNDS; round += 1) {
    const faults = findFaults(checked.config);
    if (faults.size === 0) return checked;
    checked = leaveOut(checked, faults);
  }
  return { ...checked, config: { ...checked.config, images: [] } };
}

function leaveOut({ config, notes, failed }: ImportResult, faults: ReadonlyMap<number, string>): ImportResult {
  const left = config.images.flatMap((image, index): readonly ImportNote[] => {
    const message = faults.get(index);
    return message === undefined
      ? []
      : [{ severity: 'warning', where: nameImage(image), message: `left out: ${message}` }];
  });
  return {
    config: {
      ...config,
      comments: [...config.comments, ...left.map(({ where, message }) => `${where}: ${message}`)],
      images: config.images.filter((_, index) => !faults.has(index)),
    },
    notes: [...notes, ...left],
    failed,
  };
}

function nameImage({ targets: [first] }: ImportedImage): string {
  return `${first?.repository ?? ''}:${first?.tags[0] ?? ''}`;
}

/** What is wrong with images, by their place in the list. What is wrong elsewhere is put down to the last one. */
function findFaults(config: ImportedConfig): ReadonlyMap<number, string> {
  try {
    loadConfig({
      files: [{ path: 'import', directory: '/', text: writeConfig(config) }],
      variables: Object.fromEntries(config.variables.map(({ name, fallback }) => [name, fallback ?? '0'])),
      environment: {},
    });
    return new Map();
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    const errors = error.diagnostics.filter(({ severity }) => severity === 'error');
    return new Map(errors.map((each) => [findPlace(each) ?? config.images.length - 1, each.message]));
  }
}

function findPlace({ path }: Diagnostic): number | undefined {
  const [, place] = /^images\[(\d+)\]/.exec(path) ?? [];
  return place === undefined ? undefined : Number(place);
}
