import { afterAll, beforeAll, expect, it } from 'vitest';
import type { SampleImage } from '../../src/playground/images.ts';
import { readIndependently } from '../support/independent-reader.ts';
import { describeWithRegistry, type RealRegistry, startRegistry } from '../support/real-registry.ts';
import { listEntries, makeProject, plait, seed, writeConfig } from '../support/scenario.ts';

/** The worked examples that people know `docker manifest` from, as configs. Only the host is ours. */
describeWithRegistry('what docker manifest documents', () => {
  let registry: RealRegistry;
  beforeAll(async () => {
    registry = await startRegistry();
  });
  afterAll(() => registry.stop());

  async function expectEmptyPlan(folder: string): Promise<void> {
    const again = await plait(folder, ['plan', '--detailed-exitcode']);
    expect(again.stdout).toContain('Plan: nothing to do; 1 unchanged');
    expect(again.code).toBe(0);
  }

  it('joins three repositories in one tag', async () => {
    const amd64 = await seed(registry, 'khs1994/php:7.3.8-fpm-alpine-amd64', {
      platform: 'linux/amd64',
      format: 'docker',
    });
    const arm = await seed(registry, 'khs1994/arm32v7-php:7.3.8-fpm-alpine', {
      platform: 'linux/arm/v7',
      format: 'docker',
    });
    const arm64 = await seed(registry, 'khs1994/arm64v8-php:7.3.8-fpm-alpine', {
      platform: 'linux/arm64',
      format: 'docker',
    });
    const folder = makeProject(`
version: 1
images:
  - target: ${registry.host}/khs1994/php
    tags: [7.3.8-fpm-alpine]
    mediaType: docker
    platforms:
      linux/amd64: ${registry.host}/khs1994/php:7.3.8-fpm-alpine-amd64
      linux/arm/v7: ${registry.host}/khs1994/arm32v7-php:7.3.8-fpm-alpine
      linux/arm64: ${registry.host}/khs1994/arm64v8-php:7.3.8-fpm-alpine
`);

    const planned = await plait(folder, ['plan', '--detailed-exitcode']);
    const applied = await plait(folder, ['apply', '--yes']);
    const { json } = await readIndependently(`${registry.host}/khs1994/php:7.3.8-fpm-alpine`);

    expect(planned.code).toBe(2);
    expect(planned.stdout).toContain('Plan: 1 to create');
    expect(applied.code).toBe(0);
    expect(json).toMatchObject({ mediaType: 'application/vnd.docker.distribution.manifest.list.v2+json' });
    expect(listEntries(json)).toEqual([
      `linux/amd64 ${amd64.manifest.digest}`,
      `linux/arm/v7 ${arm.manifest.digest}`,
      `linux/arm64 ${arm64.manifest.digest}`,
    ]);
    await expectEmptyPlan(folder);
  });

  it('joins Linux and Windows of one repository and takes the os.version from the image', async () => {
    const linux = await seed(registry, 'yorek/multiarch-hello-world:linux', {
      platform: 'linux/amd64',
      format: 'docker',
    });
    const windows = await seed(registry, 'yorek/multiarch-hello-world:windows', {
      platform: 'windows(10.0.17763.1)/amd64',
      format: 'docker',
    });
    const folder = makeProject(`
version: 1
images:
  - target: ${registry.host}/yorek/multiarch-hello-world
    tags: [latest]
    platforms:
      linux/amd64: ${registry.host}/yorek/multiarch-hello-world:linux
      windows/amd64: ${registry.host}/yorek/multiarch-hello-world:windows
`);

    const applied = await plait(folder, ['apply', '--yes']);
    const { json } = await readIndependently(`${registry.host}/yorek/multiarch-hello-world:latest`);

    expect(applied.code).toBe(0);
    expect(listEntries(json)).toEqual([
      `linux/amd64 ${linux.manifest.digest}`,
      `windows(10.0.17763.1)/amd64 ${windows.manifest.digest}`,
    ]);
    await expectEmptyPlan(folder);
  });

  it('annotates one entry with an os.version, and takes the entry out again', async () => {
    const name = `${registry.host}/bookadmusic/echo-platform`;
    const [amd64, arm64] = await seedEcho(registry);
    const config = (...platforms: string[]) =>
      ['version: 1', 'images:', `  - target: ${name}`, '    tags: ["20240716"]', '    platforms:', ...platforms].join(
        '\n',
      );
    const plain = `      linux/amd64: ${name}-amd64:20240716`;
    const folder = makeProject(config(plain, `      linux/arm64: ${name}-arm64:20240716`));
    await plait(folder, ['apply', '--yes']);

    writeConfig(
      folder,
      config(
        plain,
        `      linux(ubuntu22.04)/arm64: { ref: "${name}-arm64:20240716", override: { os.version: ubuntu22.04 } }`,
      ),
    );
    const annotated = await plait(folder, ['apply', '--yes']);
    const { json: versioned } = await readIndependently(`${name}:20240716`);
    await expectEmptyPlan(folder);

    writeConfig(folder, config(plain));
    const blocked = await plait(folder, ['apply', '--yes']);
    const { json: kept } = await readIndependently(`${name}:20240716`);
    const removed = await plait(folder, ['apply', '--yes', '--allow', `platform-removal=${name}:20240716`]);
    const { json: alone } = await readIndependently(`${name}:20240716`);

    expect(annotated.stdout).toContain('(was linux/arm64)');
    expect(listEntries(versioned)).toEqual([`linux/amd64 ${amd64}`, `linux(ubuntu22.04)/arm64 ${arm64}`]);
    expect(blocked.code).toBe(3);
    expect(kept).toEqual(versioned);
    expect(removed.code).toBe(0);
    expect(listEntries(alone)).toEqual([`linux/amd64 ${amd64}`]);
    await expectEmptyPlan(folder);
  });
});

async function seedEcho(registry: RealRegistry): Promise<readonly string[]> {
  const images: SampleImage[] = [];
  for (const architecture of ['amd64', 'arm64']) {
    const name = `bookadmusic/echo-platform-${architecture}:20240716`;
    images.push(await seed(registry, name, { platform: `linux/${architecture}` }));
  }
  return images.map(({ manifest }) => manifest.digest);
}
