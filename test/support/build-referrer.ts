import type { Annotations, Descriptor } from '../../src/oci/descriptor.ts';
import { computeDigest } from '../../src/oci/digest.ts';
import { MEDIA_TYPES } from '../../src/oci/media-types.ts';
import type { SampleImage } from '../../src/playground/images.ts';

export const SIGNATURE = 'application/vnd.example.signature';
export const SBOM = 'application/vnd.example.sbom';

export interface ReferrerOptions {
  readonly subject: Pick<Descriptor, 'mediaType' | 'digest' | 'size'>;
  /** In the artifact; another text makes another artifact. */
  readonly text: string;
  /** Of the manifest; with `null` it has none, and the type of its config counts. */
  readonly artifactType?: string | null;
  readonly annotations?: Annotations;
}

/** A small artifact that refers to a manifest, as signing tools make them (image-spec `manifest.md`). */
export function buildReferrer({ subject, text, artifactType, annotations }: ReferrerOptions): SampleImage {
  const config = Buffer.from('{}');
  const layer = Buffer.from(text);
  const { mediaType, digest, size } = subject;
  const bytes = toBytes({
    schemaVersion: 2,
    mediaType: MEDIA_TYPES.ociManifest,
    ...(artifactType !== null && { artifactType: artifactType ?? SIGNATURE }),
    config: describe(config, artifactType === null ? SBOM : 'application/vnd.oci.empty.v1+json'),
    layers: [describe(layer, 'text/plain')],
    subject: { mediaType, digest, size },
    ...(annotations && { annotations }),
  });
  const blobs = [config, layer].map((content) => ({ digest: computeDigest(content), bytes: content }));
  const descriptor = {
    ...describe(bytes, MEDIA_TYPES.ociManifest),
    artifactType: artifactType === null ? SBOM : (artifactType ?? SIGNATURE),
    ...(annotations && { annotations }),
  };
  return { manifest: { bytes, digest: descriptor.digest, mediaType: MEDIA_TYPES.ociManifest }, blobs, descriptor };
}

/** An index of these descriptors and nothing else, as the API of referrers answers and the fall-back tag holds. */
export function toList(manifests: readonly unknown[]): string {
  return JSON.stringify({ schemaVersion: 2, mediaType: MEDIA_TYPES.ociIndex, manifests });
}

function describe(bytes: Uint8Array, mediaType: string): Descriptor {
  return { mediaType, digest: computeDigest(bytes), size: bytes.length };
}

function toBytes(value: object): Uint8Array {
  return Buffer.from(JSON.stringify(value));
}
