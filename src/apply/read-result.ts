import { isPlaitError, PlaitError } from '../errors/plait-error.ts';
import { cleanText } from '../errors/redact.ts';
import { parseDigest } from '../oci/digest.ts';
import { isJsonObject, parseStrictJson } from '../oci/json.ts';
import { formatRepository, isTag, parseRepository } from '../oci/repository.ts';
import { computeResultChecksum, RESULT_VERSION } from './result-document.ts';
import { type ResultDocument, resultDocumentSchema } from './result-schema.ts';

/** Of one result file; 100,000 tags stay below it. */
export const MAX_RESULT_BYTES = 256 * 1024 * 1024;

const HINT = 'name the file of  plait apply --result FILE  as it was written';

/** The result in `bytes`, at most {@link MAX_RESULT_BYTES} and exactly as Plait wrote them. Throws RESULT_INVALID. */
export function readResultDocument(bytes: Uint8Array): ResultDocument {
  const document = decodeResultDocument(bytes);
  assertUntouched(document);
  return document;
}

/** Throws RESULT_INVALID when the document is not as Plait wrote it. */
export function assertUntouched(document: ResultDocument): void {
  if (computeResultChecksum(document) === document.checksum) return;
  throw invalid('the result file was edited or damaged: its checksum is not that of its content');
}

/** As {@link readResultDocument}, for looking at it: edited or not. */
export function decodeResultDocument(bytes: Uint8Array): ResultDocument {
  const json = parse(bytes);
  const version = isJsonObject(json) ? json.formatVersion : undefined;
  if (!isJsonObject(json) || typeof version !== 'string' || !('finishedAt' in json)) {
    throw invalid('the file is not the result of an apply');
  }
  if (majorOf(version) !== majorOf(RESULT_VERSION)) throw foreign(version);
  const parsed = resultDocumentSchema.safeParse(json);
  if (!parsed.success) throw invalid(describeIssue(parsed.error.issues[0]));
  assertNames(parsed.data);
  return parsed.data;
}

function parse(bytes: Uint8Array): unknown {
  try {
    return parseStrictJson(bytes, { what: 'the result file', code: 'RESULT_INVALID' });
  } catch (error) {
    throw isPlaitError(error, 'RESULT_INVALID') ? invalid(error.message) : error;
  }
}

function foreign(version: string): PlaitError {
  const formats = `format ${cleanText(version, 20)}, and this Plait reads format ${RESULT_VERSION}`;
  return new PlaitError('RESULT_INVALID', `the result has ${formats}`, { hint: 'use the Plait that wrote it' });
}

function describeIssue(issue: { readonly path: readonly PropertyKey[]; readonly message: string } | undefined): string {
  const place = issue === undefined ? '' : ` at ${issue.path.map(String).join('.')}: ${issue.message}`;
  return `the result file is damaged${cleanText(place)}`;
}

/**
 * Who makes a new checksum can still not make us ask a registry for what is no repository, tag or digest, nor plan one tag
 * twice.
 */
function assertNames({ changes }: ResultDocument): void {
  try {
    for (const change of changes) assertChange(change);
    assertOnce(
      changes.flatMap(({ repository, tags }) =>
        tags.map(({ name }) => `${formatRepository(parseRepository(repository))}:${name}`),
      ),
    );
  } catch (error) {
    throw isPlaitError(error) ? invalid(`the result file is damaged: ${error.message}`) : error;
  }
}

function assertChange({ repository, index, tags }: ResultDocument['changes'][number]): void {
  parseRepository(repository);
  const digests = [index, ...tags.flatMap(({ before, after }) => [before, after])];
  for (const digest of digests) if (digest !== null) parseDigest(digest);
  const wrong = tags.find(({ name }) => !isTag(name));
  if (wrong !== undefined) throw new PlaitError('REFERENCE_INVALID', `"${cleanText(wrong.name, 80)}" is not a tag`);
}

function assertOnce(names: readonly string[]): void {
  const seen = new Set<string>();
  for (const name of names) {
    if (seen.has(name)) throw new PlaitError('RESULT_INVALID', `${name} is in it twice`);
    seen.add(name);
  }
}

function majorOf(version: string): string {
  return version.split('.')[0] ?? '';
}

function invalid(message: string): PlaitError {
  return new PlaitError('RESULT_INVALID', message, { hint: HINT });
}
