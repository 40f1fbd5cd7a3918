import { join } from 'node:path';
import { MEDIA_TYPES } from '../../src/oci/media-types.ts';
import { callApi } from './api-call.ts';
import type { CliResult } from './run-cli.ts';
import { listEntries, makeProject, plait, seed } from './scenario.ts';
import { makeTempDir } from './temp-dir.ts';

/** One platform for each writer. */
export const PLATFORMS: readonly string[] = [
  'linux/386',
  'linux/amd64',
  'linux/arm/v5',
  'linux/arm/v6',
  'linux/arm/v7',
  'linux/arm64',
  'linux/loong64',
  'linux/mips64le',
  'linux/ppc64le',
  'linux/riscv64',
  'linux/s390x',
  'freebsd/amd64',
  'freebsd/arm64',
  'windows(10.0.17763.1)/amd64',
  'windows(10.0.20348.1)/amd64',
  'windows(10.0.26100.1)/amd64',
];

export interface Rivals {
  readonly registry: { readonly host: string; readonly url: string };
  /** The repository of the images and of the tag that all of them write. */
  readonly repository: string;
}

/** How one of them adds its platform. */
export type Way = 'apply' | 'create';

/** Pushes one image a platform, for {@link runRivals}. */
export async function seedRivals({ registry, repository }: Rivals): Promise<readonly string[]> {
  const entries: string[] = [];
  for (const [index, platform] of PLATFORMS.entries()) {
    const { manifest } = await seed(registry, `${repository}:build-${index}`, { platform });
    entries.push(`${platform} ${manifest.digest}`);
  }
  return entries;
}

/** Starts a process for each platform, all at the same time, each of which adds its own to `tag`. */
export async function runRivals(rivals: Rivals, way: Way, tag: string): Promise<readonly CliResult[]> {
  const { registry, repository } = rivals;
  const target = `${registry.host}/${repository}`;
  const env = { XDG_CACHE_HOME: join(makeTempDir(), 'cache') };
  return Promise.all(
    PLATFORMS.map((platform, index) => {
      const source = `${target}:build-${index}`;
      const folder = makeProject(describeJob({ target, tag, platform, source }));
      const args = way === 'apply' ? ['apply', '--yes'] : ['create', '--amend', '--yes', `${target}:${tag}`, source];
      return plait(folder, args, { env, timeoutMs: 120_000 });
    }),
  );
}

function describeJob(job: Readonly<Record<'target' | 'tag' | 'platform' | 'source', string>>): string {
  const image = `target: ${job.target}, tags: [${job.tag}], unmanagedPlatforms: keep`;
  return `version: 1\nimages:\n  - { ${image}, platforms: { "${job.platform}": "${job.source}" } }\n`;
}

/** `linux/amd64 sha256:…` of every entry of the tag, as anybody can read it. */
export async function readEntries({ registry, repository }: Rivals, tag: string): Promise<readonly string[]> {
  const url = `${registry.url}/v2/${repository}/manifests/${tag}`;
  const { text } = await callApi(url, { headers: { accept: MEDIA_TYPES.ociIndex } });
  return listEntries(JSON.parse(text));
}
