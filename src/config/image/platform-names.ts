import { formatPlatform, normalizePlatform, type Platform } from '../../oci/platform.ts';
import { type Cursor, descend } from '../node.ts';
import { readPlatform } from '../read-platform.ts';
import { type Claims, claimPlatform } from './claim-platform.ts';
import type { ImageContext } from './image-context.ts';

/** The platforms in a list of texts, which `cursor` is at: folded, each once. What is wrong is reported and left out. */
export function readPlatformNames(
  { findings }: ImageContext,
  texts: readonly string[],
  cursor: Cursor,
): readonly Platform[] {
  const claims: Claims = new Map();
  return texts.flatMap((text, index) => {
    const where = descend(cursor, index);
    const written = readPlatform(text, where, findings);
    if (written === undefined) return [];
    const platform = normalizePlatform(written);
    return claimPlatform(claims, { name: formatPlatform(platform), where, findings }) ? [platform] : [];
  });
}
