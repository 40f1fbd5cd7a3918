import type { Declaration } from '../config/declaration.ts';
import { findAttestedDigest } from '../oci/attestation.ts';
import type { Descriptor } from '../oci/descriptor.ts';
import { formatPlatform, normalizePlatform } from '../oci/platform.ts';
import { compareText } from '../oci/text-order.ts';

/** Pure: the images of an index as `order` wants them. `canonical`: by platform, so that who adds one when does not show. */
export function orderImages(order: Declaration['order'], images: readonly Descriptor[]): readonly Descriptor[] {
  if (order === 'declared') return images;
  return [...images].sort((a, b) => compareText(toSortKey(a), toSortKey(b)));
}

/** Pure: attestations in the order of the images that they describe. */
export function followImages(
  attestations: readonly Descriptor[],
  images: readonly Descriptor[],
): readonly Descriptor[] {
  const position = new Map<string | undefined, number>(images.map((image, index) => [image.digest, index]));
  const rank = (entry: Descriptor) => position.get(findAttestedDigest(entry)) ?? images.length;
  return [...attestations].sort((a, b) => rank(a) - rank(b) || compareText(a.digest, b.digest));
}

function toSortKey({ platform, digest }: Descriptor): string {
  return platform === undefined ? `~ ${digest}` : formatPlatform(normalizePlatform(platform));
}
