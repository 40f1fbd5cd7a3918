import type { StatedPlatform } from '../wanted-list.ts';

/**
 * Pure: a template of manifest-tool with `ARCH`, `OS` and `VARIANT` replaced, each once as the tool does it; one that a
 * platform lacks becomes nothing.
 */
export function fillWords(template: string, { os = '', architecture = '', variant = '' }: StatedPlatform): string {
  return template
    .replace('ARCH', () => architecture)
    .replace('OS', () => os)
    .replace('VARIANT', () => variant);
}
