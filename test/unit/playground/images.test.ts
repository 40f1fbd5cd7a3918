import { execFileSync } from 'node:child_process';
import { gunzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { computeDigest } from '../../../src/oci/digest.ts';
import { buildAttestation, buildImage, buildIndex, type SampleImage } from '../../../src/playground/images.ts';

const WINDOWS = { os: 'windows', architecture: 'amd64', osVersion: '10.0.20348.2227' };
const ARM_V7 = { os: 'linux', architecture: 'arm', variant: 'v7' };

function parse(bytes: Uint8Array): Record<string, unknown> {
  return JSON.parse(Buffer.from(bytes).toString()) as Record<string, unknown>;
}

function listTar(image: SampleImage): string[] {
  const input = gunzipSync(image.blobs[1]!.bytes);
  return execFileSync('tar', ['-tvf', '-'], { input, encoding: 'utf8', env: { ...process.env, TZ: 'UTC' } })
    .trim()
    .split('\n');
}

describe('a built image', () => {
  it('names its content by digest and size', () => {
    const image = buildImage({ platform: ARM_V7, text: 'a', format: 'oci' });
    const { config, layers } = parse(image.manifest.bytes) as { config: object; layers: object[] };
    const [first, second] = image.blobs.map(({ digest, bytes }) => ({ digest, size: bytes.length }));
    expect([config, layers[0]]).toMatchObject([first!, second!]);
    expect(image.blobs.map(({ bytes }) => computeDigest(bytes))).toEqual(image.blobs.map(({ digest }) => digest));
  });

  it('says in its config what it runs on, what it is made of, and its labels', () => {
    const image = buildImage({ platform: WINDOWS, text: 'a', format: 'oci', labels: { a: 'b' } });
    expect(parse(image.blobs[0]!.bytes)).toMatchObject({
      os: 'windows',
      architecture: 'amd64',
      'os.version': '10.0.20348.2227',
      config: { Labels: { a: 'b' } },
      rootfs: { type: 'layers', diff_ids: [computeDigest(gunzipSync(image.blobs[1]!.bytes))] },
    });
  });

  it('has a layer that tar reads', () => {
    const lines = listTar(buildImage({ platform: ARM_V7, text: 'hello', format: 'oci' }));
    expect(lines).toHaveLength(2);
    expect(lines[0]).toMatch(/^-rw-r--r-- 0\/0 +6 1970-01-01 00:00 hello\.txt$/);
  });

  it('keeps the files of Windows where Windows looks for them', () => {
    const lines = listTar(buildImage({ platform: WINDOWS, text: 'hello', format: 'docker' }));
    expect(lines.map((line) => line.split(' ').at(-1))).toEqual(['Files/hello.txt', 'Files/platform.json']);
  });

  it('differs by text, platform and format, and by nothing else', () => {
    const base = { platform: ARM_V7, text: 'a', format: 'oci' } as const;
    const all = [
      base,
      base,
      { ...base, text: 'b' },
      { ...base, platform: WINDOWS },
      { ...base, format: 'docker' as const },
    ];
    const digests = all.map((options) => buildImage(options).manifest.digest);
    expect(new Set(digests).size).toBe(4);
  });

  it('has the media types of its format throughout', () => {
    const image = buildImage({ platform: ARM_V7, text: 'a', format: 'docker' });
    expect(parse(image.manifest.bytes)).toMatchObject({
      mediaType: 'application/vnd.docker.distribution.manifest.v2+json',
      config: { mediaType: 'application/vnd.docker.container.image.v1+json' },
      layers: [{ mediaType: 'application/vnd.docker.image.rootfs.diff.tar.gzip' }],
    });
  });
});

describe('a built index', () => {
  it('ties an attestation to its image as buildx does', () => {
    const image = buildImage({ platform: ARM_V7, text: 'a', format: 'oci' });
    const attestation = buildAttestation({ image: image.manifest, format: 'oci' });
    const index = buildIndex({ images: [image, attestation], format: 'oci' });
    expect(parse(index.manifest.bytes)).toMatchObject({
      manifests: [
        { digest: image.manifest.digest, platform: { architecture: 'arm', os: 'linux', variant: 'v7' } },
        {
          digest: attestation.manifest.digest,
          platform: { architecture: 'unknown', os: 'unknown' },
          annotations: {
            'vnd.docker.reference.digest': image.manifest.digest,
            'vnd.docker.reference.type': 'attestation-manifest',
          },
        },
      ],
    });
  });

  it('carries an in-toto statement about the image', () => {
    const image = buildImage({ platform: ARM_V7, text: 'a', format: 'oci' });
    const attestation = buildAttestation({ image: image.manifest, format: 'oci' });
    expect(parse(attestation.blobs[1]!.bytes)).toMatchObject({
      predicateType: 'https://slsa.dev/provenance/v0.2',
      subject: [{ digest: { sha256: image.manifest.digest.slice('sha256:'.length) } }],
    });
  });
});
