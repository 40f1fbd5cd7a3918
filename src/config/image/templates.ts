import { formatPlatform, normalizePlatform } from '../../oci/platform.ts';
import type { ArchNames } from '../arch-names.ts';
import type { Findings, Place } from '../findings.ts';
import { findNearest } from '../nearest.ts';
import type { Cursor } from '../node.ts';
import { descend, placeOfKey } from '../node.ts';
import { isPlaceholder, listPlaceholders, PLACEHOLDERS } from '../placeholders.ts';
import { readPlatform } from '../read-platform.ts';
import { quote } from '../scalar-text.ts';
import { findOrigin, type Located } from '../source-file.ts';
import { type ImageContext, placeOf } from './image-context.ts';

/** True when every placeholder of a template is known; the others are reported. */
export function checkTemplate(template: string, where: Place, findings: Findings): boolean {
  const unknown = listPlaceholders(template).filter((name) => !isPlaceholder(name));
  for (const name of unknown) {
    const nearest = findNearest(name, PLACEHOLDERS);
    findings.error({
      code: 'unknown-placeholder',
      where,
      message: `{${name}} is not a placeholder`,
      hint:
        nearest === undefined
          ? `the placeholders are ${PLACEHOLDERS.map((each) => `{${each}}`).join(' ')}`
          : `did you mean {${nearest}}?`,
    });
  }
  return unknown.length === 0;
}

/** Annotations are published as they stand. A placeholder in one is not expanded, which few expect. */
export function warnLiteralPlaceholders(
  annotations: Readonly<Record<string, string | null>>,
  where: Cursor,
  findings: Findings,
): void {
  for (const [key, value] of Object.entries(annotations)) {
    const placeholder = listPlaceholders(value ?? '').find((name) => isPlaceholder(name));
    if (placeholder === undefined) continue;
    findings.warn({
      code: 'placeholder-not-expanded',
      where: descend(where, key),
      message: `{${placeholder}} is published as it stands here`,
      hint: 'placeholders are expanded in descriptorAnnotations',
    });
  }
}

/** The templates of `descriptorAnnotations` whose placeholders are all known. */
export function readDescriptorAnnotations(context: ImageContext): Readonly<Record<string, string>> {
  const { input, findings } = context;
  const where = placeOf(context, 'descriptorAnnotations');
  const entries = Object.entries(input.descriptorAnnotations ?? {});
  return Object.fromEntries(
    entries.filter(([key, template]) => checkTemplate(template, descend(where, key), findings)),
  );
}

/** The names that `{archName}` stands for, a mapping by folded platform. */
export function readArchNames(context: ImageContext): ArchNames {
  const { input, findings } = context;
  const { archNames = 'goarch' } = input;
  if (typeof archNames === 'string') return archNames;
  const cursor = placeOf(context, 'archNames');
  const names = new Map<string, { readonly name: string; readonly at: Located }>();
  for (const [key, name] of Object.entries(archNames)) {
    const where = placeOfKey(cursor, key);
    const platform = readPlatform(key, where, findings);
    if (platform === undefined) continue;
    const folded = formatPlatform(normalizePlatform(platform));
    const first = names.get(folded);
    if (first === undefined) names.set(folded, { name, at: where.node });
    else {
      const message = `${quote(folded)} already has a name in line ${findOrigin(first.at).line}`;
      findings.error({ code: 'duplicate-platform', where, message, hint: 'keep one of the two' });
    }
  }
  return Object.fromEntries([...names].map(([platform, { name }]) => [platform, name]));
}
