import { Document, isMap, isNode, isPair, isScalar, isSeq, type YAMLMap } from 'yaml';
import { cleanText } from '../errors/redact.ts';
import type { ImportedConfig, ImportedContent, ImportedEntry, ImportedImage, ImportedVariable } from './imported.ts';

/** What any reader of YAML takes for a boolean or a number is quoted; lines are as long as they are. */
const FORMAT = {
  compat: 'yaml-1.1',
  aliasDuplicateObjects: false,
  lineWidth: 0,
  flowCollectionPadding: false,
} as const;

/** Where editors look for the schema; a file, because there is no address that would fit every version. */
const EDITOR_LINES = [
  'yaml-language-server: $schema=manifests.schema.json',
  'For the completion of editors:  plait schema config > manifests.schema.json',
];

/** Lists up to this length stand in one line. */
const MAX_LINE_CHARS = 96;

/** The config file, comments included. Equal imports give equal text. */
export function writeConfig(config: ImportedConfig): string {
  const { registries, variables, images } = config;
  const document = new Document(
    {
      version: 1,
      ...(Object.keys(registries).length === 0 ? {} : { registries }),
      ...(variables.length === 0 ? {} : { variables: Object.fromEntries(variables.map(toVariable)) }),
      images: images.map(toImage),
    },
    FORMAT,
  );
  const list = document.get('images');
  if (isSeq(list)) {
    for (const [index, item] of list.items.entries()) {
      if (isNode(item)) item.commentBefore = toComment(images[index]?.comments ?? []);
      if (isMap(item)) layOut(item, index);
    }
  }
  if (isMap(document.contents)) separate(document.contents);
  const header = toComment([...EDITOR_LINES, ...config.comments]);
  return `${header.replaceAll(/^/gm, '#')}\n${document.toString(FORMAT)}`;
}

/** In the form of the `yaml` package: lines without `#`. Nothing in them can end the comment. */
function toComment(lines: readonly string[]): string {
  return lines.map((line) => (line === '' ? '' : ` ${cleanText(line, 400)}`)).join('\n');
}

/** A blank line above each section but the first. */
function separate(map: YAMLMap): void {
  for (const { key } of map.items) if (isScalar(key) && key.value !== 'version') key.spaceBefore = true;
}

/** Short lists in one line, a blank line between images. */
function layOut(image: YAMLMap, index: number): void {
  image.spaceBefore = index > 0;
  const visit = (node: unknown): void => {
    if (isMap(node)) for (const pair of node.items) visit(pair);
    else if (isPair(node)) visit(node.value);
    else if (isSeq(node)) {
      const isFlat = node.items.every((item) => isScalar(item));
      const length = node.items.reduce(
        (sum: number, item) => sum + String(isScalar(item) ? item.value : '').length + 2,
        0,
      );
      node.flow = isFlat && length <= MAX_LINE_CHARS;
      for (const item of node.items) visit(item);
    }
  };
  visit(image);
}

function toVariable({ name, environment, fallback }: ImportedVariable): readonly [string, object] {
  return [name, { ...(fallback === undefined ? {} : { default: fallback }), env: environment }];
}

function toImage(image: ImportedImage): object {
  const { targets, annotations, descriptorAnnotations, mediaType, unmanagedPlatforms, attestations } = image;
  const [only] = targets;
  return {
    ...(targets.length === 1 && only !== undefined
      ? { target: only.repository, tags: only.tags }
      : { targets: targets.map(({ repository, tags }) => ({ repository, tags })) }),
    ...toContent(image.content),
    ...(mediaType === 'oci' || image.content.kind === 'copy' ? {} : { mediaType }),
    ...(unmanagedPlatforms === undefined ? {} : { unmanagedPlatforms }),
    ...(attestations === undefined ? {} : { attestations }),
    ...withoutEmpty({ annotations, descriptorAnnotations }),
  };
}

function toContent(content: ImportedContent): object {
  switch (content.kind) {
    case 'copy':
      return { from: content.from, as: 'copy' };
    case 'list': {
      const { platforms, source, archNames } = content;
      return { platforms, source, ...(archNames === 'goarch' ? {} : { archNames }) };
    }
    case 'mapping':
      return { platforms: Object.fromEntries(content.entries.map(toEntry)) };
    default:
      return content satisfies never;
  }
}

function toEntry(entry: ImportedEntry): readonly [string, unknown] {
  const { override, optional } = entry;
  const { osVersion, osFeatures, ...plain } = override ?? {};
  const details = {
    ...withoutEmpty({
      override: {
        ...plain,
        ...(osVersion === undefined ? {} : { 'os.version': osVersion }),
        ...(osFeatures === undefined ? {} : { 'os.features': osFeatures }),
      },
      annotations: entry.annotations ?? {},
    }),
    ...(optional === true ? { optional } : {}),
  };
  const isPlain = 'ref' in entry.source && Object.keys(details).length === 0;
  return [entry.platform, isPlain && 'ref' in entry.source ? entry.source.ref : { ...entry.source, ...details }];
}

function withoutEmpty(mappings: Readonly<Record<string, object>>): object {
  return Object.fromEntries(Object.entries(mappings).filter(([, mapping]) => Object.keys(mapping).length > 0));
}
