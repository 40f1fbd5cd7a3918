import { formatPlatform, type Platform } from '../oci/platform.ts';
import { compareText } from '../oci/text-order.ts';
import {
  buildAttestation,
  buildImage,
  buildIndex,
  type ImageFormat,
  type SampleImage,
  type SampleIndex,
} from './images.ts';

/** One tag that a seeded playground holds at its start. */
export interface Sample {
  readonly repository: string;
  readonly tag: string;
  /** `repository:tag`. */
  readonly reference: string;
  /** For people: `linux/arm/v7`, or several with commas for an index. */
  readonly platforms: string;
  readonly content: SampleImage | SampleIndex;
}

const AMD64: Platform = { os: 'linux', architecture: 'amd64' };
const ARM64: Platform = { os: 'linux', architecture: 'arm64' };
const ARM_V7: Platform = { os: 'linux', architecture: 'arm', variant: 'v7' };
const WINDOWS: Platform = { os: 'windows', architecture: 'amd64', osVersion: '10.0.20348.2227' };

interface Build {
  readonly repository: string;
  readonly version: string;
  readonly format: ImageFormat;
}

/**
 * Every sample tag, sorted, the same bytes on every machine:
 *
 * | Repository | Tags | What |
 * |---|---|---|
 * | `demo/builds/hello` | `1.0.0-`, `1.1.0-` + `amd64`, `arm64`, `arm-v7`, `armv7` | OCI images, for `{arch}{-variant}` |
 * | `demo/builds/hello-windows` | `1.0.0-ltsc2022`, `1.1.0-ltsc2022` | OCI image with os.version |
 * | `demo/builds/classic` | `1.0.0-` + `amd64`, `arm64v8`, `arm32v7` | Docker schema 2, for `archNames: bashbrew` |
 * | `demo/builds/classic-windows` | `1.0.0-ltsc2022` | Docker schema 2 with os.version |
 * | `demo/builds/attested` | `1.0.0` | OCI index: amd64 and arm64, an attestation each |
 * | `demo/builds/attested` | `1.0.0-amd64`, `1.0.0-arm64` | OCI index of one image and its attestation, as `buildx` pushes |
 * | `demo/builds/classic-attested` | `1.0.0` | the same as a Docker manifest list |
 * | `demo/vendor/tool` | `2.3.0-amd64`, `2.3.0-arm64` | OCI images in a repository of someone else |
 */
export function listSamples(): readonly Sample[] {
  const samples = [
    ...helloSamples('1.0.0'),
    ...helloSamples('1.1.0'),
    ...classicSamples(),
    ...attestedSamples({ repository: 'demo/builds/attested', version: '1.0.0', format: 'oci' }),
    ...attestedSamples({ repository: 'demo/builds/classic-attested', version: '1.0.0', format: 'docker' }).slice(0, 1),
    ...imageSamples(
      { repository: 'demo/vendor/tool', version: '2.3.0', format: 'oci' },
      { amd64: AMD64, arm64: ARM64 },
    ),
  ];
  return samples.sort((a, b) => compareText(a.repository, b.repository) || compareText(a.tag, b.tag));
}

function helloSamples(version: string): readonly Sample[] {
  const format = 'oci';
  const names = { amd64: AMD64, arm64: ARM64, 'arm-v7': ARM_V7, armv7: ARM_V7 };
  return [
    ...imageSamples({ repository: 'demo/builds/hello', version, format }, names),
    ...imageSamples({ repository: 'demo/builds/hello-windows', version, format }, { ltsc2022: WINDOWS }),
  ];
}

function classicSamples(): readonly Sample[] {
  const build = { version: '1.0.0', format: 'docker' } as const;
  const names = { amd64: AMD64, arm64v8: ARM64, arm32v7: ARM_V7 };
  return [
    ...imageSamples({ ...build, repository: 'demo/builds/classic' }, names),
    ...imageSamples({ ...build, repository: 'demo/builds/classic-windows' }, { ltsc2022: WINDOWS }),
  ];
}

function imageSamples(build: Build, platforms: Readonly<Record<string, Platform>>): readonly Sample[] {
  return Object.entries(platforms).map(([name, platform]) =>
    toSample(build, `-${name}`, { platforms: formatPlatform(platform), content: buildSample(build, platform) }),
  );
}

/** The index of both platforms first, then one for each platform. */
function attestedSamples(build: Build): readonly Sample[] {
  const { format } = build;
  const pairs = [AMD64, ARM64].map((platform) => {
    const image = buildSample(build, platform);
    return { platform, image, attestation: buildAttestation({ image: image.manifest, format }) };
  });
  const images = [...pairs.map(({ image }) => image), ...pairs.map(({ attestation }) => attestation)];
  const whole = { platforms: 'linux/amd64, linux/arm64', content: buildIndex({ images, format }) };
  return [
    toSample(build, '', whole),
    ...pairs.map(({ platform, image, attestation }) => {
      const content = buildIndex({ images: [image, attestation], format });
      return toSample(build, `-${platform.architecture}`, { platforms: formatPlatform(platform), content });
    }),
  ];
}

function toSample(build: Build, suffix: string, rest: Pick<Sample, 'platforms' | 'content'>): Sample {
  const { repository, version } = build;
  const tag = `${version}${suffix}`;
  return { repository, tag, reference: `${repository}:${tag}`, ...rest };
}

function buildSample({ repository, version, format }: Build, platform: Platform): SampleImage {
  return buildImage({
    platform,
    text: `${repository} ${version} for ${formatPlatform(platform)}`,
    format,
    labels: { 'org.opencontainers.image.title': repository, 'org.opencontainers.image.version': version },
  });
}
