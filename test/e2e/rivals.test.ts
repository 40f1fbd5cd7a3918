import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { createBarrier, createGate, startHookedRegistry } from '../support/hooked-registry.ts';
import { readContent } from '../support/registry-content.ts';
import { isWrite, makeProject, plait } from '../support/scenario.ts';

const APPLY = ['apply', '--yes'];
const BUILDS = ['app:build', 'app:other', 'tool:build'];
const THREE_TAGS = '["1.0.0", "1.0", latest]';
/** As distribution does it. */
const ONE_BY_ONE = { multiTag: false };

interface Wanted {
  /** The registry of the builds; that of the target when left out. */
  readonly from?: string | undefined;
  readonly build?: string;
  readonly tags?: string;
}

function image(target: string, { from, build = 'build', tags = '["1.0.0"]' }: Wanted = {}): string {
  const source = from === undefined ? target : target.replace(/^[^/]+/, from);
  return `  - { target: ${target}, tags: ${tags}, platforms: [linux/amd64, linux/arm64], source: "${source}:${build}-{arch}" }\n`;
}

function project(...images: readonly string[]): string {
  return makeProject(`version: 1\nimages:\n${images.join('')}`);
}

/** Three tags of one image and one of another. */
function twoImages(host: string): string {
  return project(image(`${host}/app`, { tags: THREE_TAGS }), image(`${host}/tool`));
}

async function readTags(registry: { readonly url: string }): Promise<Readonly<Record<string, string>>> {
  const { tags, broken } = await readContent(registry);
  expect(broken).toEqual([]);
  return Object.fromEntries(Object.entries(tags).filter(([name]) => !/:(?:build|other)-/.test(name)));
}

/** The first digits of a digest, as they are printed. */
function short(digest: string | undefined): string {
  return digest?.slice('sha256:'.length).slice(0, 7) ?? 'absent';
}

describe('applies of one config at the same time', () => {
  it.each([2, 4])('all succeed: %i of them', async (count) => {
    const barrier = createBarrier(count);
    const registry = await startHookedRegistry({
      builds: BUILDS,
      onArrival: async ({ text }) => {
        if (text === 'HEAD /v2/app/manifests/1.0.0') await barrier();
        return false;
      },
    });
    const folder = twoImages(registry.host);
    const results = await Promise.all(Array.from({ length: count }, () => plait(folder, APPLY)));
    const tags = await readTags(registry);
    const after = await plait(folder, ['plan', '--detailed-exitcode']);

    expect(results).toEqual(results.map(() => expect.objectContaining({ code: 0, stderr: '' })));
    expect(results.filter(({ stdout }) => stdout.includes('Plan: 2 to create'))).toHaveLength(count);
    expect(Object.keys(tags)).toEqual(['app:1.0', 'app:1.0.0', 'app:latest', 'tool:1.0.0']);
    expect(after.code).toBe(0);
  });
});

describe('applies that copy the same images at the same time', () => {
  it.each([
    ['within a registry', false],
    ['between registries', true],
  ] as const)('all succeed: %s', async (_where, isFar) => {
    const barrier = createBarrier(3);
    const far = await startHookedRegistry({ builds: BUILDS });
    const near = await startHookedRegistry({
      builds: isFar ? [] : BUILDS,
      onArrival: async ({ text }) => {
        if (text === 'HEAD /v2/new/manifests/1.0.0') await barrier();
        return false;
      },
    });
    const from = `${isFar ? far.host : near.host}/app:build-{arch}`;
    const target = `target: ${near.host}/new, tags: ${THREE_TAGS}, platforms: [linux/amd64, linux/arm64]`;
    const folder = project(`  - { ${target}, source: "${from}" }\n`);
    const results = await Promise.all([1, 2, 3].map(() => plait(folder, APPLY)));
    const tags = await readTags(near);

    expect(results).toEqual(results.map(() => expect.objectContaining({ code: 0, stderr: '' })));
    expect(results.filter(({ stdout }) => stdout.includes('Plan: 1 to create'))).toHaveLength(3);
    expect(new Set(Object.entries(tags).map(([name, digest]) => `${name.startsWith('new:')} ${digest}`)).size).toBe(1);
  });
});

describe('applies of different configs on one tag', () => {
  it('at the same time: one wins, and the other says that it was overwritten', async () => {
    const barrier = createBarrier(2);
    const registry = await startHookedRegistry({
      builds: BUILDS,
      onProcessed: async ({ text }) => {
        if (text === 'PUT /v2/app/manifests/1.0.0') await barrier();
        return false;
      },
    });
    const folders = ['build', 'other'].map((build) => project(image(`${registry.host}/app`, { build })));
    const results = await Promise.all(folders.map((folder) => plait(folder, APPLY)));
    const [winner, loser] = [...results].sort((a, b) => (a.code ?? -1) - (b.code ?? -1));
    const { 'app:1.0.0': live } = await readTags(registry);

    expect([winner?.code, loser?.code]).toEqual([0, 5]);
    expect(winner?.stdout).toContain(`→ ${short(live)}`);
    expect(loser?.stdout).toContain(`and holds ${short(live)}: overwritten by another writer`);
  });

  it('one after the other: the one that planned before and writes after leaves the tag alone', async () => {
    const held = createGate();
    const registry = await startHookedRegistry({
      builds: BUILDS,
      onArrival: async ({ text }) => {
        if (text.endsWith('/other-arm64')) await held.opened;
        return false;
      },
    });
    const running = plait(project(image(`${registry.host}/app`, { build: 'other' })), APPLY);
    await expect.poll(() => registry.requests.map(({ method }) => method), { timeout: 30_000 }).toContain('HEAD');
    const first = await plait(project(image(`${registry.host}/app`)), APPLY);
    // Readings are taken for fresh for five seconds.
    await sleep(5_100);
    held.open();
    const late = await running;
    const { 'app:1.0.0': live } = await readTags(registry);

    expect([first.code, late.code]).toEqual([0, 4]);
    expect(first.stdout).toContain(`→ ${short(live)}`);
    expect(late.stdout).toContain(`moved since the plan: absent then, ${short(live)} now`);
  });

  it('that leave two tags on different indexes do not both call it a success', async () => {
    const [precise, floating] = [createGate(), createGate()];
    const registry = await startHookedRegistry({
      builds: BUILDS,
      features: ONE_BY_ONE,
      onArrival: async ({ text, host }) => {
        const isSecond = host.startsWith('localhost');
        if (text === 'PUT /v2/app/manifests/1.0.0' && isSecond) await precise.opened;
        if (text === 'PUT /v2/app/manifests/latest' && !isSecond) await floating.opened;
        return false;
      },
      onProcessed: ({ text, host }) => {
        const isSecond = host.startsWith('localhost');
        if (text === 'PUT /v2/app/manifests/1.0.0' && !isSecond) precise.open();
        if (text === 'PUT /v2/app/manifests/latest' && isSecond) floating.open();
        return false;
      },
    });
    const other = registry.host.replace('127.0.0.1', 'localhost');
    const tags = '["1.0.0", latest]';
    const [first, second] = await Promise.all([
      plait(project(image(`${registry.host}/app`, { tags })), APPLY),
      plait(project(image(`${other}/app`, { tags, build: 'other' })), APPLY),
    ]);
    const live = await readTags(registry);

    expect(live['app:1.0.0']).not.toBe(live['app:latest']);
    expect(first?.code).toBe(5);
    expect(first?.stdout).toContain(
      `app:1.0.0 was pushed as ${short(live['app:latest'])} and holds ${short(live['app:1.0.0'])}`,
    );
    expect([0, 5]).toContain(second?.code);
  });
});

describe('a registry that dies', () => {
  async function applyUntil(last: RegExp) {
    const registry = await startHookedRegistry({
      builds: BUILDS,
      features: ONE_BY_ONE,
      onArrival: async ({ text }, playground) => {
        if (!last.test(text)) return false;
        await playground.close();
        return true;
      },
    });
    return { host: registry.host, ...(await plait(twoImages(registry.host), APPLY)) };
  }

  it('after the first tags moved: says which moved, which did not, and ends with 5', async () => {
    const { host, code, stdout, stderr } = await applyUntil(/^PUT .*\/app\/manifests\/1\.0$/);

    expect([code, stderr]).toEqual([5, '']);
    expect(stdout).toMatch(
      /✗ \S+\/app:1\.0\.0 +failed: \S+ was pushed as [0-9a-f]{7}, and then it could not be read back/,
    );
    expect(stdout).toMatch(/✗ \S+\/app:1\.0 +failed: could not push/);
    expect(stdout).toContain(`· ${host}/app:latest   not started`);
  });

  it('before the first tag moved: says that none did, and ends with 1', async () => {
    const { code, stdout, stderr } = await applyUntil(/^PUT .*\/app\/manifests\/sha256/);

    expect([code, stderr]).toEqual([1, '']);
    expect(stdout).toContain('Apply: 4 failed');
    expect(stdout).not.toContain('✓');
  });

  it('while it is read: is not taken for an empty one, and ends with 1', async () => {
    const { code, stdout, stderr } = await applyUntil(/^HEAD /);

    expect([code, stderr]).toEqual([1, '']);
    expect(stdout).toContain('Plan: nothing to do; ');
    expect(stdout).toContain('unreadable');
    expect(stdout).not.toContain('to create');
  });
});

describe('a registry that becomes read-only', () => {
  async function applyUntil(last: RegExp) {
    const lock = { isOpen: true };
    const registry = await startHookedRegistry({
      builds: BUILDS,
      features: ONE_BY_ONE,
      onArrival: ({ text, response }) => {
        if (last.test(text)) lock.isOpen = false;
        if (lock.isOpen || !isWrite(text)) return false;
        response.writeHead(405, { allow: 'GET, HEAD' }).end();
        return true;
      },
    });
    const folder = twoImages(registry.host);
    const result = await plait(folder, APPLY);
    return { ...result, tags: Object.keys(await readTags(registry)), lock, folder };
  }

  it('after the first tags moved ends with 5', async () => {
    const { code, stdout, tags } = await applyUntil(/^PUT .*\/app\/manifests\/1\.0$/);

    expect(code).toBe(5);
    expect(stdout).toContain('Apply: 2 tags moved, 1 failed, 1 not started');
    expect(stdout).toContain('takes no writes');
    expect(tags).toEqual(['app:1.0.0', 'tool:1.0.0']);
  });

  it('before the first tag moved ends with 1', async () => {
    const { code, stdout, tags } = await applyUntil(/^PUT /);

    expect(code).toBe(1);
    expect(stdout).toContain('Apply: 4 failed');
    expect(tags).toEqual([]);
  });
});

describe('an interrupted', () => {
  interface Interruption {
    readonly at: RegExp;
    readonly signals: readonly NodeJS.Signals[];
    /** Holds the request back for so long after the signals; for ever when left out. */
    readonly holdMs?: number;
    /** Takes the images from another registry. */
    readonly isCopy?: boolean;
  }

  /** Sends the signals when the first request that matches `at` has come in. */
  async function interrupt(args: readonly string[], { at, signals, holdMs, isCopy = false }: Interruption) {
    const program: { kill?: (name: NodeJS.Signals) => boolean; isHit?: boolean } = {};
    const registry = await startHookedRegistry({
      builds: isCopy ? [] : BUILDS,
      features: ONE_BY_ONE,
      onArrival: async ({ text }) => {
        if (program.isHit === true || !at.test(text)) return false;
        program.isHit = true;
        for (const signal of signals) {
          program.kill?.(signal);
          await sleep(100); // two signals at once are taken for one
        }
        await sleep(holdMs ?? 0);
        return holdMs === undefined;
      },
    });
    const source = await startHookedRegistry({ builds: BUILDS });
    const folder = project(image(`${registry.host}/app`, { tags: THREE_TAGS, from: isCopy ? source.host : undefined }));
    const result = await plait(folder, args, {
      onStart: (child) => {
        program.kill = (name) => child.kill(name);
      },
    });
    return { ...result, registry, folder };
  }

  it.each([
    ['SIGINT', 130],
    ['SIGTERM', 143],
  ] as const)('apply finishes the write in flight and starts no other: %s', async (signal, exitCode) => {
    const interruption = { at: /^PUT .*\/1\.0\.0$/, signals: [signal], holdMs: 300 };
    const { code, stdout, registry, folder } = await interrupt(APPLY, interruption);
    const tags = Object.keys(await readTags(registry));
    const again = await plait(folder, APPLY);

    expect(code).toBe(exitCode);
    expect(stdout).toContain('Apply interrupted: 1 tag moved, 2 not started');
    expect(tags).toEqual(['app:1.0.0']);
    expect(again.stdout).toContain('Apply: 2 tags moved');
    expect(again.code).toBe(0);
  });

  it.each([
    ['SIGINT', 'plan', ['plan'], 130],
    ['SIGTERM', 'plan', ['plan'], 143],
    ['SIGINT', 'apply', APPLY, 130],
  ] as const)('reading ends at once and shows no plan: %s, %s', async (signal, _command, args, exitCode) => {
    const { code, stdout, stderr, registry } = await interrupt(args, { at: /^GET /, signals: [signal] });

    expect([code, stdout]).toEqual([exitCode, '']);
    expect(stderr).toContain(`interrupted by ${signal}`);
    expect(stderr).not.toMatch(/^ +at /m);
    expect(await readTags(registry)).toEqual({});
  });

  it('apply stops a copy in the middle', async () => {
    const interruption = { at: /^PUT .*\/blobs\/uploads\//, signals: ['SIGINT'], isCopy: true } as const;
    const { code, stdout, registry, folder } = await interrupt(APPLY, interruption);
    const tags = await readTags(registry);
    const again = await plait(folder, APPLY);

    expect(code).toBe(130);
    expect(stdout).toContain('Apply interrupted: 3 not started');
    expect(tags).toEqual({});
    expect([again.code, Object.keys(await readTags(registry))]).toEqual([0, ['app:1.0', 'app:1.0.0', 'app:latest']]);
  });

  it('apply that is interrupted again ends without waiting for the write', async () => {
    const { code, stdout, registry } = await interrupt(APPLY, { at: /^PUT /, signals: ['SIGINT', 'SIGINT'] });

    expect(code).toBeNull();
    expect(stdout).not.toContain('Apply interrupted');
    expect(await readTags(registry)).toEqual({});
  });
});
