import { afterAll, beforeAll, expect, it } from 'vitest';
import { readIndependently } from '../support/independent-reader.ts';
import { describeWithRegistry, type RealRegistry, startRegistry } from '../support/real-registry.ts';
import { isWrite, listEntries, listRequests, makeProject, plait, seed, writeConfig } from '../support/scenario.ts';

describeWithRegistry('apply on a real registry', () => {
  let registry: RealRegistry;
  let other: RealRegistry;
  beforeAll(async () => {
    [registry, other] = await Promise.all([startRegistry(), startRegistry()]);
  });
  afterAll(() => Promise.all([registry.stop(), other.stop()]));

  const twoImages = (path: string) => `
version: 1
images:
  - id: first
    target: ${registry.host}/${path}/first
    tags: ["1.0.0", latest]
    platforms: [linux/amd64, linux/arm64]
    source: ${registry.host}/${path}/first:build-{arch}
  - id: second
    target: ${registry.host}/${path}/second
    tags: ["1.0.0"]
    platforms: [linux/amd64, linux/arm64]
    source: ${registry.host}/${path}/second:build-{arch}
`;

  async function seedTwo(path: string): Promise<void> {
    for (const name of ['first', 'second']) {
      await seed(registry, `${path}/${name}:build-amd64`, { platform: 'linux/amd64' });
      await seed(registry, `${path}/${name}:build-arm64`, { platform: 'linux/arm64' });
    }
  }

  it('creates what is absent and writes nothing the second time', async () => {
    await seedTwo('noop');
    const folder = makeProject(twoImages('noop'));

    const first = await plait(folder, ['apply', '--yes']);
    const seen = listRequests(registry).length;
    const second = await plait(folder, ['apply', '--yes', '--detailed-exitcode']);

    expect(first).toMatchObject({ code: 0, stderr: '' });
    expect(first.stdout).toContain('Apply: 3 tags moved');
    expect(second.stdout).toContain('Plan: nothing to do; 2 unchanged');
    expect(second.code).toBe(0);
    expect(listRequests(registry).slice(seen).filter(isWrite)).toEqual([]);
    expect(listRequests(registry).length).toBeGreaterThan(seen);
  });

  it('pushes only the index in which a platform moved', async () => {
    await seedTwo('moved');
    const folder = makeProject(twoImages('moved'));
    await plait(folder, ['apply', '--yes']);
    const moved = await seed(registry, 'moved/second:build-arm64', { platform: 'linux/arm64', text: 'rebuilt' });
    const seen = listRequests(registry).length;

    const planned = await plait(folder, ['plan']);
    const applied = await plait(folder, ['apply', '--yes']);
    const { json } = await readIndependently(`${registry.host}/moved/second:1.0.0`);

    expect(planned.stdout).toContain('Plan: 1 to update; 1 unchanged');
    expect(planned.stdout).toMatch(/~ linux\/arm64 +[0-9a-f]{7} → [0-9a-f]{7}/);
    expect(applied.code).toBe(0);
    expect(listRequests(registry).slice(seen).filter(isWrite)).toEqual(['PUT /v2/moved/second/manifests/1.0.0']);
    expect(listEntries(json)[1]).toBe(`linux/arm64 ${moved.manifest.digest}`);
  });

  it('shows a removed platform, blocks it, and removes it with an allowance', async () => {
    await seedTwo('removed');
    const folder = makeProject(twoImages('removed'));
    await plait(folder, ['apply', '--yes']);
    writeConfig(folder, twoImages('removed').replace('[linux/amd64, linux/arm64]', '[linux/amd64]'));
    const seen = listRequests(registry).length;

    const blocked = await plait(folder, ['apply', '--yes']);
    const writesWhileBlocked = listRequests(registry).slice(seen).filter(isWrite);
    const allowed = await plait(folder, [
      'apply',
      '--yes',
      '--allow',
      `platform-removal=${registry.host}/removed/first:*`,
    ]);
    const { json } = await readIndependently(`${registry.host}/removed/first:latest`);

    expect(blocked.code).toBe(3);
    expect(blocked.stdout).toMatch(/^ +- linux\/arm64 +[0-9a-f]{7}/m);
    expect(blocked.stdout).toContain(`--allow 'platform-removal=${registry.host}/removed/first:{1.0.0,latest}'`);
    expect(writesWhileBlocked).toEqual([]);
    expect(allowed.code).toBe(0);
    expect(listEntries(json)).toHaveLength(1);
  });

  it('mounts what is in another repository of the same registry', async () => {
    await seed(registry, 'mount/builds:1-amd64', { platform: 'linux/amd64' });
    await seed(registry, 'mount/elsewhere:1', { platform: 'linux/arm64' });
    const folder = makeProject(`
version: 1
images:
  - target: ${registry.host}/mount/app
    tags: ["1"]
    platforms:
      linux/amd64: ${registry.host}/mount/builds:1-amd64
      linux/arm64: ${registry.host}/mount/elsewhere:1
`);
    const seen = listRequests(registry).length;

    const applied = await plait(folder, ['apply', '--yes']);
    const { json } = await readIndependently(`${registry.host}/mount/app:1`);
    const writes = listRequests(registry).slice(seen).filter(isWrite);

    expect(applied.code).toBe(0);
    expect(listEntries(json)).toHaveLength(2);
    expect(writes.filter((request) => request.startsWith('POST'))).toEqual(
      writes.filter((request) => request.includes('mount=')),
    );
    expect(writes.filter((request) => request.includes('/blobs/') && request.startsWith('PUT'))).toEqual([]);
  });

  it('streams what is in another registry, and nothing twice', async () => {
    await seed(other, 'far/builds:1-amd64', { platform: 'linux/amd64' });
    await seed(other, 'far/builds:1-arm64', { platform: 'linux/arm64' });
    const folder = makeProject(`
version: 1
images:
  - target: ${registry.host}/near/app
    tags: ["1", latest]
    platforms: [linux/amd64, linux/arm64]
    source: ${other.host}/far/builds:1-{arch}
`);

    const applied = await plait(folder, ['apply', '--yes']);
    const { json } = await readIndependently(`${registry.host}/near/app:latest`);
    const seen = listRequests(registry).length;
    const again = await plait(folder, ['apply', '--yes']);

    expect(applied.code).toBe(0);
    expect(listEntries(json)).toHaveLength(2);
    expect(listRequests(other).filter(isWrite)).toEqual([]);
    expect(again.stdout).toContain('nothing to do');
    expect(listRequests(registry).slice(seen).filter(isWrite)).toEqual([]);
  });

  it.each([
    ['oci', 'application/vnd.oci.image.index.v1+json'],
    ['docker', 'application/vnd.docker.distribution.manifest.list.v2+json'],
  ] as const)('pushes mediaType: %s', async (mediaType, expected) => {
    await seed(registry, `types/${mediaType}:1-amd64`, { platform: 'linux/amd64', format: mediaType });
    await seed(registry, `types/${mediaType}:1-arm64`, { platform: 'linux/arm64', format: mediaType });
    const folder = makeProject(`
version: 1
images:
  - target: ${registry.host}/types/${mediaType}
    tags: [latest]
    mediaType: ${mediaType}
    platforms: [linux/amd64, linux/arm64]
    source: ${registry.host}/types/${mediaType}:1-{arch}
`);

    await plait(folder, ['apply', '--yes']);
    const { json } = await readIndependently(`${registry.host}/types/${mediaType}:latest`);

    expect(json).toMatchObject({ mediaType: expected });
  });

  it('keeps what others added under unmanagedPlatforms: keep', async () => {
    await seedTwo('amend');
    const folder = makeProject(twoImages('amend'));
    await plait(folder, ['apply', '--yes']);
    await seed(registry, 'amend/first:build-s390x', { platform: 'linux/s390x' });
    const mine = `
version: 1
images:
  - target: ${registry.host}/amend/first
    tags: [latest]
    unmanagedPlatforms: keep
    platforms: { linux/s390x: "${registry.host}/amend/first:build-s390x" }
`;

    const amended = await plait(makeProject(mine), ['apply', '--yes']);
    const { json } = await readIndependently(`${registry.host}/amend/first:latest`);

    expect(amended.code).toBe(0);
    expect(listEntries(json)).toHaveLength(3);
  });

  it('writes nothing on a dry run, nor without a yes', async () => {
    await seedTwo('careful');
    const folder = makeProject(twoImages('careful'));
    const seen = listRequests(registry).length;

    const dry = await plait(folder, ['apply', '--dry-run']);
    const refused = await plait(folder, ['apply']);

    expect(dry.stdout).toContain('Plan: 2 to create');
    expect(refused.code).toBe(64);
    expect(refused.stderr).toContain('--yes');
    expect(listRequests(registry).slice(seen).filter(isWrite)).toEqual([]);
  });
});
