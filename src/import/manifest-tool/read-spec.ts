import { Findings } from '../../config/findings.ts';
import { type Cursor, descend, findValue } from '../../config/node.ts';
import { parseConfig } from '../../config/parse.ts';
import { type ConfigSource, findOrigin, toSourceFile } from '../../config/source-file.ts';
import { isPlaitError, PlaitError } from '../../errors/plait-error.ts';
import type { Annotations } from '../../oci/descriptor.ts';
import { parseReference } from '../../oci/reference.ts';
import { formatRepository } from '../../oci/repository.ts';
import type { ImportNote } from '../imported.ts';
import type { StatedPlatform, WantedImage, WantedList } from '../wanted-list.ts';
import { fillWords } from './fill-words.ts';
import { SpecReader } from './spec-reader.ts';

const SPEC = { name: 'a spec of manifest-tool', hint: 'begin with  image:  and  manifests:' };
const KEYS = ['image', 'tags', 'manifests', 'annotations'];
const ENTRY_KEYS = ['image', 'platform'];
/** `osversion` is what the tool itself reads of `os.version`: its YAML reader knows no other name for the field. */
const PLATFORM_KEYS = ['architecture', 'os', 'variant', 'os.version', 'osversion', 'os.features', 'osfeatures'];

export interface ReadSpec {
  readonly list: WantedList;
  /** What of the spec is left out. */
  readonly notes: readonly ImportNote[];
}

/**
 * Pure: the list that a spec of `manifest-tool push from-spec` makes. Throws a ConfigError with everything that is wrong with
 * it, and IMPORT_INVALID for a template that is still to be filled.
 */
export function readSpec(source: ConfigSource): ReadSpec {
  const template = source.text.indexOf('{{');
  if (template >= 0 && source.text.includes('}}', template)) {
    throw new PlaitError('IMPORT_INVALID', `${source.path} is a template, with {{…}} still to be filled in`, {
      hint: 'import what the template makes of a release',
    });
  }
  const file = toSourceFile(source);
  const findings = new Findings([source.path]);
  const root = parseConfig(file, findings, SPEC);
  const list = root === undefined ? undefined : readRoot({ node: root, path: [] }, findings);
  findings.assertNoError();
  if (list === undefined) throw new PlaitError('IMPORT_INVALID', `${source.path} holds nothing`);
  const notes = findings.list().map(
    ({ message, origin }): ImportNote => ({
      severity: 'warning',
      where: `${origin.file}:${origin.line}`,
      message,
    }),
  );
  return { list, notes };
}

interface Reading {
  readonly reader: SpecReader;
  readonly findings: Findings;
}

function readRoot(cursor: Cursor, findings: Findings): WantedList | undefined {
  const reader = new SpecReader(findings);
  const root = reader.readMap(cursor, KEYS);
  if (root === undefined) return undefined;
  const target = readTarget({ reader, findings }, root);
  const entries = reader.readList(root, 'manifests');
  if (entries.length === 0) {
    findings.error({ code: 'missing-key', where: root, message: 'the key "manifests" is missing, or empty' });
  }
  const images = entries.flatMap((entry) => readEntry({ reader, findings }, entry));
  const more = reader.readList(root, 'tags').flatMap((tag) => reader.toText(tag) ?? []);
  const annotations = readAnnotations(reader, root);
  if (target === undefined) return undefined;
  const isAnnotated = Object.keys(annotations).length > 0;
  return {
    where: toPlace(root),
    repository: target.repository,
    tags: [...new Set([target.tag, ...more])],
    images,
    isCopy: false,
    mediaType: isAnnotated ? 'oci' : 'auto',
    annotations,
    descriptorAnnotations: {},
    comments: [],
    keepsOthers: false,
  };
}

function toPlace({ node }: Cursor): string {
  const { file, line } = findOrigin(node);
  return `${file}:${line}`;
}

function readTarget({ reader, findings }: Reading, root: Cursor): { repository: string; tag: string } | undefined {
  const text = reader.getText(root, 'image');
  if (text === undefined) return undefined;
  const name = checkReference(text, descend(root, 'image'), findings);
  if (name === undefined) return undefined;
  const { tag = 'latest' } = name;
  return { repository: text.replace(/:[^:/]*$/, '') || formatRepository(name.repository), tag };
}

function readEntry({ reader, findings }: Reading, cursor: Cursor): readonly WantedImage[] {
  const entry = reader.readMap(cursor, ENTRY_KEYS);
  const text = entry === undefined ? undefined : reader.getText(entry, 'image');
  if (entry === undefined || text === undefined) return [];
  const stated = readPlatform(reader, entry);
  const filled = fillTemplate(text, stated);
  const name = checkReference(filled, descend(entry, 'image'), findings);
  if (name === undefined) return [];
  const isFloating = name.tag === undefined && name.digest === undefined;
  const source = isFloating ? `${filled}:latest` : filled;
  return [{ source, resolved: source, stated, overrides: false, where: toPlace(entry) }];
}

/** A repository has no capitals, so that those are words of a template; in a tag they are when they stand alone. */
function fillTemplate(text: string, stated: StatedPlatform): string {
  const [, repository = '', rest = ''] = /^(.*?)((?::[^:/]*)?(?:@.*)?)$/.exec(text) ?? [];
  const isTemplate = /(?<![A-Za-z])(?:ARCH|OS|VARIANT)(?![a-z])/.test(rest);
  return fillWords(repository, stated) + (isTemplate ? fillWords(rest, stated) : rest);
}

function checkReference(
  text: string,
  where: Cursor,
  findings: Findings,
): ReturnType<typeof parseReference> | undefined {
  try {
    return parseReference(text);
  } catch (error) {
    if (!isPlaitError(error, 'REFERENCE_INVALID')) throw error;
    findings.error({ code: 'invalid-reference', where, message: error.message, hint: error.hint });
    return undefined;
  }
}

function readPlatform(reader: SpecReader, entry: Cursor): StatedPlatform {
  if (findValue(entry.node, 'platform') === undefined) return {};
  const platform = reader.readMap(descend(entry, 'platform'), PLATFORM_KEYS);
  if (platform === undefined) return {};
  const version = reader.readText(platform, 'os.version') ?? reader.readText(platform, 'osversion');
  const lists = ['os.features', 'osfeatures'].flatMap((key) => reader.readList(platform, key));
  const features = lists.flatMap((each) => reader.toText(each) ?? []);
  const texts = {
    os: reader.readText(platform, 'os'),
    architecture: reader.readText(platform, 'architecture'),
    variant: reader.readText(platform, 'variant'),
    osVersion: version,
  };
  const given = Object.entries(texts).filter(([, text]) => text !== undefined && text !== '');
  return { ...Object.fromEntries(given), ...(features.length === 0 ? {} : { osFeatures: features }) };
}

function readAnnotations(reader: SpecReader, root: Cursor): Annotations {
  const { node, path } = descend(root, 'annotations');
  if (findValue(root.node, 'annotations') === undefined || node.kind !== 'map') return {};
  const entries = [...node.entries].map(([key, { value }]) => [
    key,
    reader.toText({ node: value, path: [...path, key] }),
  ]);
  return Object.fromEntries(
    entries
      .filter((entry): entry is [string, string] => entry[1] !== undefined)
      .map(([key, text]) => [key, text.replaceAll('${', () => '$${')]),
  );
}
