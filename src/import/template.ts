import type { ArchNameSet } from '../config/arch-names.ts';
import { expandPlaceholders } from '../config/placeholders.ts';
import type { Platform } from '../oci/platform.ts';

/** A source with placeholders for what differs between platforms. */
export interface SourceTemplate {
  readonly text: string;
  readonly archNames: ArchNameSet;
}

/** One platform, folded, and a text that may be made from it. */
export interface TemplateSample {
  readonly platform: Platform;
  readonly text: string;
}

/** How the architecture may be written in a name, the plainest first. */
const FORMS: readonly SourceTemplate[] = [
  { text: '{arch}', archNames: 'goarch' },
  { text: '{arch}{-variant}', archNames: 'goarch' },
  { text: '{arch}{variant}', archNames: 'goarch' },
  { text: '{archName}', archNames: 'bashbrew' },
  { text: '{archName}', archNames: 'uname' },
];

/**
 * Pure: the plainest template that makes the text of every sample, each text for one platform; undefined when there is
 * none, or only one sample, of which nothing can be told.
 */
export function findTemplate(samples: readonly TemplateSample[]): SourceTemplate | undefined {
  const [first] = samples;
  if (first === undefined || samples.length < 2) return undefined;
  if (new Set(samples.map(({ text }) => text)).size < samples.length) return undefined;
  return listTemplates(first).find((template) =>
    samples.every(({ platform, text }) => expandTemplate(template, platform) === text),
  );
}

/** Pure: the text of `platform`, which must be folded. */
export function expandTemplate({ text, archNames }: SourceTemplate, platform: Platform): string {
  return expandPlaceholders(text, platform, archNames);
}

/** Pure: every template that makes the text of one sample by naming its platform, the plainest first. */
export function listTemplates({ platform, text }: TemplateSample): readonly SourceTemplate[] {
  return FORMS.flatMap((form) =>
    replaceWord(text, expandTemplate(form, platform), form.text)
      .flatMap((replaced) => [replaced, ...replaceWord(replaced, platform.os, '{os}')])
      .map((replaced) => ({ text: replaced, archNames: form.archNames })),
  );
}

/** `text` with `word` replaced, in each of the places where it stands by itself, and in all of them. */
function replaceWord(text: string, word: string, placeholder: string): readonly string[] {
  const places = listPlaces(text, word);
  const single = places.map((at) => text.slice(0, at) + placeholder + text.slice(at + word.length));
  return places.length < 2 ? single : [...single, replaceAt(text, places, { word, placeholder })];
}

function replaceAt(
  text: string,
  places: readonly number[],
  { word, placeholder }: { readonly word: string; readonly placeholder: string },
): string {
  const ends = places.map((at) => at + word.length);
  const parts = [0, ...ends].map((start, index) => text.slice(start, places[index] ?? text.length));
  return parts.join(placeholder);
}

/** Where `word` stands between characters that are no letters and digits, and not between braces. */
function listPlaces(text: string, word: string): readonly number[] {
  const places: number[] = [];
  for (let at = text.indexOf(word); at !== -1; at = text.indexOf(word, at + 1)) {
    const before = text[at - 1] ?? '';
    const after = text[at + word.length] ?? '';
    if (!/[A-Za-z0-9{]/.test(before) && !/[A-Za-z0-9}]/.test(after)) places.push(at);
  }
  return places;
}
