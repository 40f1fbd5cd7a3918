import { cleanText } from '../errors/redact.ts';
import { assertSize, DEFAULT_DEPTH, isJsonObject, type JsonLimits, parseStrictJson, refuseJson } from './json.ts';
import { compareText } from './text-order.ts';

/** A JSON document some members of which are long, and are read an entry at a time. */
export interface SplitJson {
  /** All of it but the entries of the long members, which are empty. */
  readonly outline: unknown;
  /**
   * The entries of a long member, each with its key or position, parsed as they are asked for: a list in its order, a mapping
   * in that of its keys. None when the document has no such member. Throws as {@link parseStrictJson} does.
   */
  readonly entries: (name: string) => Iterable<readonly [key: string | number, value: unknown]>;
}

/**
 * As {@link parseStrictJson}, for an object whose members named in `long` may be larger than what is to be held at one time.
 * What is wrong outside of their entries is thrown at once, and inside of them when they are read: `bytes` must stay as they
 * are until then.
 */
export function splitStrictJson(bytes: Uint8Array, long: ReadonlySet<string>, limits: JsonLimits): SplitJson {
  assertSize(bytes, limits);
  const members = new EntryScan(bytes, long).find();
  const kept: Uint8Array[] = [];
  let end = 0;
  for (const { places } of members) {
    const [first, last] = [places[0], places.at(-1)];
    if (first === undefined || last === undefined) continue;
    kept.push(bytes.subarray(end, first.start));
    end = last.end;
  }
  const outline = parseStrictJson(Buffer.concat([...kept, bytes.subarray(end)]), limits);
  return {
    outline,
    entries: (name) => {
      const member = members.find((each) => each.name === name);
      if (member === undefined) return [];
      return member.isList ? readItems(bytes, member, limits) : readMembers(bytes, member, limits);
    },
  };
}

interface Place {
  readonly start: number;
  readonly end: number;
}

interface EntryPlace extends Place {
  /** Of an entry of a mapping. */
  readonly key: string | undefined;
}

interface LongMember {
  readonly name: string;
  readonly isList: boolean;
  readonly places: EntryPlace[];
}

/** Two levels are outside of an entry. */
function innerLimits(limits: JsonLimits): JsonLimits & { readonly maxDepth: number } {
  return { ...limits, maxDepth: (limits.maxDepth ?? DEFAULT_DEPTH) - 2 };
}

function* readItems(
  bytes: Uint8Array,
  { places }: LongMember,
  limits: JsonLimits,
): Generator<readonly [number, unknown], void, void> {
  const inner = innerLimits(limits);
  for (const [position, { start, end }] of places.entries()) {
    yield [position, parseStrictJson(bytes.subarray(start, end), inner)];
  }
}

function* readMembers(
  bytes: Uint8Array,
  { places }: LongMember,
  limits: JsonLimits,
): Generator<readonly [string, unknown], void, void> {
  const inner = innerLimits(limits);
  const wrapped = { ...limits, maxDepth: inner.maxDepth + 1 };
  const seen = new Set<string>();
  for (const { start, end } of places.toSorted((a, b) => compareText(a.key ?? '', b.key ?? ''))) {
    const object = parseStrictJson(toObject(bytes.subarray(start, end)), wrapped);
    const [member] = isJsonObject(object) ? Object.entries(object) : [];
    if (member === undefined) throw refuseJson(limits, 'is not valid JSON');
    const [key] = member;
    if (seen.has(key)) throw refuseJson(limits, `has the key "${cleanText(key, 80)}" twice`);
    seen.add(key);
    yield member;
  }
}

/** Not from the pool of small buffers, parts of which may be kept for long. */
function toObject(member: Uint8Array): Uint8Array {
  const object = new Uint8Array(member.length + 2);
  object[0] = OPEN_MAPPING;
  object.set(member, 1);
  object[object.length - 1] = CLOSE_MAPPING;
  return object;
}

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const COMMA = 0x2c;
const COLON = 0x3a;
const OPEN_LIST = 0x5b;
const OPEN_MAPPING = 0x7b;
const OPENING = [OPEN_LIST, OPEN_MAPPING];
const CLOSE_MAPPING = 0x7d;
const CLOSING = [0x5d, CLOSE_MAPPING];

/**
 * One pass over the bytes for where the entries of the long members begin and end. It may be fed anything: what is put
 * together of its pieces is JSON only when each of them is.
 */
class EntryScan {
  readonly #bytes: Uint8Array;
  readonly #long: ReadonlySet<string>;
  readonly #members: LongMember[] = [];
  #depth = 0;
  /** Of the outermost object, the one that was read last. */
  #key: string | undefined;
  #open: LongMember | undefined;
  /** Where the entry begins that is being read, and its key. */
  #start = 0;
  #entryKey: string | undefined;

  constructor(bytes: Uint8Array, long: ReadonlySet<string>) {
    this.#bytes = bytes;
    this.#long = long;
  }

  find(): readonly LongMember[] {
    let text: Place | undefined;
    for (let index = 0; index < this.#bytes.length; index += 1) {
      const byte = this.#bytes[index] ?? 0;
      if (byte === QUOTE) {
        const end = this.#findStringEnd(index);
        text = { start: index, end: end + 1 };
        index = end;
      } else if (OPENING.includes(byte)) this.#enter(index, byte === OPEN_LIST);
      else if (CLOSING.includes(byte)) this.#leave(index);
      else if (byte === COMMA && this.#depth === 2) this.#finish(index);
      else if (byte === COLON && this.#depth === 1) this.#key = this.#readText(text);
      else if (byte === COLON && this.#depth === 2 && this.#open?.isList === false)
        this.#entryKey = this.#readText(text);
    }
    return this.#members;
  }

  #enter(index: number, isList: boolean): void {
    this.#depth += 1;
    if (this.#depth !== 2 || this.#key === undefined || !this.#long.has(this.#key)) return;
    this.#open = { name: this.#key, isList, places: [] };
    this.#members.push(this.#open);
    this.#key = undefined;
    this.#start = index + 1;
  }

  #leave(index: number): void {
    this.#depth -= 1;
    if (this.#depth !== 1 || this.#open === undefined) return;
    const isEmpty = this.#open.places.length === 0 && this.#isBlank({ start: this.#start, end: index });
    if (!isEmpty) this.#finish(index);
    this.#open = undefined;
  }

  #finish(index: number): void {
    this.#open?.places.push({ start: this.#start, end: index, key: this.#entryKey });
    this.#start = index + 1;
    this.#entryKey = undefined;
  }

  #isBlank({ start, end }: Place): boolean {
    return /^[\t\n\r ]*$/.test(Buffer.from(this.#bytes.subarray(start, end)).toString('latin1'));
  }

  /** Undefined for what is no text in JSON. */
  #readText(place: Place | undefined): string | undefined {
    if (place === undefined) return undefined;
    try {
      return String(JSON.parse(Buffer.from(this.#bytes.subarray(place.start, place.end)).toString()));
    } catch {
      return undefined;
    }
  }

  /** The index of the closing quote, or of the last byte when there is none. */
  #findStringEnd(start: number): number {
    let end = this.#bytes.indexOf(QUOTE, start + 1);
    while (end !== -1 && this.#isEscaped(end)) end = this.#bytes.indexOf(QUOTE, end + 1);
    return end === -1 ? this.#bytes.length - 1 : end;
  }

  #isEscaped(index: number): boolean {
    let before = index;
    while (this.#bytes[before - 1] === BACKSLASH) before -= 1;
    return (index - before) % 2 === 1;
  }
}
