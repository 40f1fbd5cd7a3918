import type { Descriptor } from '../../src/oci/descriptor.ts';
import { computeDigest } from '../../src/oci/digest.ts';
import type { RawManifest } from '../../src/oci/manifest.ts';
import { MEDIA_TYPES } from '../../src/oci/media-types.ts';
import { parsePlatform } from '../../src/oci/platform.ts';
import { buildAttestation, buildImage, type ImageFormat, type SampleImage } from '../../src/playground/images.ts';
import { pushImage, pushManifest } from './push-content.ts';

/** Something that a tag can hold, as tools other than Plait leave it. */
export interface LiveShape {
  readonly title: string;
  /** The tags of single images that it is made of, and the index of them. */
  readonly images: Readonly<Record<string, SampleImage>>;
  /** Pushed without a tag. */
  readonly untagged: readonly SampleImage[];
  readonly manifest: RawManifest;
  /** What an import of it says, in words that a reader of the YAML looks for. */
  readonly says: readonly string[];
}

const image = (platform: string, text: string, format: ImageFormat = 'oci') =>
  buildImage({ platform: parsePlatform(platform), text, format });

/** The entry of an index, in the spelling of the JSON; `platform` as other tools write it. */
function entry(of: SampleImage, platform?: object, more: Partial<Descriptor> = {}): object {
  const { mediaType, digest, size, annotations } = of.descriptor;
  return { mediaType, digest, size, platform, annotations, ...more };
}

function index(mediaType: string, manifests: readonly object[], more: object = {}): RawManifest {
  // Indented, and in an order of keys that is not ours: what is live was written by somebody else.
  const bytes = Buffer.from(JSON.stringify({ ...more, manifests, mediaType, schemaVersion: 2 }, undefined, 2));
  return { bytes, digest: computeDigest(bytes), mediaType };
}

const AMD64 = { architecture: 'amd64', os: 'linux' };
const ARM64 = { architecture: 'arm64', os: 'linux', variant: 'v8' };
const ARM_V7 = { architecture: 'arm', os: 'linux', variant: 'v7' };
const OCI = MEDIA_TYPES.ociIndex;
const DOCKER = MEDIA_TYPES.dockerList;

function plain(): LiveShape {
  const images = {
    '1.0-amd64': image('linux/amd64', 'plain'),
    '1.0-arm64': image('linux/arm64', 'plain'),
    '1.0-arm-v7': image('linux/arm/v7', 'plain'),
  };
  const manifest = index(OCI, [
    entry(images['1.0-amd64'], AMD64),
    entry(images['1.0-arm64'], ARM64),
    entry(images['1.0-arm-v7'], ARM_V7),
  ]);
  return { title: 'an OCI index', images, untagged: [], manifest, says: ['1.0-{arch}{-variant}'] };
}

function dockerList(): LiveShape {
  const images = {
    '1.0-amd64': image('linux/amd64', 'list', 'docker'),
    '1.0-arm64v8': image('linux/arm64', 'list', 'docker'),
    '1.0-arm32v7': image('linux/arm/v7', 'list', 'docker'),
  };
  const manifest = index(DOCKER, [
    entry(images['1.0-amd64'], AMD64),
    entry(images['1.0-arm64v8'], ARM64),
    entry(images['1.0-arm32v7'], ARM_V7),
  ]);
  const says = ['mediaType: docker', 'archNames: bashbrew', '1.0-{archName}'];
  return { title: 'a Docker manifest list', images, untagged: [], manifest, says };
}

function variants(): LiveShape {
  // As `docker manifest annotate --variant` leaves it: the config of the image says nothing of a variant.
  const images = { '1.0-amd64': image('linux/amd64', 'variant'), '1.0-arm': image('linux/arm/v7', 'variant') };
  const manifest = index(OCI, [
    entry(images['1.0-amd64'], { ...AMD64, variant: 'v2' }),
    entry(images['1.0-arm'], { ...ARM_V7, variant: 'v6' }),
  ]);
  const says = ['variant: v6', 'linux/amd64/v2'];
  return { title: 'variants that were annotated', images, untagged: [], manifest, says };
}

function annotations(): LiveShape {
  const images = { '1.0-amd64': image('linux/amd64', 'note'), '1.0-arm64': image('linux/arm64', 'note') };
  const manifest = index(
    OCI,
    [
      entry(images['1.0-amd64'], AMD64, { annotations: { 'com.acme.builder': 'farm ${A}' } }),
      entry(images['1.0-arm64'], ARM64),
    ],
    { annotations: { 'org.opencontainers.image.version': '1.0' } },
  );
  return { title: 'annotations', images, untagged: [], manifest, says: ['farm $${A}', 'image.version: "1.0"'] };
}

function attestations(): LiveShape {
  const [amd64, arm64] = [image('linux/amd64', 'attested'), image('linux/arm64', 'attested')];
  const proofs = [amd64, arm64].map(({ manifest }) => buildAttestation({ image: manifest, format: 'oci' }));
  const unknown = { architecture: 'unknown', os: 'unknown' };
  const manifest = index(OCI, [
    entry(amd64, AMD64),
    entry(arm64, ARM64),
    ...proofs.map((proof) => entry(proof, unknown)),
  ]);
  const says = ['2 attestations: kept with the images', `@${amd64.manifest.digest}`];
  return { title: 'attestations', images: {}, untagged: [amd64, arm64, ...proofs], manifest, says };
}

function windows(): LiveShape {
  const images = {
    '1.0-amd64': image('linux/amd64', 'windows'),
    '1.0-ltsc2019': image('windows(10.0.17763.1)/amd64', 'windows'),
    '1.0-ltsc2022': image('windows(10.0.20348.2227)/amd64', 'windows'),
  };
  const version = (build: string) => ({ architecture: 'amd64', os: 'windows', 'os.version': build });
  const manifest = index(OCI, [
    entry(images['1.0-amd64'], AMD64),
    entry(images['1.0-ltsc2019'], version('10.0.17763.1')),
    entry(images['1.0-ltsc2022'], version('10.0.20348.2227')),
  ]);
  return { title: 'versions of Windows', images, untagged: [], manifest, says: ['windows(10.0.20348.2227)/amd64'] };
}

function single(): LiveShape {
  const only = image('linux/amd64', 'single');
  return { title: 'a single image', images: {}, untagged: [only], manifest: only.manifest, says: ['as: copy'] };
}

function withoutPlatform(): LiveShape {
  const images = { '1.0-amd64': image('linux/amd64', 'bare'), '1.0-arm64': image('linux/arm64', 'bare') };
  const bare = image('linux/amd64', 'an artifact');
  const manifest = index(OCI, [entry(images['1.0-amd64'], AMD64), entry(images['1.0-arm64'], ARM64), entry(bare)]);
  return {
    title: 'an entry without a platform',
    images,
    untagged: [bare],
    manifest,
    says: ['1 entry without a platform'],
  };
}

function onlyBare(): LiveShape {
  const bare = image('linux/amd64', 'nothing but an artifact');
  const manifest = index(OCI, [entry(bare)], { artifactType: 'application/vnd.example.set' });
  return { title: 'no platform at all', images: {}, untagged: [bare], manifest, says: ['as: copy', 'kept whole'] };
}

function twice(): LiveShape {
  const images = { '1.0-a': image('linux/amd64', 'a'), '1.0-b': image('linux/amd64', 'b') };
  const manifest = index(OCI, [entry(images['1.0-a'], AMD64), entry(images['1.0-b'], AMD64)]);
  return { title: 'one platform twice', images, untagged: [], manifest, says: ['as: copy', 'kept whole'] };
}

function orphan(): LiveShape {
  const [amd64, gone] = [image('linux/amd64', 'orphan'), image('linux/arm64', 'not in the index')];
  const proof = buildAttestation({ image: gone.manifest, format: 'oci' });
  const manifest = index(OCI, [entry(proof, { architecture: 'unknown', os: 'unknown' }), entry(amd64, AMD64)]);
  return { title: 'an attestation of another image', images: {}, untagged: [amd64, proof], manifest, says: [] };
}

/** Every shape, the same bytes each time. */
export function listLiveShapes(): readonly LiveShape[] {
  return [
    plain(),
    dockerList(),
    variants(),
    annotations(),
    attestations(),
    windows(),
    single(),
    withoutPlatform(),
    onlyBare(),
    twice(),
    orphan(),
  ];
}

/** Pushes a shape to `repository` under its tags of images, and the whole of it under `tag`. */
export async function pushShape(
  url: string,
  repository: string,
  { images, untagged, manifest }: LiveShape,
  tag: string,
): Promise<void> {
  for (const each of untagged) await pushImage({ url, repository }, each);
  for (const [name, each] of Object.entries(images)) await pushImage({ url, repository, tag: name }, each);
  await pushManifest({ url, repository, tag }, manifest);
}
