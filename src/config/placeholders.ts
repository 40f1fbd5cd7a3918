import { PlaitError } from '../errors/plait-error.ts';
import type { Annotations } from '../oci/descriptor.ts';
import { formatPlatform, type Platform } from '../oci/platform.ts';
import { type ArchNames, findArchName } from './arch-names.ts';

/** The per-platform placeholders of `source` and `descriptorAnnotations`, without braces. */
export const PLACEHOLDERS = ['os', 'arch', 'variant', '-variant', 'platform', 'archName'] as const;

type Placeholder = (typeof PLACEHOLDERS)[number];

/** `{name}`, but not `${name}` nor the braces of JSON. */
const PATTERN = /(?<!\$)\{(-?[A-Za-z][A-Za-z0-9_-]*)\}/g;

/**
 * `template` with the placeholders replaced by what they are for `platform`, which must be folded. Throws
 * CONFIG_INVALID for an unknown one; {@link listPlaceholders} tells beforehand.
 */
export function expandPlaceholders(template: string, platform: Platform, archNames: ArchNames): string {
  return template.replace(PATTERN, (whole, name: string) => {
    if (!isPlaceholder(name)) throw new PlaitError('CONFIG_INVALID', `${whole} is not a placeholder`);
    return findValue(name, platform, archNames);
  });
}

/** The names between braces in `template`, known and unknown, in order. */
export function listPlaceholders(template: string): readonly string[] {
  return [...template.matchAll(PATTERN)].map(([, name = '']) => name);
}

export function isPlaceholder(name: string): name is Placeholder {
  return (PLACEHOLDERS as readonly string[]).includes(name);
}

function findValue(name: Placeholder, platform: Platform, archNames: ArchNames): string {
  const variant = platform.variant ?? '';
  switch (name) {
    case 'os':
      return platform.os;
    case 'arch':
      return platform.architecture;
    case 'variant':
      return variant;
    case '-variant':
      return variant === '' ? '' : `-${variant}`;
    case 'platform':
      return formatPlatform(platform);
    case 'archName':
      return findArchName(platform, archNames);
    default:
      return name satisfies never;
  }
}

/** The annotations that `descriptorAnnotations` gives to the entry of `platform`, which must be folded. */
export function describePlatformAnnotations(
  declaration: { readonly descriptorAnnotations: Annotations; readonly archNames: ArchNames },
  platform: Platform,
): Annotations {
  const entries = Object.entries(declaration.descriptorAnnotations).map(
    ([key, template]) => [key, expandPlaceholders(template, platform, declaration.archNames)] as const,
  );
  return Object.fromEntries(entries);
}
