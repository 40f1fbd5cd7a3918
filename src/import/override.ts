import type { PlatformOverride } from '../config/declaration.ts';
import type { Platform } from '../oci/platform.ts';

/** Both folded. `found`: what the config of the image names, if it names one. */
interface Published {
  readonly platform: Platform;
  readonly found: Platform | undefined;
}

/** The variants that are not written. */
const PLAIN_VARIANTS: Readonly<Record<string, string>> = { amd64: 'v1', arm64: 'v8' };

/**
 * Pure: the fields in which an image config disagrees with the platform that is published; undefined when none does. A
 * field that the config has and the index lacks cannot be said, but for a variant that is the plain one.
 */
export function findOverride({ platform, found }: Published): PlatformOverride | undefined {
  if (found === undefined) return undefined;
  const variant = platform.variant ?? PLAIN_VARIANTS[platform.architecture];
  const override: PlatformOverride = {
    ...(platform.os === found.os ? {} : { os: platform.os }),
    ...(platform.architecture === found.architecture ? {} : { architecture: platform.architecture }),
    ...(platform.variant === found.variant || variant === undefined ? {} : { variant }),
    ...(platform.osVersion === undefined || platform.osVersion === found.osVersion
      ? {}
      : { osVersion: platform.osVersion }),
    ...(platform.osFeatures === undefined || String(platform.osFeatures) === String(found.osFeatures ?? '')
      ? {}
      : { osFeatures: platform.osFeatures }),
  };
  return Object.keys(override).length === 0 ? undefined : override;
}
