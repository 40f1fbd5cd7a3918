import type { Reference } from '../../oci/reference.ts';
import type { Findings, Place } from '../findings.ts';
import { type Cursor, descend, findValue } from '../node.ts';
import { readSource } from '../read-reference.ts';
import type { ImageInput } from '../schema/config-schema.ts';

/** One expanded image on its way to a declaration. */
export interface ImageContext {
  /** The image as nodes. A key can be here and not in `input`: then its value is unusable, and that is reported. */
  readonly cursor: Cursor;
  /** The part of the image that fits the schema. */
  readonly input: ImageInput;
  readonly findings: Findings;
  /** Filled as the sources are read. */
  readonly sources: NamedSource[];
}

/** An image that something is made of, and where it is named. */
export interface NamedSource {
  readonly reference: Reference;
  readonly where: Place;
}

/** True when the key is given, with a usable value or not. */
export function isGiven({ cursor }: ImageContext, key: keyof ImageInput): boolean {
  return findValue(cursor.node, key) !== undefined;
}

/** Where the value of `key` stands, or the image when it has no such key. */
export function placeOf({ cursor }: ImageContext, key: keyof ImageInput): Cursor {
  return descend(cursor, key);
}

/** The source image in `text`, remembered; undefined when it has a fault, and that is reported. */
export function readNamedSource(context: ImageContext, text: string, where: Place): Reference | undefined {
  const reference = readSource(text, where, context.findings);
  if (reference !== undefined) context.sources.push({ reference, where });
  return reference;
}
