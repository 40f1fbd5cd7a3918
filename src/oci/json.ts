import type { ErrorCode } from '../errors/codes.ts';
import { PlaitError } from '../errors/plait-error.ts';
import { cleanText } from '../errors/redact.ts';

/** What {@link parseStrictJson} accepts, and how its errors speak. */
export interface JsonLimits {
  /** Arrays and objects inside each other; 64 by default. */
  readonly maxDepth?: number;
  /** Bytes; no limit by default, because the reader of the bytes has one. */
  readonly maxBytes?: number;
  /** The document in words, for errors; "the document" by default. */
  readonly what?: string;
  /** The code of every error but the one for size; MANIFEST_INVALID by default. */
  readonly code?: ErrorCode;
}

/** A JSON object without a prototype: a key such as `__proto__` or `constructor` is a key like any other. */
export type JsonObject = { readonly [key: string]: unknown };

/** Internal to `oci/`: as `maxDepth` of {@link JsonLimits}. */
export const DEFAULT_DEPTH = 64;

/**
 * The value of a JSON document that every parser must read alike: UTF-8 without a byte order mark, valid by RFC 8259, no
 * key twice in one object (compared after unescaping), bounded depth. Objects have no prototype. Throws `limits.code`,
 * or MANIFEST_TOO_LARGE.
 */
export function parseStrictJson(bytes: Uint8Array, limits: JsonLimits = {}): unknown {
  const refuse = (reason: string, cause?: unknown): never => {
    throw refuseJson(limits, reason, cause);
  };
  assertSize(bytes, limits);
  const text = decodeUtf8(bytes) ?? refuse('is not valid UTF-8');
  if (text.startsWith('\uFEFF')) refuse('starts with a byte order mark');
  const problem = new JsonScan(text, limits.maxDepth ?? DEFAULT_DEPTH).findProblem();
  if (problem !== undefined) refuse(problem);
  try {
    return JSON.parse(text, withoutPrototype);
  } catch (cause) {
    return refuse('is not valid JSON', cause);
  }
}

/** Internal to `oci/`. Throws MANIFEST_TOO_LARGE. */
export function assertSize(bytes: Uint8Array, { maxBytes, what = 'the document' }: JsonLimits): void {
  if (maxBytes === undefined || bytes.length <= maxBytes) return;
  throw new PlaitError('MANIFEST_TOO_LARGE', `${what} has ${bytes.length} bytes`, {
    hint: `at most ${maxBytes} bytes are read`,
  });
}

/** Internal to `oci/`: what is thrown for a document that `reason` speaks of. */
export function refuseJson(limits: JsonLimits, reason: string, cause?: unknown): PlaitError {
  return new PlaitError(limits.code ?? 'MANIFEST_INVALID', `${limits.what ?? 'the document'} ${reason}`, { cause });
}

/** True for a JSON object, as opposed to an array, null or a plain value. */
export function isJsonObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function decodeUtf8(bytes: Uint8Array): string | undefined {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return undefined;
  }
}

function withoutPrototype(_key: string, value: unknown): unknown {
  return isJsonObject(value) ? Object.assign(Object.create(null), value) : value;
}

/**
 * One pass over the text for what `JSON.parse` does not report: depth and duplicate keys. It understands just enough of
 * JSON for that and may be fed anything; what is not JSON is left to `JSON.parse`.
 */
class JsonScan {
  readonly #text: string;
  readonly #maxDepth: number;
  /** The keys of every open object, undefined for an open array. */
  readonly #open: (Set<string> | undefined)[] = [];

  constructor(text: string, maxDepth: number) {
    this.#text = text;
    this.#maxDepth = maxDepth;
  }

  findProblem(): string | undefined {
    let lastString: string | undefined;
    for (let index = 0; index < this.#text.length; index += 1) {
      const character = this.#text[index];
      if (character === '"') {
        const end = this.#findStringEnd(index);
        lastString = this.#text.slice(index, end + 1);
        index = end;
      } else {
        const problem = this.#visit(character, lastString);
        if (problem !== undefined) return problem;
      }
    }
    return undefined;
  }

  #visit(character: string | undefined, lastString: string | undefined): string | undefined {
    if (character === '{' || character === '[') {
      this.#open.push(character === '{' ? new Set() : undefined);
      return this.#open.length > this.#maxDepth ? `is nested deeper than ${this.#maxDepth} levels` : undefined;
    }
    if (character === '}' || character === ']') this.#open.pop();
    if (character !== ':' || lastString === undefined) return undefined;
    const key = unescapeKey(lastString);
    const keys = this.#open.at(-1);
    if (keys?.has(key)) return `has the key "${cleanText(key, 80)}" twice`;
    keys?.add(key);
    return undefined;
  }

  /** The index of the closing quote, or of the last character when there is none. */
  #findStringEnd(start: number): number {
    for (let index = start + 1; index < this.#text.length; index += 1) {
      const unit = this.#text.charCodeAt(index);
      if (unit === 0x22) return index;
      if (unit === 0x5c) index += 1;
    }
    return this.#text.length - 1;
  }
}

/** Lone surrogates become U+FFFD as in Go, where two keys that differ only in them are one key. */
function unescapeKey(quoted: string): string {
  if (!quoted.includes('\\')) return quoted.slice(1, -1);
  try {
    return String(JSON.parse(quoted)).replace(/\p{Cs}/gu, '\uFFFD');
  } catch {
    return quoted;
  }
}
