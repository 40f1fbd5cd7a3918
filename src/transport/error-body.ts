import { cleanText } from '../errors/redact.ts';
import { findHeader, type ResponseHeaders } from './message.ts';

/** What a registry says about a failure: the codes and texts of the standard form, or whatever text there is. */
export interface ErrorBody {
  /** In upper case; empty when the body is not in the standard form. */
  readonly codes: readonly string[];
  /** The words of the registry, safe to print; empty when it said nothing. */
  readonly text: string;
  /** True for a web page: the answer of a proxy or of something that is no registry. */
  readonly isPage: boolean;
}

const MAX_TEXT_CHARS = 300;

/**
 * Reads an error body leniently: the standard list of errors, a single error object, plain text, or
 * the title of a web page.
 */
export function parseErrorBody(headers: ResponseHeaders, body: Uint8Array): ErrorBody {
  const raw = findHeader(headers, 'content-encoding') === undefined ? new TextDecoder().decode(body) : '';
  const errors = parseErrors(raw);
  if (errors.length > 0) return { codes: errors.map(({ code }) => code), text: describeErrors(errors), isPage: false };
  const isPage = /text\/html/i.test(findHeader(headers, 'content-type') ?? '') || /^\s*<(!doctype|html)/i.test(raw);
  return { codes: [], text: cleanText(isPage ? findTitle(raw) : raw, MAX_TEXT_CHARS), isPage };
}

interface RegistryErrorEntry {
  readonly code: string;
  readonly message: string;
  readonly detail: string;
}

function parseErrors(raw: string): readonly RegistryErrorEntry[] {
  const document = parseLoosely(raw);
  if (!isRecord(document)) return [];
  const list: readonly unknown[] = Array.isArray(document.errors) ? document.errors : [document];
  return list
    .flatMap((entry) => (isRecord(entry) ? [toEntry(entry)] : []))
    .filter(({ code, message }) => code + message !== '');
}

function parseLoosely(raw: string): unknown {
  try {
    return JSON.parse(raw);
  } catch {
    return undefined;
  }
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function toEntry(entry: Readonly<Record<string, unknown>>): RegistryErrorEntry {
  const { code, message, detail, details, error } = entry;
  return {
    code: typeof code === 'string' ? code.toUpperCase() : '',
    message: [message, error, details].find((value) => typeof value === 'string') ?? '',
    detail: toDetail(detail),
  };
}

function toDetail(detail: unknown): string {
  if (typeof detail === 'string') return detail;
  return detail === undefined || detail === null || isEmpty(detail) ? '' : JSON.stringify(detail);
}

function isEmpty(detail: unknown): boolean {
  return typeof detail === 'object' && detail !== null && Object.keys(detail).length === 0;
}

function describeErrors(errors: readonly RegistryErrorEntry[]): string {
  const texts = errors.map(({ code, message, detail }) => {
    const main = message === '' || message.toUpperCase() === code ? code : `${code} ${message}`.trim();
    return detail === '' ? main : `${main} (${detail})`;
  });
  return cleanText([...new Set(texts)].join('; '), MAX_TEXT_CHARS);
}

/** Step by step: one pattern for all of it would begin anew at every `<title` of a page that is made to be slow. */
function findTitle(page: string): string {
  const start = page.search(/<title/i);
  const open = start < 0 ? -1 : page.indexOf('>', start);
  const end = open < 0 ? -1 : page.indexOf('<', open);
  return end < 0 ? '' : page.slice(open + 1, end);
}
