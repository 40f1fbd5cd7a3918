import { normalizePlatform, type Platform } from '../oci/platform.ts';
import type { StatedPlatform } from './wanted-list.ts';

/**
 * Pure: what is stated, the rest from what is known; folded. A variant belongs to its architecture. Undefined without an
 * operating system or an architecture.
 */
export function settlePlatform(stated: StatedPlatform, known: Partial<Platform> = {}): Platform | undefined {
  const { variant, ...others } = known;
  const isOther = stated.architecture !== undefined && fold(stated.architecture) !== fold(known.architecture);
  const merged = { ...others, ...(variant === undefined || isOther ? {} : { variant }), ...stated };
  const { os, architecture } = merged;
  return os === undefined || architecture === undefined
    ? undefined
    : normalizePlatform({ ...merged, os, architecture });
}

function fold(architecture = ''): string {
  return normalizePlatform({ os: 'linux', architecture }).architecture;
}
