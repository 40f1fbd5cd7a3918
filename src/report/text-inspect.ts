import { cleanText } from '../errors/redact.ts';
import { findAttestedDigest } from '../oci/attestation.ts';
import type { Annotations } from '../oci/descriptor.ts';
import { MEDIA_TYPES } from '../oci/media-types.ts';
import { formatPlatform, normalizePlatform, type Platform } from '../oci/platform.ts';
import { explainMatch } from '../oci/platform-match.ts';
import { formatReference } from '../oci/reference.ts';
import { compareText } from '../oci/text-order.ts';
import type { InspectedImage, Inspection } from '../state/inspect.ts';
import { formatBytes } from './progress.ts';
import type { Style } from './style.ts';

const NAMES: Readonly<Record<string, string>> = {
  [MEDIA_TYPES.ociIndex]: 'OCI image index',
  [MEDIA_TYPES.dockerList]: 'Docker manifest list',
  [MEDIA_TYPES.ociManifest]: 'OCI image manifest',
  [MEDIA_TYPES.dockerManifest]: 'Docker image manifest',
};

/** A live index or image as a table; with details, also the config and layers of each image. */
export function renderInspection(inspection: Inspection, style: Style): string {
  const { stored, reference, images } = inspection;
  const shown = images.filter((image) => !image.isAttestation);
  const width = Math.max(8, ...shown.map((image) => nameOf(image).length));
  const lines = [
    `${style.strong('Reference')}   ${formatReference(reference)}`,
    `${style.strong('Digest')}      ${stored.digest}`,
    `${style.strong('Type')}        ${NAMES[stored.mediaType] ?? 'unknown'} (${stored.mediaType}), ${stored.bytes.length} bytes`,
    ...listAnnotations(stored.manifest.annotations, ''),
    '',
    style.strong(`${'PLATFORM'.padEnd(width)}   DIGEST`),
    ...shown.flatMap((image) => [describeImage(image, images, width), ...describeDetail(image)]),
  ];
  return `${lines.join('\n')}\n`;
}

function describeImage(image: InspectedImage, all: readonly InspectedImage[], width: number): string {
  const attested = all.some((other) => findAttestedDigest(other.descriptor) === image.descriptor.digest);
  const docker = image.descriptor.mediaType === MEDIA_TYPES.dockerManifest ? '   Docker' : '';
  return `${nameOf(image).padEnd(width)}   ${image.descriptor.digest}${attested ? '   attested' : ''}${docker}`;
}

function nameOf({ descriptor }: InspectedImage): string {
  return descriptor.platform === undefined ? '(none)' : formatPlatform(normalizePlatform(descriptor.platform));
}

function describeDetail({ descriptor, detail }: InspectedImage): readonly string[] {
  const own = listAnnotations(descriptor.annotations, '    ');
  if (detail === undefined) return own;
  const { manifest, config } = detail;
  const total = manifest.layers.reduce((sum, layer) => sum + layer.size, manifest.config.size);
  return [
    ...own,
    `    config  ${manifest.config.digest}  ${formatBytes(manifest.config.size)}`,
    ...manifest.layers.map((layer) => `    layer   ${layer.digest}  ${formatBytes(layer.size)}`),
    `    total   ${formatBytes(total)}`,
    ...Object.entries(config?.labels ?? {}).map(([key, value]) => `    label   ${cleanText(key)}=${cleanText(value)}`),
  ];
}

function listAnnotations(annotations: Annotations | undefined, indent: string): readonly string[] {
  return Object.entries(annotations ?? {})
    .sort(([a], [b]) => compareText(a, b))
    .map(([key, value]) => `${indent}annotation  ${cleanText(key)}=${cleanText(value)}`);
}

/** Which entry a client on `platform` gets, and what stands against each other one. */
export function renderMatch(inspection: Inspection, platform: Platform, style: Style): string {
  const matches = explainMatch(
    platform,
    inspection.images.map(({ descriptor }) => descriptor),
  );
  const chosen = matches.find((match) => match.rank === 1);
  const verdict =
    chosen === undefined
      ? `nothing in ${formatReference(inspection.reference)} runs on ${formatPlatform(platform)}`
      : `a client on ${formatPlatform(platform)} gets ${chosen.candidate.digest}`;
  const name = (match: (typeof matches)[number]) =>
    match.candidate.platform === undefined ? '(none)' : formatPlatform(match.candidate.platform);
  const width = Math.max(...matches.map((match) => name(match).length), 0);
  const rows = matches.map((match) => {
    const mark = match === chosen ? style.add('→') : ' ';
    return `${mark} ${name(match).padEnd(width)}   ${match.candidate.digest.slice(0, 19)}   ${match.reason}`;
  });
  return `${[style.strong(verdict), ...rows].join('\n')}\n`;
}
