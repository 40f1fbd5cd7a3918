import { basename } from 'node:path';
import { findUpwards } from '../find-upwards.ts';

/** The property of a `package.json` that holds settings. */
export const SETTINGS_PROPERTY = 'plait';

/**
 * The absolute path of the file with the settings of the tool that hold in `directory` (absolute): the nearest one, up
 * to the root of the repository. Undefined when there is none. Throws CONFIG_INVALID for a file that cannot be read.
 */
export function findToolSettings(directory: string): Promise<string | undefined> {
  return findUpwards(directory, {
    title: 'the settings of plait',
    hint: 'make it a readable file, or remove it',
    property: SETTINGS_PROPERTY,
    places: ['.plaitrc', '.plaitrc.yaml', '.plaitrc.json', 'plait.config.yaml', 'plait.config.json', 'package.json'],
    loaders: { noExt: () => true, '.yaml': () => true, '.json': loadJson },
  });
}

/** Of a `package.json` only whether it has settings counts; one that cannot be read is for others to complain about. */
function loadJson(path: string, text: string): unknown {
  if (basename(path) !== 'package.json') return true;
  try {
    const content: unknown = JSON.parse(text);
    const hasSettings = typeof content === 'object' && content !== null && Object.hasOwn(content, SETTINGS_PROPERTY);
    return hasSettings ? { [SETTINGS_PROPERTY]: true } : {};
  } catch {
    return {};
  }
}
