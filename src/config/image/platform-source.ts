import type { ArchNames } from '../arch-names.ts';
import type { PlatformSource } from '../declaration.ts';
import { describePlatformAnnotations } from '../placeholders.ts';

/** What the templates of an image need besides a platform. */
export interface EntryTemplates {
  readonly archNames: ArchNames;
  /** Checked: all placeholders are known. */
  readonly descriptorAnnotations: Readonly<Record<string, string>>;
}

/** An entry before the annotations of the image are worked in. */
export type EntryFields = Omit<PlatformSource, 'optional' | 'annotations'> & Partial<PlatformSource>;

export function toPlatformSource(fields: EntryFields, templates: EntryTemplates): PlatformSource {
  const annotations = { ...describePlatformAnnotations(templates, fields.platform), ...fields.annotations };
  return { optional: false, ...fields, annotations };
}
