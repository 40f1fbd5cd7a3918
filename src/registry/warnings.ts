import { cleanText } from '../errors/redact.ts';
import { listHeader, type ResponseHeaders } from '../transport/message.ts';

/** Words of a registry that nobody asked for, safe to print; to be shown and never acted on. */
export interface RegistryWarning {
  /** As users write it. */
  readonly registry: string;
  readonly text: string;
}

/** Collects what the registries of a run warn of, each text once. */
export interface Warnings {
  note(registry: string, texts: readonly string[]): void;
  list(): readonly RegistryWarning[];
}

/** distribution-spec "Warnings": all warnings of an answer together have at most 4096 bytes. */
const MAX_HEADER_CHARS = 4096;
const MAX_TEXT_CHARS = 300;
const MAX_WARNINGS = 20;

/** 299 is the only code, and `-` the only agent, that a registry may use. An end that was cut off is no reason to be silent. */
const WARNING = /(?:^|,)\s*299\s+-\s+"((?:[^"\\]|\\.)*)/g;

/** At most 20 texts a registry are kept: the first ones say what is wrong. */
export function createWarnings(): Warnings {
  const known = new Map<string, Set<string>>();
  return {
    note: (registry, texts) => {
      const own = known.get(registry) ?? new Set();
      known.set(registry, own);
      for (const text of texts) if (own.size < MAX_WARNINGS) own.add(text);
    },
    list: () => [...known].flatMap(([registry, texts]) => [...texts].map((text) => ({ registry, text }))),
  };
}

/** The texts of the Warning headers of an answer (`299 - "text"`), cleaned and cut. */
export function parseWarnings(headers: ResponseHeaders): readonly string[] {
  const values = listHeader(headers, 'warning');
  const texts = values.flatMap((value) => [...value.slice(0, MAX_HEADER_CHARS).matchAll(WARNING)]);
  return texts
    .map(([, text = '']) => cleanText(text.replace(/\\(.)/g, '$1'), MAX_TEXT_CHARS))
    .filter((text) => text !== '');
}
