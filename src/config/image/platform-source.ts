import type { ArchNames } from '../arch-names.ts';
import type { PlatformSource } from '../declaration.ts';
import { describePlatformAnnotations } from '../placeholders.ts';

/** What the templates of an image need besides a platform. */
export interface EntryTemplates {
  readonly archNames: ArchNames;
  /** Checked: all placeholders are known. */
  readonly descriptorAnnotations: Readonly<Record<string, string>>;
}

/** An entry before the annotations of the image are worked in. Null removes one of those. */
export interface EntryFields extends Omit<PlatformSource, 'optional' | 'annotations'> {
  readonly optional?: boolean;
  readonly annotations?: Readonly<Record<string, string | null>>;
}

export function toPlatformSource(fields: EntryFields, templates: EntryTemplates): PlatformSource {
  const merged = Object.entries({ ...describePlatformAnnotations(templates, fields.platform), ...fields.annotations });
  const annotations = Object.fromEntries(merged.filter((entry): entry is [string, string] => entry[1] !== null));
  return { optional: false, ...fields, annotations };
}
