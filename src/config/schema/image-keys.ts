import * as z from 'zod';
import { ARCH_NAME_SETS } from '../arch-names.ts';
import { guardsSchema } from './guards-schema.ts';
import { platformsSchema } from './platforms-schema.ts';
import { section } from './section.ts';
import { choice, list, text, textMap } from './values.ts';

const referrersSchema = section(
  {
    artifactTypes: list(
      z.string().regex(/^[A-Za-z0-9][\w!#$&^.+-]{0,126}\/[A-Za-z0-9][\w!#$&^.+-]{0,126}$/, 'this is not a media type'),
      'Artifact types of what to copy.',
      ['application/vnd.dev.sigstore.bundle.v0.3+json'],
    ).optional(),
  },
  { id: 'Referrers', description: 'Only some of them.', required: ['artifactTypes'] },
);

/** Keys that `defaults` may set for all images. */
export const inheritedKeys = {
  mediaType: choice(
    ['oci', 'docker', 'auto'],
    'oci: an OCI image index. docker: a Docker manifest list. auto: a list if all images are of Docker types, else an index.',
  ).optional(),
  unmanagedPlatforms: choice(
    ['remove', 'keep', 'error'],
    'What happens to platforms of the live tag that are not declared. keep is what docker manifest create --amend does.',
  ).optional(),
  attestations: choice(
    ['keep', 'drop', 'require'],
    'What happens to the attestations of the images. require: each image must have one.',
  ).optional(),
  referrers: z
    .union([z.enum(['none', 'all']), referrersSchema])
    .meta({
      description:
        'What is copied along when an image is copied to another repository: the manifests that have it as their subject, as signatures and SBOMs.',
      default: 'none',
      examples: ['all'],
    })
    .optional(),
  compare: choice(
    ['semantic', 'bytes'],
    'semantic: a live index that says the same in other bytes is left as it is. bytes: it is written again.',
  ).optional(),
  order: choice(
    ['declared', 'canonical'],
    'How the entries of the index are ordered: as declared, or by platform.',
  ).optional(),
  onMissingSource: choice(
    ['error', 'skipImage'],
    'What it is when a source does not exist: an error, or a warning. The image is left as it is, and others go on.',
  ).optional(),
  annotations: textMap('Annotations of the index.', { 'org.opencontainers.image.vendor': 'Acme' }).optional(),
  descriptorAnnotations: textMap(
    'Annotations of every entry of the index, in which {os} {arch} {variant} {-variant} {platform} {archName} stand for those of the entry.',
    { 'com.acme.platform': '{platform}' },
  ).optional(),
  archNames: z
    .union([
      z.enum(ARCH_NAME_SETS),
      textMap('From platform to name; the others are named as Go does.', { 'linux/arm64': 'arm64v8' }),
    ])
    .meta({
      description:
        'What {archName} stands for. goarch: amd64, arm64. uname: x86_64, aarch64. bashbrew: amd64, arm64v8.',
      default: 'goarch',
    })
    .optional(),
  guards: guardsSchema.optional(),
  labels: textMap('Labels to select images by on the command line. They are not published.', {
    tier: 'release',
  }).optional(),
};

const targetSchema = section(
  {
    repository: text('The repository to publish to, without a tag.', 'ghcr.io/acme/api').optional(),
    tags: list(z.string(), 'The tags to publish. Quote numbers.', ['1.8.2', 'latest']).optional(),
  },
  { id: 'Target', description: 'One repository and its tags.', required: ['repository', 'tags'] },
);

/** Keys of an image that a row of its `matrix` may set, too. */
export const imageKeys = {
  id: z
    .string()
    .regex(/^[!-~]{1,256}$/, 'an id has 1 to 256 visible ASCII characters')
    .meta({
      description: 'A unique name, for --target and reports. Without it, the first tag.',
      examples: ['release-${matrix.app}'],
    })
    .optional(),
  enabled: z.boolean().meta({ description: 'false leaves the image out of every run.', default: true }).optional(),
  protect: z
    .boolean()
    .meta({
      description: 'true: the tags change only with  --allow protected=repository:tag.',
      default: false,
    })
    .optional(),
  target: text('The repository to publish to, without a tag.', 'ghcr.io/acme/api').optional(),
  tags: list(z.string(), 'The tags to publish. Quote numbers.', ['1.8.2', 'latest']).optional(),
  targets: list(targetSchema, 'Several repositories to publish to, instead of target and tags.').optional(),
  platforms: platformsSchema.optional(),
  source: text(
    'The image of each platform of the list, in which {os} {arch} {variant} {-variant} {platform} {archName} stand for those of the platform.',
    'ghcr.io/acme/builds/api:1.8.2-{archName}',
  ).optional(),
  from: text(
    'A multi-arch image to take all platforms from, or those of `select`.',
    'docker.io/library/redis:7.4-alpine',
  ).optional(),
  select: list(z.string(), 'The platforms to take from `from`.', ['linux/amd64', 'linux/arm64']).optional(),
  as: choice(
    ['index', 'copy'],
    'index: build an index of the images of `from`. copy: publish the bytes of `from`, with its digest and signatures.',
  ).optional(),
  ...inheritedKeys,
};
