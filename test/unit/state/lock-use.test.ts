import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openContentCache } from '../../../src/cache/content-cache.ts';
import type { Declaration } from '../../../src/config/declaration.ts';
import type { Digest } from '../../../src/oci/digest.ts';
import { parseReference } from '../../../src/oci/reference.ts';
import { parseRepository } from '../../../src/oci/repository.ts';
import { makePlan } from '../../../src/plan/make-plan.ts';
import type { Plan } from '../../../src/plan/plan.ts';
import { type Playground, startPlayground } from '../../../src/playground/server.ts';
import type { RegistryClient } from '../../../src/registry/client.ts';
import { EMPTY_LOCK, type LockFile } from '../../../src/state/lock-file.ts';
import type { LockUse } from '../../../src/state/lock-use.ts';
import { listFloatingSources } from '../../../src/state/pin.ts';
import { readState } from '../../../src/state/read-state.ts';
import { makeClient } from '../../support/make-client.ts';
import { applyAll, weave } from '../../support/run-plan.ts';
import { seed } from '../../support/scenario.ts';
import { declare, digestOf, planInput } from '../../support/states.ts';
import { makeTempDir } from '../../support/temp-dir.ts';

let playground: Playground;
let client: RegistryClient;
let directory: string;
beforeEach(async () => {
  playground = await startPlayground({ seed: true });
  client = makeClient();
  directory = makeTempDir();
});
afterEach(async () => {
  await client.close();
  await playground.close();
});

const hello = (suffix: string) => `${playground.host}/demo/builds/hello${suffix}`;
const BOTH = () => ({ 'linux/amd64': hello(':1.0.0-amd64'), 'linux/arm64': hello(':1.0.0-arm64') });

async function plan(declaration: Declaration, lock?: LockUse): Promise<Plan> {
  const cache = openContentCache({ directory });
  const images = await readState(client, [declaration], { cache, ...(lock === undefined ? {} : { lock }) });
  await cache.close();
  return makePlan(planInput(images));
}

async function digestNow(name: string): Promise<Digest> {
  const { repository, tag = '' } = parseReference(name);
  const head = await client.headManifest(repository, tag);
  return head?.digest ?? digestOf('0');
}

/** Pins what the tags hold now. */
async function lock(...names: readonly string[]): Promise<LockFile> {
  const sources = new Map<string, Digest>();
  for (const name of names) sources.set(name, await digestNow(name));
  return { ...EMPTY_LOCK, sources };
}

function requests(): readonly string[] {
  return playground.requests.map(({ method, path }) => `${method} ${path}`).sort();
}

describe('a plan with an enforced lock file', () => {
  it('sends one HEAD for each tag when nothing changed, and none for the sources', async () => {
    const woven = weave(hello(''), ['1.0.0', '1'], BOTH());
    const locked = await lock(hello(':1.0.0-amd64'), hello(':1.0.0-arm64'));
    await applyAll(client, await plan(woven));
    playground.clearRequests();
    const { changes } = await plan(woven, { mode: 'enforce', lock: locked });

    expect(changes).toEqual([]);
    expect(requests()).toEqual([
      'HEAD /v2/demo/builds/hello/manifests/1',
      'HEAD /v2/demo/builds/hello/manifests/1.0.0',
    ]);
  });

  it('takes what was pinned though the tags moved', async () => {
    const woven = weave(hello(''), ['1.0.0'], BOTH());
    const locked = await lock(hello(':1.0.0-amd64'), hello(':1.0.0-arm64'));
    await seed(playground, 'demo/builds/hello:1.0.0-arm64', { platform: 'linux/arm64', text: 'rebuilt' });
    const { changes } = await plan(woven, { mode: 'enforce', lock: locked });

    expect(changes[0]?.platforms.map(({ source, after }) => [source, after])).toEqual(
      [...locked.sources].map(([name, digest]) => [`${name}@${digest}`, digest]),
    );
  });

  it.each(['from', 'copy'] as const)('takes what was pinned of a whole index: %s', async (kind) => {
    const name = `${playground.host}/demo/builds/attested:1.0.0`;
    const target = { repository: parseRepository(hello('-out')), tags: ['1'] };
    const locked = await lock(name);
    playground.clearRequests();
    const content = { kind, from: parseReference(name) };
    const { changes } = await plan(declare({ targets: [target], content }), { mode: 'enforce', lock: locked });

    expect(changes).toHaveLength(1);
    expect(requests()).not.toContain('HEAD /v2/demo/builds/attested/manifests/1.0.0');
  });

  it('refuses an image with a source that is not in it, and plans the others', async () => {
    const locked = await lock(hello(':1.0.0-amd64'));
    const { unreadable } = await plan(weave(hello(''), ['1.0.0'], BOTH()), { mode: 'enforce', lock: locked });

    expect(unreadable).toMatchObject([
      { code: 'LOCK_MISSING', reference: hello(':1.0.0-arm64'), hint: expect.stringContaining('plait lock') },
    ]);
  });

  it('says how to pin anew what is gone from the registry', async () => {
    const locked = { ...EMPTY_LOCK, sources: new Map([[hello(':1.0.0-amd64'), digestOf('a')]]) };
    const woven = weave(hello(''), ['1.0.0'], { 'linux/amd64': hello(':1.0.0-amd64') });
    const { unreadable } = await plan(woven, { mode: 'enforce', lock: locked });

    expect(unreadable).toMatchObject([
      { code: 'SOURCE_MISSING', hint: expect.stringContaining(`plait lock --update ${hello(':1.0.0-amd64')}`) },
    ]);
  });

  it('takes an optional source that is not in it for absent, without a request', async () => {
    const woven = weave(hello(''), ['1.0.0'], BOTH());
    const optional = {
      ...woven,
      content: {
        kind: 'platforms' as const,
        entries:
          woven.content.kind === 'platforms'
            ? woven.content.entries.map((entry, index) => ({ ...entry, optional: index === 1 }))
            : [],
      },
    };
    const locked = await lock(hello(':1.0.0-amd64'));
    playground.clearRequests();
    const { changes, notices } = await plan(optional, { mode: 'enforce', lock: locked });

    expect(changes[0]?.platforms.map(({ platform }) => platform)).toEqual(['linux/amd64']);
    expect(notices).toMatchObject([{ code: 'optional-source-unlocked' }]);
    expect(requests().filter((request) => request.endsWith('arm64'))).toEqual([]);
  });
});

describe('a plan that is recorded', () => {
  it('tells what each floating source is, and which moved, without a request more', async () => {
    const woven = weave(hello(''), ['1.0.0'], BOTH());
    const before = await lock(hello(':1.0.0-amd64'), hello(':1.0.0-arm64'));
    await seed(playground, 'demo/builds/hello:1.0.0-arm64', { platform: 'linux/arm64', text: 'rebuilt' });
    await plan(woven);
    playground.clearRequests();
    const [image] = await readState(client, [woven], {
      cache: openContentCache({ directory }),
      lock: { mode: 'record', lock: before },
    });
    const asked = playground.requests.length;

    expect(image?.sources).toEqual([
      { name: hello(':1.0.0-amd64'), digest: before.sources.get(hello(':1.0.0-amd64')) },
      { name: hello(':1.0.0-arm64'), digest: await digestNow(hello(':1.0.0-arm64')) },
    ]);
    expect(image?.desired).toMatchObject({
      notices: [{ code: 'source-moved', message: expect.stringContaining(hello(':1.0.0-arm64')) }],
    });
    expect(asked).toBe(3);
  });
});

describe('the floating sources of a config', () => {
  it('are listed once, sorted, without those that have a digest', () => {
    const entry = (source: string, optional = false) => ({
      platform: { os: 'linux', architecture: 'amd64' },
      origin: { file: 'a', line: 1, column: 1 },
      source: parseReference(source),
      optional,
      annotations: {},
    });
    const declarations = [
      declare({ content: { kind: 'platforms', entries: [entry('a.b/z:1', true), entry('a.b/y:1', true)] } }),
      declare({ content: { kind: 'platforms', entries: [entry('a.b/y:1'), entry(`a.b/x:1@${digestOf('a')}`)] } }),
      declare({ content: { kind: 'copy', from: parseReference('redis:7') } }),
    ];

    expect(listFloatingSources(declarations).map(({ name, isOptional }) => [name, isOptional])).toEqual([
      ['a.b/y:1', false],
      ['a.b/z:1', true],
      ['docker.io/library/redis:7', false],
    ]);
  });
});
