import { findUpwards } from './find-upwards.ts';

/**
 * The absolute path of the config file in `directory` (absolute) or in the nearest parent up to the root of its
 * repository; undefined when there is none. Throws CONFIG_INVALID for a file that cannot be read.
 */
export function findConfig(directory: string): Promise<string | undefined> {
  return findUpwards(directory, {
    title: 'the config file',
    hint: 'name the file to use with -f',
    property: 'manifests',
    places: ['manifests.yaml', 'manifests.yml'],
    loaders: { '.yaml': () => true, '.yml': () => true },
  });
}
