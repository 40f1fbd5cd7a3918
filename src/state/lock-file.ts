import { isPlaitError, PlaitError } from '../errors/plait-error.ts';
import { cleanText } from '../errors/redact.ts';
import type { Digest } from '../oci/digest.ts';
import { formatReference, parseReference } from '../oci/reference.ts';

/** The third side of the comparison. Keys are `repository:tag`, complete and canonical. */
export interface LockFile {
  /** What each floating source was when it was pinned. */
  readonly sources: ReadonlyMap<string, Digest>;
  /** What apply last published under each managed tag. */
  readonly tags: ReadonlyMap<string, Digest>;
}

export const EMPTY_LOCK: LockFile = { sources: new Map(), tags: new Map() };

/** Of one lock file; 400,000 entries stay below it. */
export const MAX_LOCK_BYTES = 64 * 1024 * 1024;

const HEADER = `# Written by plait lock and plait apply; to be committed. After a merge conflict take either side,
# then run  plait lock
`;

const SECTIONS = ['sources', 'tags'] as const;
type Section = (typeof SECTIONS)[number];

/**
 * Pure: the text of a lock file, which depends on its content alone. One line an entry, sorted by byte, so that a merge
 * only conflicts where two sides changed the same entry or neighbours. {@link parseLockFile} reads it back.
 */
export function formatLockFile(lock: LockFile): string {
  return `${HEADER}version: 1\n${SECTIONS.map((section) => formatSection(section, lock[section])).join('')}`;
}

function formatSection(section: Section, entries: ReadonlyMap<string, Digest>): string {
  if (entries.size === 0) return `${section}: []\n`;
  const lines = [...entries].map(([name, digest]) => `  - ${quote(`${name}@${digest}`)}\n`).sort();
  return `${section}:\n${lines.join('')}`;
}

/** `[::1]:5000/app:1` would begin a list. */
function quote(entry: string): string {
  return entry.startsWith('[') ? `"${entry}"` : entry;
}

/**
 * Pure: the lock file in `text`. It is YAML of one shape, an entry a line, and read as such, in linear time: comments, blank
 * lines, quotes and any indentation are fine, every other construct is refused. `path` is for messages. Throws
 * LOCK_INVALID that names the line.
 */
export function parseLockFile(text: string, path: string): LockFile {
  if (text.length > MAX_LOCK_BYTES) {
    throw new PlaitError('LOCK_INVALID', `${path} has more than ${MAX_LOCK_BYTES} characters`, { hint: RENEW });
  }
  const reading = new Reading(path);
  for (const line of text.replace(/^\uFEFF/, '').split('\n')) reading.take(line.trimEnd());
  return reading.end();
}

const RENEW = 'take the last good one from version control, or delete it, and run  plait lock';
const CONFLICT = /^(?:<{7}|={7}|>{7}|\|{7})(?: |$)/;
const IDLE = /^(?: *#.*|---(?: +#.*)?)?$/;
const KEY = /^([A-Za-z][\w-]*):(?: +([^#\s]\S*))?(?: +#.*)?$/;
const ITEM = /^ *- +(?:'([^']*)'|"([^"\\]*)"|([^\s'"#]\S*))(?: +#.*)?$/;

interface Entry {
  readonly digest: Digest;
  readonly line: number;
}

class Reading {
  readonly #path: string;
  readonly #found: Record<Section, Map<string, Entry>> = { sources: new Map(), tags: new Map() };
  readonly #keys = new Set<string>();
  #line = 0;
  /** The list that items belong to now. */
  #open: Section | undefined;

  constructor(path: string) {
    this.#path = path;
  }

  take(line: string): void {
    this.#line += 1;
    if (IDLE.test(line)) return;
    if (CONFLICT.test(line))
      throw this.#invalid('a merge conflict begins here', 'take either side, then run  plait lock');
    const key = KEY.exec(line);
    const item = ITEM.exec(line);
    if (key !== null) this.#takeKey(key[1] ?? '', key[2]);
    else if (item !== null && this.#open !== undefined) this.#takeItem(this.#open, item[1] ?? item[2] ?? item[3] ?? '');
    else throw this.#invalid(`"${cleanText(line, 60)}" is no line of a lock file`);
  }

  end(): LockFile {
    if (!this.#keys.has('version')) throw this.#invalid('version: 1  is missing');
    return { sources: toDigests(this.#found.sources), tags: toDigests(this.#found.tags) };
  }

  #takeKey(key: string, value: string | undefined): void {
    const section = SECTIONS.find((name) => name === key);
    if (section === undefined && key !== 'version') throw this.#invalid(`the key "${cleanText(key, 60)}" is not known`);
    if (this.#keys.has(key)) throw this.#invalid(`the key ${key} stands here a second time`);
    this.#keys.add(key);
    this.#open = value === undefined ? section : undefined;
    if (section === undefined) this.#checkVersion(value);
    else if (value !== undefined && value !== '[]') throw this.#invalid(`${key} is a list, with an entry a line`);
  }

  #checkVersion(value: string | undefined): void {
    if (value === '1') return;
    throw this.#invalid(
      `the file has version ${value === undefined ? 'none' : cleanText(value, 20)}, this Plait reads version 1`,
      'use the Plait that wrote it, or delete the file and run  plait lock',
    );
  }

  #takeItem(section: Section, text: string): void {
    const { name, digest } = this.#parseItem(text);
    const earlier = this.#found[section].get(name);
    if (earlier === undefined) this.#found[section].set(name, { digest, line: this.#line });
    else if (earlier.digest !== digest) {
      throw this.#invalid(`${name} has another digest here than in line ${earlier.line}`, 'keep one of the two lines');
    }
  }

  #parseItem(text: string): { readonly name: string; readonly digest: Digest } {
    try {
      const { repository, tag, digest } = parseReference(text);
      if (tag !== undefined && digest !== undefined) return { name: formatReference({ repository, tag }), digest };
    } catch (error) {
      if (isPlaitError(error)) throw this.#invalid(error.message);
      throw error;
    }
    throw this.#invalid(`"${cleanText(text, 200)}" is not  repository:tag@digest`);
  }

  #invalid(what: string, hint: string = RENEW): PlaitError {
    return new PlaitError('LOCK_INVALID', `${this.#path}:${this.#line}: ${what}`, { hint });
  }
}

function toDigests(entries: ReadonlyMap<string, Entry>): ReadonlyMap<string, Digest> {
  return new Map([...entries].map(([name, { digest }]) => [name, digest]));
}
