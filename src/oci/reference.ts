import { type Digest, findAlgorithm, isDigest } from './digest.ts';
import { assertPlainText, invalid } from './reference-text.ts';
import { formatFamiliarRepository, formatRepository, hasTag, isTag, parseName, type Repository } from './repository.ts';

/** An image named by tag, by digest, by both (the digest then decides), or by neither. */
export interface Reference {
  readonly repository: Repository;
  readonly tag?: string;
  readonly digest?: Digest;
}

const MAX_TAG_CHARS = 128;

/**
 * The reference in `text` (distribution/reference v0.6 `ParseNormalizedNamed`, stricter on hosts and ports). No tag is
 * added where none is written. Throws REFERENCE_INVALID with a hint that names the mistake.
 */
export function parseReference(text: string): Reference {
  assertPlainText(text);
  const at = text.indexOf('@');
  const named = at === -1 ? text : text.slice(0, at);
  const colon = hasTag(named) ? named.lastIndexOf(':') : -1;
  const name = colon === -1 ? named : named.slice(0, colon);
  return {
    repository: parseName(name, text),
    ...(colon === -1 ? {} : { tag: parseTag(named.slice(colon + 1), text) }),
    ...(at === -1 ? {} : { digest: parseReferenceDigest(text.slice(at + 1), text) }),
  };
}

function parseTag(tag: string, whole: string): string {
  if (isTag(tag)) return tag;
  if (tag === '') throw invalid(whole, 'the tag after : is empty', 'write a tag, or drop the colon');
  if (tag.length > MAX_TAG_CHARS) throw invalid(whole, `the tag has more than ${MAX_TAG_CHARS} characters`);
  throw invalid(whole, `"${tag}" is not a tag`, 'letters, digits, _ . and -, and neither . nor - at the start');
}

function parseReferenceDigest(text: string, whole: string): Digest {
  if (text.includes('/')) throw invalid(text, 'it follows a user name', 'credentials do not belong into a reference');
  if (!isDigest(text)) {
    const hint = isDigest(text.toLowerCase())
      ? 'write the digest in lower case'
      : 'after @ comes sha256: and 64 lower-case hexadecimal digits';
    throw invalid(whole, `"${text}" is not a digest`, hint);
  }
  if (findAlgorithm(text) === undefined) {
    throw invalid(whole, `the digest algorithm of "${text}" is not supported`, 'use a sha256 digest');
  }
  return text;
}

/** `docker.io/library/redis:7@sha256:…`: complete and canonical; {@link parseReference} reads it back. */
export function formatReference(reference: Reference): string {
  return formatRepository(reference.repository) + formatSuffix(reference);
}

/** `redis:7`: as short as Docker prints it; {@link parseReference} reads it back too. */
export function formatFamiliar(reference: Reference): string {
  return formatFamiliarRepository(reference.repository) + formatSuffix(reference);
}

function formatSuffix({ tag, digest }: Reference): string {
  return (tag === undefined ? '' : `:${tag}`) + (digest === undefined ? '' : `@${digest}`);
}
