import { normalizePlatform, parsePlatform } from '../../oci/platform.ts';
import type { ImportedImage } from '../imported.ts';
import { expandTemplate } from '../template.ts';
import type { TagSelection } from './tag-facts.ts';
import type { WrittenIndex } from './write-index.ts';

/** Pure: tags, `repository:tag`, that other images are made of; those that were asked for by name do not count. */
export function findUsedTags(
  written: readonly Extract<WrittenIndex, { kind: 'written' }>[],
  selections: readonly TagSelection[],
): ReadonlySet<string> {
  const used = written.flatMap(({ image }) => listSources(image));
  const named = new Set(
    selections.flatMap(({ repository, tags }) => tags.map((tag) => `${repository.registry}/${repository.path}:${tag}`)),
  );
  return new Set(used.filter((name) => !named.has(name)));
}

/** What an image is made of, as far as tags name it. */
function listSources({ content }: ImportedImage): readonly string[] {
  switch (content.kind) {
    case 'copy':
      return [];
    case 'list':
      return content.platforms.map((platform) =>
        expandTemplate(
          { text: content.source, archNames: content.archNames },
          normalizePlatform(parsePlatform(platform)),
        ),
      );
    case 'mapping':
      return content.entries.flatMap(({ source }) => ('ref' in source ? [source.ref.replace(/@.*$/, '')] : []));
    default:
      return content satisfies never;
  }
}

/** Pure: the images without the tags of `names`; an image without tags is gone. */
export function leaveOut(images: readonly ImportedImage[], names: ReadonlySet<string>): readonly ImportedImage[] {
  return images.flatMap((image) => {
    const targets = image.targets.flatMap(({ repository, tags }) => {
      const left = tags.filter((tag) => !names.has(`${repository}:${tag}`));
      return left.length === 0 ? [] : [{ repository, tags: left }];
    });
    return targets.length === 0 ? [] : [{ ...image, targets }];
  });
}
