import { createHash } from 'node:crypto';

/** Media types as the image specification has them, in the order in which clients ask for them. */
export const INDEX_TYPE = 'application/vnd.oci.image.index.v1+json';
export const IMAGE_TYPE = 'application/vnd.oci.image.manifest.v1+json';
export const MANIFEST_TYPES = [
  INDEX_TYPE,
  'application/vnd.docker.distribution.manifest.list.v2+json',
  IMAGE_TYPE,
  'application/vnd.docker.distribution.manifest.v2+json',
];
export const CONFIG_TYPE = 'application/vnd.oci.image.config.v1+json';
const LAYER_TYPE = 'application/vnd.oci.image.layer.v1.tar';

export interface Content {
  readonly bytes: Buffer;
  readonly digest: string;
}

export interface ManifestContent extends Content {
  readonly mediaType: string;
}

export interface ContentDescriptor {
  readonly mediaType: string;
  readonly digest: string;
  readonly size: number;
}

export function digestOf(bytes: Uint8Array, algorithm = 'sha256'): string {
  return `${algorithm}:${createHash(algorithm).update(bytes).digest('hex')}`;
}

export function makeBlob(text: string): Content {
  const bytes = Buffer.from(text);
  return { bytes, digest: digestOf(bytes) };
}

/** A manifest of these bytes. */
export function makeManifest(text: string, mediaType: string): ManifestContent {
  return { ...makeBlob(text), mediaType };
}

export function describe({ bytes, digest }: Content, mediaType: string): ContentDescriptor {
  return { mediaType, digest, size: bytes.length };
}

/** The two blobs of an image that is called `name`. */
export function makeBlobs(name: string): { readonly config: Content; readonly layer: Content } {
  return {
    config: makeBlob(
      JSON.stringify({ architecture: 'amd64', os: 'linux', rootfs: { type: 'layers', diff_ids: [] }, name }),
    ),
    layer: makeBlob(`the layer of ${name}`),
  };
}

/** An image of {@link makeBlobs}; `fields` come on top. */
export function makeImage(name: string, fields: object = {}): ManifestContent {
  const { config, layer } = makeBlobs(name);
  const document = {
    schemaVersion: 2,
    mediaType: IMAGE_TYPE,
    config: describe(config, CONFIG_TYPE),
    layers: [describe(layer, LAYER_TYPE)],
    ...fields,
  };
  return makeManifest(JSON.stringify(document), IMAGE_TYPE);
}

export function makeIndex(children: readonly ManifestContent[], fields: object = {}): ManifestContent {
  const manifests = children.map((child) => describe(child, child.mediaType));
  return makeManifest(JSON.stringify({ schemaVersion: 2, mediaType: INDEX_TYPE, manifests, ...fields }), INDEX_TYPE);
}
