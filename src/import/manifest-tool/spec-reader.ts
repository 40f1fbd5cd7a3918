import type { Findings, Place } from '../../config/findings.ts';
import { findNearest } from '../../config/nearest.ts';
import { type ConfigNode, type Cursor, descend, findValue, type MapNode, placeOfKey } from '../../config/node.ts';
import { quote } from '../../config/scalar-text.ts';

/** Reads values of a spec as manifest-tool does: what is wanted as text is the text that stands there. */
export class SpecReader {
  readonly #findings: Findings;

  constructor(findings: Findings) {
    this.#findings = findings;
  }

  /** The mapping at `cursor`, its keys in lower case as the tool compares them; others than `keys` are told of. */
  readMap(cursor: Cursor, keys: readonly string[]): Cursor | undefined {
    const { node, path } = cursor;
    if (node.kind !== 'map') return this.#refuse(cursor, 'this is no mapping');
    for (const key of node.entries.keys()) if (!keys.includes(key.toLowerCase())) this.#warnUnknown(cursor, key, keys);
    return { node: lowerKeys(node), path };
  }

  #warnUnknown(cursor: Cursor, key: string, keys: readonly string[]): void {
    const nearest = findNearest(key, keys);
    this.#findings.warn({
      code: 'unknown-key',
      where: placeOfKey(cursor, key),
      message: `the key ${quote(key)} is not one of manifest-tool, and is left out`,
      ...(nearest === undefined ? {} : { hint: `did you mean ${nearest}?` }),
    });
  }

  /** The text of `key`; undefined when it is not there, or is no single value and then reported. */
  readText(cursor: Cursor, key: string): string | undefined {
    const value = findValue(cursor.node, key);
    return value === undefined ? undefined : this.toText({ node: value, path: [...cursor.path, key] });
  }

  /** As {@link readText}, and reported when it is not there. */
  getText(cursor: Cursor, key: string): string | undefined {
    const text = this.readText(cursor, key);
    if (text !== undefined && text !== '') return text;
    if (findValue(cursor.node, key) === undefined || text === '') {
      this.#findings.error({ code: 'missing-key', where: cursor, message: `the key ${quote(key)} is missing` });
    }
    return undefined;
  }

  readList(cursor: Cursor, key: string): readonly Cursor[] {
    const at = descend(cursor, key);
    if (findValue(cursor.node, key) === undefined || isNothing(at.node)) return [];
    if (at.node.kind === 'list') return at.node.items.map((_, index) => descend(at, index));
    this.#refuse(at, 'this is no list');
    return [];
  }

  toText(cursor: Cursor): string | undefined {
    const { node } = cursor;
    if (node.kind !== 'scalar') return this.#refuse(cursor, 'this is no text');
    return typeof node.value === 'string' ? node.value : node.source;
  }

  #refuse(where: Place, message: string): undefined {
    this.#findings.error({ code: 'wrong-type', where, message });
  }
}

function isNothing(node: ConfigNode): boolean {
  return node.kind === 'hole' || (node.kind === 'scalar' && node.value === null);
}

function lowerKeys(node: MapNode): MapNode {
  return { ...node, entries: new Map([...node.entries].map(([key, entry]) => [key.toLowerCase(), entry])) };
}
