import type { ImageGuards } from '../config/declaration.ts';
import { cleanText } from '../errors/redact.ts';
import type { Digest } from '../oci/digest.ts';
import { formatPlatform, isSamePlatform, type Platform } from '../oci/platform.ts';
import type { ImageLabels } from '../state/labels.ts';

const MAX_VALUE_LENGTH = 40;

interface Image {
  readonly digest: Digest;
  readonly platform: Platform | undefined;
}

/**
 * Pure: for each label on which the images do not agree, a sentence that says who says what. An image without the label
 * does not agree.
 */
export function checkLabels(
  rule: NonNullable<ImageGuards['sameLabel']>,
  images: readonly Image[],
  labels: ReadonlyMap<Digest, ImageLabels>,
): readonly string[] {
  const judged = images.filter(
    ({ platform }) => platform === undefined || !rule.except.some((except) => isSamePlatform(except, platform)),
  );
  return rule.labels.flatMap((label) => {
    const values = new Map<string | undefined, string[]>();
    for (const { digest, platform } of judged) {
      const value = labels.get(digest)?.[label];
      const name = platform === undefined ? digest : formatPlatform(platform);
      values.set(value, [...(values.get(value) ?? []), name]);
    }
    if (values.size <= 1 && !values.has(undefined)) return [];
    return [`${label} is ${[...values].map(describe).join(', ')}`];
  });
}

function describe([value, platforms]: readonly [string | undefined, readonly string[]]): string {
  const shown = value === undefined ? 'missing' : `"${cleanText(value, MAX_VALUE_LENGTH)}"`;
  return `${shown} for ${platforms.join(' and ')}`;
}
