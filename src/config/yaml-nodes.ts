import { type Document, isAlias, isMap, isScalar, isSeq, type ParsedNode, type Scalar } from 'yaml';
import { cleanText } from '../errors/redact.ts';
import type { Finding, Findings, Place } from './findings.ts';
import type { KeyPath } from './key-path.ts';
import { MAX_DEPTH, MAX_VALUES } from './limits.ts';
import { type ConfigNode, type ListNode, type MapEntry, makeHole, makeList, makeMap, type ScalarNode } from './node.ts';
import { describeNotText, quote } from './scalar-text.ts';
import { findOrigin, type Located, type SourceFile } from './source-file.ts';

type YamlNode = ParsedNode | null;
type YamlPair = { readonly key: ParsedNode; readonly value: YamlNode };

interface Reading {
  readonly file: SourceFile;
  readonly findings: Pick<Findings, 'error'>;
  readonly anchors: Map<string, ConfigNode>;
  /** Anchors of the collections around the current node. */
  readonly open: Set<string>;
  /** The mapping that all pieces are of, as far as it was read. */
  readonly root: Pick<MapReading, 'entries' | 'own'>;
  /** What the current piece holds. */
  piece?: YamlNode;
  /** The list that was read last, which may go on in the next piece. */
  begun?: ListNode;
}

/** Puts together what the pieces of a document say, with aliases followed and merge keys applied. */
export interface NodeReader {
  readonly take: (piece: Document.Parsed) => void;
  /** All of it; undefined when there was none. Every node has a position. What is wrong is in `findings` from now on. */
  readonly finish: (findings: Findings) => ConfigNode | undefined;
}

export function createNodeReader(file: SourceFile): NodeReader {
  const found: Finding[] = [];
  const findings = { error: (finding: Finding) => void found.push(finding) };
  const reading: Reading = { file, findings, anchors: new Map(), open: new Set(), root: startMap() };
  let root: ConfigNode | undefined;
  return {
    take: ({ contents }) => {
      reading.piece = contents;
      root = contents === null ? undefined : read(reading, contents, []);
    },
    finish: (reported) => {
      for (const finding of found) reported.error(finding);
      return root;
    },
  };
}

function read(reading: Reading, yaml: YamlNode, path: KeyPath): ConfigNode {
  const at: Located = { file: reading.file, offset: yaml?.range[0] ?? 0 };
  if (yaml === null) return makeHole(at);
  if (isAlias(yaml)) return followAlias(reading, yaml.source, { node: at, path });
  const { anchor } = yaml;
  if (anchor !== undefined) reading.open.add(anchor);
  const node = checkBounds(reading, readValue(reading, yaml, path), path);
  if (anchor !== undefined) {
    reading.open.delete(anchor);
    reading.anchors.set(anchor, node);
  }
  return node;
}

function readValue(reading: Reading, yaml: ParsedNode, path: KeyPath): ConfigNode {
  const at: Located = { file: reading.file, offset: yaml.range[0] };
  if (isSeq(yaml)) return readList(reading, yaml.items, { node: at, path });
  if (isMap(yaml)) {
    const map = { ...(yaml === reading.piece ? reading.root : startMap()), where: { node: at, path } };
    return readMap(reading, yaml.items, map);
  }
  return isScalar(yaml) ? readScalar(yaml, at) : makeHole(at);
}

function readList(reading: Reading, items: readonly YamlNode[], { node, path }: Place): ConfigNode {
  const before = reading.begun?.offset === node.offset ? reading.begun.items : [];
  const added = items.map((item, index) => read(reading, item, [...path, before.length + index]));
  const list = makeList(node, [...before, ...added]);
  reading.begun = list;
  return list;
}

function readScalar(yaml: Scalar, at: Located): ScalarNode {
  const { value } = yaml;
  const isKnown = typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean';
  return {
    kind: 'scalar',
    file: at.file,
    offset: at.offset,
    weight: 1,
    depth: 0,
    value: isKnown ? value : null,
    source: yaml.source ?? '',
    isPlain: yaml.type === 'PLAIN' && yaml.tag === undefined,
  };
}

function followAlias(reading: Reading, name: string, where: Place): ConfigNode {
  const node = reading.open.has(name) ? undefined : reading.anchors.get(name);
  if (node !== undefined) return node;
  reading.findings.error({
    code: 'unknown-alias',
    where,
    message: reading.open.has(name)
      ? `*${cleanText(name, 80)} stands inside of what it names`
      : `no anchor &${cleanText(name, 80)} stands before this`,
    hint: 'anchors work inside one file, from the place where they are defined on',
  });
  return makeHole(where.node);
}

/** Checked at every node on the way up, so that no more than one node too much is ever measured. */
function checkBounds(reading: Reading, node: ConfigNode, path: KeyPath): ConfigNode {
  if (node.weight <= MAX_VALUES && node.depth <= MAX_DEPTH) return node;
  const isWide = node.weight > MAX_VALUES;
  reading.findings.error({
    code: isWide ? 'too-many-values' : 'too-deep',
    where: { node, path },
    message: isWide
      ? `this is more than ${MAX_VALUES} values after aliases are followed`
      : `this is more than ${MAX_DEPTH} levels deep after aliases are followed`,
    hint: 'do not nest aliases in aliases',
  });
  return makeHole(node);
}

interface MapReading {
  /** In the order of the text; merged keys stand where their << does. */
  readonly entries: Map<string, MapEntry>;
  /** Where the keys stand that the mapping itself has, << included. */
  readonly own: Map<string, Located>;
  readonly where: Place;
}

function startMap(): Reading['root'] {
  return { entries: new Map(), own: new Map() };
}

function readMap(reading: Reading, pairs: readonly YamlPair[], map: MapReading): ConfigNode {
  const { where } = map;
  for (const pair of pairs) {
    const key = readKey(reading, pair.key, where.path);
    if (key === undefined) continue;
    const value = read(reading, pair.value, [...where.path, key.name]);
    const isNew = claimKey(reading, map, key);
    if (key.isMerge) merge(reading, map, { key: key.node, value });
    else if (isNew) map.entries.set(key.name, { key: key.node, value });
  }
  return makeMap(where.node, map.entries);
}

/** Reports the second of two equal keys; the first one counts. One that goes on in another piece is still the first. */
function claimKey({ findings }: Reading, { own, where }: MapReading, key: Key): boolean {
  const first = own.get(key.name);
  if (first === undefined || first.offset === key.node.offset) {
    own.set(key.name, key.node);
    return true;
  }
  findings.error({
    code: 'duplicate-key',
    where: { node: key.node, path: [...where.path, key.name] },
    message: `the key ${quote(key.name)} is already given in line ${findOrigin(first).line}`,
    hint: key.isMerge ? 'write one << with a list: <<: [*a, *b]' : 'keep one of the two',
  });
  return false;
}

interface Key {
  readonly name: string;
  readonly node: Located;
  readonly isMerge: boolean;
}

/** The text of a key; undefined when it cannot be one, and that is reported. */
function readKey(reading: Reading, yaml: ParsedNode, path: KeyPath): Key | undefined {
  const node = read(reading, yaml, path);
  const where: Place = { node, path };
  if (node.kind === 'hole') return undefined;
  if (node.kind !== 'scalar' || node.source === '__proto__') {
    reading.findings.error({ code: 'invalid-key', where, message: 'this cannot be a key', hint: 'a key is a text' });
    return undefined;
  }
  if (typeof node.value !== 'string') {
    const here: Place = { node, path: [...path, node.source] };
    reading.findings.error({ code: 'not-text', where: here, ...describeNotText(node) });
  }
  const at: Located = { file: reading.file, offset: yaml.range[0] };
  return { name: node.source, node: at, isMerge: node.isPlain && node.source === '<<' };
}

/** As https://yaml.org/type/merge.html says: own keys win, then the first mapping that has a key. */
function merge({ findings }: Reading, { entries, where }: MapReading, { key, value }: MapEntry): void {
  for (const source of value.kind === 'list' ? value.items : [value]) {
    if (source.kind === 'map') mergeInto(entries, source.entries);
    else if (source.kind !== 'hole') {
      const hint = 'write <<: *name, where &name is the anchor of a mapping';
      const here: Place = { node: key, path: [...where.path, '<<'] };
      findings.error({ code: 'invalid-merge', where: here, message: '<< takes a mapping', hint });
    }
  }
}

function mergeInto(entries: Map<string, MapEntry>, source: ReadonlyMap<string, MapEntry>): void {
  for (const [name, entry] of source) if (!entries.has(name)) entries.set(name, entry);
}
