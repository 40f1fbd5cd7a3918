import { formatPlatform, normalizePlatform, type Platform } from '../oci/platform.ts';
import { explainMatch } from '../oci/platform-match.ts';
import { formatReference } from '../oci/reference.ts';
import type { InspectedImage, Inspection } from '../state/inspect.ts';

/** An inspection for programs: digests, platforms and, when they were read, the decoded manifests and configs. */
export function toInspectionDocument(inspection: Inspection, platform: Platform | undefined): unknown {
  const { reference, stored, images } = inspection;
  return {
    reference: formatReference(reference),
    digest: stored.digest,
    mediaType: stored.mediaType,
    size: stored.bytes.length,
    annotations: stored.manifest.annotations ?? {},
    images: images.map(toImage),
    ...(platform === undefined ? {} : { match: toMatch(inspection, platform) }),
  };
}

function toImage({ descriptor, isAttestation, detail }: InspectedImage): unknown {
  const { platform, digest, mediaType, size, annotations } = descriptor;
  return {
    platform: platform === undefined ? null : formatPlatform(normalizePlatform(platform)),
    digest,
    mediaType,
    size,
    attestation: isAttestation,
    annotations: annotations ?? {},
    ...(detail === undefined
      ? {}
      : {
          config: {
            ...detail.manifest.config,
            ...(detail.config === undefined ? {} : { labels: detail.config.labels }),
          },
          layers: detail.manifest.layers,
        }),
  };
}

function toMatch({ images }: Inspection, platform: Platform): unknown {
  const matches = explainMatch(
    platform,
    images.map(({ descriptor }) => descriptor),
  );
  return {
    platform: formatPlatform(platform),
    digest: matches.find((match) => match.rank === 1)?.candidate.digest ?? null,
    candidates: matches.map(({ candidate, rank, reason }) => ({
      digest: candidate.digest,
      rank: rank ?? null,
      reason,
    })),
  };
}
