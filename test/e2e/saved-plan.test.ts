import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Playground, startPlayground } from '../../src/playground/server.ts';
import { makeProject, plait } from '../support/scenario.ts';

describe('a saved plan', () => {
  let playground: Playground;
  let folder: string;
  beforeEach(async () => {
    playground = await startPlayground({ seed: true });
    folder = makeProject(config('1.0.0'));
  });
  afterEach(() => playground.close());

  const config = (version: string) => `
version: 1
images:
  - target: ${playground.host}/out/app
    tags: ["1", latest]
    platforms: [linux/amd64, linux/arm64]
    source: ${playground.host}/demo/builds/hello:${version}-{arch}
`;
  const writes = () => playground.requests.filter(({ method }) => method !== 'GET' && method !== 'HEAD');
  const read = (name: string) => readFileSync(join(folder, name), 'utf8');

  it('is applied as it was reviewed, though the sources moved since', async () => {
    await plait(folder, ['plan', '-o', 'plan.json']);
    const planned = JSON.parse(read('plan.json')) as { changes: { index: string }[] };
    const headers = { accept: '*/*' };
    const newer = await fetch(`${playground.url}/v2/demo/builds/hello/manifests/1.1.0-amd64`, { headers });
    await fetch(`${playground.url}/v2/demo/builds/hello/manifests/1.0.0-amd64`, {
      method: 'PUT',
      headers: { 'content-type': newer.headers.get('content-type') ?? '' },
      body: await newer.arrayBuffer(),
    });

    const applied = await plait(folder, ['apply', 'plan.json', '--result', 'result.json']);
    const live = await fetch(`${playground.url}/v2/out/app/manifests/latest`, { method: 'HEAD', headers });

    expect(applied.code).toBe(0);
    expect(live.headers.get('docker-content-digest')).toBe(planned.changes[0]?.index);
    expect(JSON.parse(read('result.json'))).toMatchObject({
      changes: [{ tags: [{ status: 'done' }, { status: 'done' }] }],
    });
  });

  it('may be applied twice', async () => {
    await plait(folder, ['plan', '-o', 'plan.json']);
    await plait(folder, ['apply', 'plan.json']);
    playground.clearRequests();
    const again = await plait(folder, ['apply', 'plan.json']);

    expect(again.code).toBe(0);
    expect(again.stdout).toContain('2 already so');
    expect(writes()).toEqual([]);
  });

  it('is stale when a tag moved since, and then nothing is written', async () => {
    await plait(folder, ['plan', '-o', 'plan.json']);
    await plait(makeProject(config('1.1.0')), ['apply', '--yes', '-t', `${playground.host}/out/app:latest`]);
    playground.clearRequests();
    const stale = await plait(folder, ['apply', 'plan.json']);

    expect(stale.code).toBe(4);
    expect(stale.stdout).toContain('moved since the plan');
    expect(writes()).toEqual([]);
  });

  it('is refused when it was edited', async () => {
    await plait(folder, ['plan', '-o', 'plan.json']);
    writeFileSync(join(folder, 'plan.json'), read('plan.json').replace('"latest"', '"stable"'));
    const { code, stderr } = await plait(folder, ['apply', 'plan.json']);

    expect(code).toBe(64);
    expect(stderr).toContain('PLAN_INVALID');
    expect(writes()).toEqual([]);
  });

  it('is refused when it is too old, and shown all the same', async () => {
    await plait(folder, ['plan', '-o', 'plan.json']);
    const old = read('plan.json').replace(/"expiresAt": "[^"]*"/, '"expiresAt": "2020-01-01T00:00:00Z"');
    writeFileSync(join(folder, 'plan.json'), old);
    const applied = await plait(folder, ['apply', 'plan.json']);
    const shown = await plait(folder, ['show', 'plan.json']);

    expect(applied.stderr).toContain('PLAN_EXPIRED');
    expect(shown.code).toBe(0);
    expect(shown.stdout).toContain('Plan: 1 to create');
    expect(shown.stderr).toContain('2020-01-01');
  });

  it('is good as long as --max-age says', async () => {
    await plait(folder, ['plan', '-o', 'plan.json', '--max-age', '2h']);
    const { createdAt, expiresAt } = JSON.parse(read('plan.json')) as { createdAt: string; expiresAt: string };
    const refused = await plait(folder, ['plan', '-o', 'other.json', '--max-age', '1y']);

    expect(Date.parse(expiresAt) - Date.parse(createdAt)).toBe(2 * 60 * 60 * 1000);
    expect(refused.code).toBe(64);
    expect(refused.stderr).toContain('30m, 24h, 7d, 2w');
  });

  it('that was made in the future is refused: one of two clocks is wrong', async () => {
    await plait(folder, ['plan', '-o', 'plan.json']);
    const later = (days: number) => `${new Date(Date.now() + days * 86_400_000).toISOString().slice(0, 19)}Z`;
    const future = read('plan.json')
      .replace(/"createdAt": "[^"]*"/, `"createdAt": "${later(1)}"`)
      .replace(/"expiresAt": "[^"]*"/, `"expiresAt": "${later(2)}"`);
    writeFileSync(join(folder, 'plan.json'), future);
    const { code, stderr } = await plait(folder, ['apply', 'plan.json']);

    expect([code, writes()]).toEqual([64, []]);
    expect(stderr).toContain('PLAN_CLOCK');
  });

  it('of another major version is refused, and shown all the same', async () => {
    await plait(folder, ['plan', '-o', 'plan.json']);
    writeFileSync(join(folder, 'plan.json'), read('plan.json').replace('"formatVersion": "1.', '"formatVersion": "2.'));
    const applied = await plait(folder, ['apply', 'plan.json']);
    const shown = await plait(folder, ['show', 'plan.json']);

    expect([applied.code, shown.code, writes()]).toEqual([64, 0, []]);
    expect(applied.stderr).toContain('PLAN_VERSION');
  });

  it('of a plan with something unreadable is refused', async () => {
    await plait(makeProject(config('9.9.9')), ['plan', '-o', join(folder, 'plan.json')]);
    const { code, stderr } = await plait(folder, ['apply', 'plan.json']);

    expect(code).toBe(64);
    expect(stderr).toContain('PLAN_INCOMPLETE');
  });

  it('is the same file twice, but for the two times and the requests', async () => {
    await plait(folder, ['plan', '-o', 'one.json']);
    await plait(folder, ['plan', '-o', 'two.json']);
    const strip = (name: string) => read(name).replace(/"(?:createdAt|expiresAt)": "[^"]*",\n/g, '');

    expect(strip('one.json')).toBe(strip('two.json'));
  });

  it('can be pinned by its checksum without a file', async () => {
    await plait(folder, ['plan', '-o', 'plan.json']);
    const { checksum } = JSON.parse(read('plan.json')) as { checksum: string };
    const refused = await plait(folder, ['apply', '--yes', '--checksum', `sha256:${'0'.repeat(64)}`]);
    const applied = await plait(folder, ['apply', '--yes', '--checksum', checksum]);

    expect(refused.code).toBe(64);
    expect(applied.code).toBe(0);
  });
});
