import type { Descriptor } from '../oci/descriptor.ts';
import type { StoredManifest } from '../oci/manifest.ts';

/** Those of one type; all when there is none to select. */
export function selectReferrers(all: readonly Descriptor[], artifactType: string | undefined): readonly Descriptor[] {
  return artifactType === undefined ? all : all.filter((referrer) => referrer.artifactType === artifactType);
}

/** Each digest once, as it is described first. */
export function toUnique(all: readonly Descriptor[]): readonly Descriptor[] {
  const found = new Map<string, Descriptor>();
  for (const descriptor of all) if (!found.has(descriptor.digest)) found.set(descriptor.digest, descriptor);
  return [...found.values()];
}

/**
 * What a list of referrers says of a manifest: its type, which for an image without one is that of its config, and its
 * annotations (distribution-spec "Pushing Manifests with Subject").
 */
export function toReferrer({ manifest, mediaType, digest, bytes }: StoredManifest): Descriptor {
  const artifactType = manifest.artifactType ?? (manifest.kind === 'image' ? manifest.config.mediaType : undefined);
  return {
    mediaType,
    digest,
    size: bytes.byteLength,
    ...(artifactType === undefined ? {} : { artifactType }),
    ...(manifest.annotations === undefined ? {} : { annotations: manifest.annotations }),
  };
}
