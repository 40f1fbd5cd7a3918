import fc from 'fast-check';
import { stringify } from 'yaml';
import type { Descriptor } from '../../src/oci/descriptor.ts';
import { toStoredIndex } from '../../src/oci/index-bytes.ts';
import { type IndexMediaType, MEDIA_TYPES } from '../../src/oci/media-types.ts';
import { parsePlatform } from '../../src/oci/platform.ts';
import { buildImage, type SampleImage } from '../../src/playground/images.ts';
import { pushImage, pushManifest } from './push-content.ts';

const PLATFORMS = [
  'linux/amd64',
  'linux/arm64',
  'linux/arm/v7',
  'linux/s390x',
  'windows(10.0.20348.1)/amd64',
  'windows(10.0.26100.1)/amd64',
] as const;
const VERSIONS = ['v1', 'v2'] as const;
/** Where the samples are pushed, and may be published. The last one starts empty. */
const REPOSITORIES = ['pool/src', 'out/a', 'out/empty'] as const;

/** Position in the pool of samples. */
type Sample = number;

interface LiveIndex {
  readonly samples: readonly Sample[];
  readonly mediaType: IndexMediaType;
  readonly annotations: Readonly<Record<string, string>>;
}

interface WorldImage {
  readonly repository: number;
  readonly tags: readonly string[];
  readonly content:
    | { readonly kind: 'platforms'; readonly samples: readonly Sample[]; readonly missing: readonly number[] }
    | { readonly kind: 'from'; readonly version: number; readonly select: readonly number[] | undefined }
    | { readonly kind: 'copy'; readonly version: number };
  readonly keys: Readonly<Record<string, unknown>>;
  /** What each tag holds before: nothing, or an index. */
  readonly live: readonly (LiveIndex | null)[];
}

/** A config, and what its tags hold before. */
export interface World {
  readonly images: readonly WorldImage[];
  /** Turns of images, platforms and keys for the same config written in another order. */
  readonly turn: number;
}

/** One sample a platform and version, one after the other. */
function listPool(): readonly { readonly platform: string; readonly version: string }[] {
  return VERSIONS.flatMap((version) => PLATFORMS.map((platform) => ({ platform, version })));
}

const POOL = listPool();
const slug = (platform: string) => platform.replaceAll(/[^a-z0-9]+/g, '-');
const nameSample = (sample: Sample) => {
  const { platform = '', version = '' } = POOL[sample] ?? {};
  return `${slug(platform)}-${version}`;
};

/** The samples, each built once. */
const IMAGES: readonly SampleImage[] = POOL.map(({ platform, version }, position) =>
  buildImage({
    platform: parsePlatform(platform),
    text: `${platform} ${version}`,
    format: position % 3 === 0 ? 'docker' : 'oci',
  }),
);

/** Fills a registry with the samples, as single images and as one index a version. */
export async function pushPool(url: string): Promise<void> {
  for (const repository of REPOSITORIES.slice(0, 2)) {
    for (const [position, image] of IMAGES.entries()) {
      await pushImage({ url, repository, tag: nameSample(position) }, image);
    }
  }
  for (const [position, version] of VERSIONS.entries()) {
    const samples = PLATFORMS.map((_, platform) => position * PLATFORMS.length + platform);
    await pushLive({ url, repository: 'pool/src', tag: `multi-${version}` }, { samples, ...PLAIN });
  }
}

const PLAIN = { mediaType: MEDIA_TYPES.ociIndex, annotations: {} } as const;

/** Pushes an index of samples that are there already. */
export async function pushLive(
  target: { readonly url: string; readonly repository: string; readonly tag: string },
  { samples, mediaType, annotations }: LiveIndex,
): Promise<void> {
  const manifests = samples.flatMap((sample): Descriptor[] => {
    const image = IMAGES[sample];
    return image === undefined ? [] : [image.descriptor];
  });
  const isOci = mediaType === MEDIA_TYPES.ociIndex;
  await pushManifest(target, toStoredIndex({ kind: 'index', mediaType, manifests, ...(isOci ? { annotations } : {}) }));
}

const samplesOfDistinctPlatforms = (minLength: number) =>
  fc
    .tuple(
      fc.shuffledSubarray(
        PLATFORMS.map((_, position) => position),
        { minLength },
      ),
      fc.array(fc.nat(VERSIONS.length - 1), { minLength: PLATFORMS.length, maxLength: PLATFORMS.length }),
    )
    .map(([chosen, versions]) => chosen.map((platform) => (versions[platform] ?? 0) * PLATFORMS.length + platform));

const annotations = fc.dictionary(fc.constantFrom('com.acme.a', 'com.acme.b'), fc.constantFrom('x', 'y'), {
  maxKeys: 2,
});

const liveIndex = fc.record({
  samples: samplesOfDistinctPlatforms(1),
  mediaType: fc.constantFrom<IndexMediaType>(MEDIA_TYPES.ociIndex, MEDIA_TYPES.dockerList),
  annotations,
});

const content: fc.Arbitrary<WorldImage['content']> = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({
      kind: fc.constant('platforms' as const),
      samples: samplesOfDistinctPlatforms(1),
      missing: fc.array(fc.nat(PLATFORMS.length - 1), { maxLength: 1 }),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant('from' as const),
      version: fc.nat(VERSIONS.length - 1),
      select: fc.option(
        fc.shuffledSubarray(
          PLATFORMS.map((_, position) => position),
          { minLength: 1 },
        ),
        { nil: undefined },
      ),
    }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('copy' as const), version: fc.nat(VERSIONS.length - 1) }) },
);

const keys = fc.record(
  {
    unmanagedPlatforms: fc.constantFrom('remove', 'keep', 'error'),
    order: fc.constantFrom('declared', 'canonical'),
    compare: fc.constantFrom('semantic', 'bytes'),
    mediaType: fc.constantFrom('oci', 'docker', 'auto'),
    onMissingSource: fc.constantFrom('error', 'skipImage'),
    annotations,
  },
  { requiredKeys: [] },
);

const image: fc.Arbitrary<WorldImage> = fc.record({
  repository: fc.nat(REPOSITORIES.length - 1),
  tags: fc.shuffledSubarray(['1.0.0', '1', 'latest'], { minLength: 1 }),
  content,
  keys,
  live: fc.array(fc.option(liveIndex), { minLength: 3, maxLength: 3 }),
});

/** Worlds of one to three images over one pool of samples. */
export const worlds: fc.Arbitrary<World> = fc.record({
  images: fc.array(image, { minLength: 1, maxLength: 3 }),
  turn: fc.nat(5),
});

/** A world under names of its own, so that many fit into one registry. */
export interface Stage {
  readonly host: string;
  /** What its tags begin with. */
  readonly prefix: string;
}

interface Tag {
  readonly repository: string;
  readonly tag: string;
  readonly live: LiveIndex | null;
}

/** Every tag that the config of a world declares. */
export function listTags({ images }: World, { prefix }: Stage): readonly Tag[] {
  return images.flatMap(({ repository, tags, live }, position) =>
    tags.map((tag, index) => ({
      repository: REPOSITORIES[repository] ?? '',
      tag: `${prefix}${position}-${tag}`,
      // Nothing to make an index of is in the empty repository.
      live: repository === REPOSITORIES.length - 1 ? null : (live[index] ?? null),
    })),
  );
}

/** The config of a world; `turn` other than 0 writes the same in another order. */
export function toYaml(world: World, stage: Stage, turn: number): string {
  const images = world.images.map((each, position) => toEntry(each, { ...stage, position, turn }));
  return stringify({ version: 1, images: rotate(images, turn) });
}

function toEntry(
  { repository, tags, content: declared, keys: more }: WorldImage,
  { host, prefix, position, turn }: Stage & { readonly position: number; readonly turn: number },
): Readonly<Record<string, unknown>> {
  const isCopy = declared.kind === 'copy';
  const settings = isCopy ? {} : more;
  // A Docker manifest list cannot carry annotations: that is an error of the config, which others test.
  const isList = settings.mediaType === 'docker';
  // Where bytes are compared, the order that platforms are declared in is part of what is wanted.
  const isOrderWanted = settings.compare === 'bytes' && settings.order !== 'canonical';
  const entry = {
    id: `image-${position}`,
    target: `${host}/${REPOSITORIES[repository] ?? ''}`,
    tags: tags.map((tag) => `${prefix}${position}-${tag}`),
    ...toContent(declared, host, isOrderWanted ? 0 : turn),
    ...settings,
    ...(isList ? { annotations: {} } : {}),
  };
  return Object.fromEntries(rotate(Object.entries(entry), turn));
}

function toContent(declared: WorldImage['content'], host: string, turn: number): Readonly<Record<string, unknown>> {
  if (declared.kind === 'platforms') {
    const entries = declared.samples.map((sample) => {
      const isMissing = declared.missing.includes(sample % PLATFORMS.length);
      const ref = `${host}/pool/src:${isMissing ? 'nothing' : nameSample(sample)}`;
      return [POOL[sample]?.platform, isMissing ? { ref, optional: true } : ref];
    });
    return { platforms: Object.fromEntries(rotate(entries, turn)) };
  }
  const from = `${host}/pool/src:multi-${VERSIONS[declared.version] ?? ''}`;
  if (declared.kind === 'copy') return { from, as: 'copy' };
  const select = declared.select?.map((platform) => PLATFORMS[platform]);
  return select === undefined ? { from } : { from, select: rotate(select, turn) };
}

function rotate<T>(items: readonly T[], turn: number): readonly T[] {
  const by = items.length === 0 ? 0 : turn % items.length;
  return [...items.slice(by), ...items.slice(0, by)];
}
