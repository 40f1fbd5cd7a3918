import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type ContentCache, openContentCache } from '../../../src/cache/content-cache.ts';
import type { Declaration } from '../../../src/config/declaration.ts';
import { computeDigest } from '../../../src/oci/digest.ts';
import { parseRepository } from '../../../src/oci/repository.ts';
import { makePlan } from '../../../src/plan/make-plan.ts';
import type { Plan } from '../../../src/plan/plan.ts';
import { type Playground, startPlayground } from '../../../src/playground/server.ts';
import type { RegistryClient } from '../../../src/registry/client.ts';
import { readState } from '../../../src/state/read-state.ts';
import { makeClient } from '../../support/make-client.ts';
import { applyAll, weave } from '../../support/run-plan.ts';
import { planInput } from '../../support/states.ts';
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

/** Plans as a new process would, with all that other runs left in the cache, or without a cache. */
async function plan(declarations: readonly Declaration[], cache?: ContentCache): Promise<Plan> {
  const reader = makeClient({ access: 'read' });
  const images = await readState(reader, declarations, cache === undefined ? {} : { cache });
  await reader.close();
  await cache?.close();
  return makePlan(planInput(images));
}

function planWithCache(...declarations: readonly Declaration[]): Promise<Plan> {
  return plan(declarations, openContentCache({ directory }));
}

/** Publishes everything and leaves the cache warm, then counts from nothing. */
async function publish(...declarations: readonly Declaration[]): Promise<void> {
  await applyAll(client, await planWithCache(...declarations));
  playground.clearRequests();
}

/** `HEAD demo/builds/hello:1.0.0`, sorted, digests as seven characters after an @. */
function requests(): readonly string[] {
  return playground.requests
    .map(({ method, path }) => `${method} ${path.slice('/v2/'.length)}`)
    .map((line) => line.replace(/\/(?:manifests|blobs)\/(sha256:.{7}).*/, '@$1').replace('/manifests/', ':'))
    .sort();
}

function cutDigests(line: string): string {
  return line.replace(/sha256:[0-9a-f]+/, '…').replace(/\?mount=.*/, '');
}

/** How many requests of each method there were. */
function counts(): Readonly<Record<string, number>> {
  const methods = playground.requests.map(({ method }) => method);
  return Object.fromEntries([...new Set(methods)].map((name) => [name, methods.filter((m) => m === name).length]));
}

async function pinned(suffix: string): Promise<string> {
  const [path = '', tag = ''] = hello(suffix).split(/:(?=[^:/]*$)/);
  const head = await client.headManifest(parseRepository(path), tag);
  return `${path}@${head?.digest}`;
}

async function bothPinned(): Promise<Readonly<Record<string, string>>> {
  return { 'linux/amd64': await pinned(':1.0.0-amd64'), 'linux/arm64': await pinned(':1.0.0-arm64') };
}

describe('a plan without changes, cache warm', () => {
  it('sends one HEAD for each tag and each distinct floating source, and nothing else', async () => {
    const one = weave(hello(''), ['1.0.0', '1', 'latest'], BOTH());
    const two = weave(`${playground.host}/out/hello`, ['1.0.0'], BOTH());
    await publish(one, two);
    const { changes } = await planWithCache(one, two);

    expect(changes).toEqual([]);
    expect(requests()).toEqual([
      'HEAD demo/builds/hello:1',
      'HEAD demo/builds/hello:1.0.0',
      'HEAD demo/builds/hello:1.0.0-amd64',
      'HEAD demo/builds/hello:1.0.0-arm64',
      'HEAD demo/builds/hello:latest',
      'HEAD out/hello:1.0.0',
    ]);
  });

  it('sends one HEAD for each tag when the sources are pinned', async () => {
    const woven = weave(hello(''), ['1.0.0', '1', 'latest'], await bothPinned());
    await publish(woven);
    const { changes } = await planWithCache(woven);

    expect(changes).toEqual([]);
    expect(requests()).toEqual([
      'HEAD demo/builds/hello:1',
      'HEAD demo/builds/hello:1.0.0',
      'HEAD demo/builds/hello:latest',
    ]);
  });

  it('reads an index of the same meaning that another tool wrote no second time', async () => {
    const woven = weave(hello(''), ['1.0.0'], BOTH());
    await publish(woven);
    const repository = parseRepository(hello(''));
    const live = await client.getManifest(repository, '1.0.0');
    const text = JSON.stringify(JSON.parse(new TextDecoder().decode(live?.bytes)), null, 2);
    const bytes = new TextEncoder().encode(text);
    await client.putManifest(repository, '1.0.0', { ...live!, bytes, digest: computeDigest(bytes) });
    await planWithCache(woven);
    playground.clearRequests();
    const { changes } = await planWithCache(woven);

    expect(changes).toEqual([]);
    expect(counts()).toEqual({ HEAD: 3 });
  });
});

describe('a plan without a cache', () => {
  it('sends one GET for each source, and one for its config', async () => {
    await plan([weave(hello(''), ['1.0.0'], BOTH())]);

    expect(counts()).toEqual({ HEAD: 1, GET: 4 });
  });
});

describe('creating from the same repository, two platforms, cache cold', () => {
  it('costs one request a source, one a config, one HEAD, one PUT and one HEAD to verify', async () => {
    const woven = weave(hello(''), ['1.0.0'], BOTH());
    const made = await planWithCache(woven);
    const planning = counts();
    playground.clearRequests();
    await applyAll(client, made);

    expect(planning).toEqual({ HEAD: 1, GET: 4 });
    expect(counts()).toEqual({ PUT: 1, HEAD: 1 });
  });

  it('costs one PUT for many tags where the registry confirms them', async () => {
    const made = await planWithCache(weave(hello(''), ['1.0.0', '1.0', '1', 'latest'], BOTH()));
    const planning = counts();
    playground.clearRequests();
    await applyAll(client, made);

    expect(planning).toEqual({ HEAD: 4, GET: 4 });
    expect(counts()).toEqual({ PUT: 1, HEAD: 4 });
  });
});

describe('sources that several images share', () => {
  it.each([['cold'], ['warm']])('are read once, cache %s', async (cache) => {
    const images = ['a', 'b', 'c'].map((name) => weave(hello(''), [name], BOTH()));
    if (cache === 'warm') await planWithCache(...images);
    playground.clearRequests();
    await planWithCache(...images);

    expect(counts()).toEqual(cache === 'warm' ? { HEAD: 3 + 2 } : { HEAD: 3, GET: 2 + 2 });
  });
});

describe('one platform that changed', () => {
  const elsewhere = (sources: Readonly<Record<string, string>>) =>
    weave(`${playground.host}/out/hello`, ['1.0.0'], sources);

  it('costs the plan what is new, and the apply one copy: what is live is known to be there', async () => {
    await publish(elsewhere(await bothPinned()));
    const next = { ...(await bothPinned()), 'linux/arm64': await pinned(':1.1.0-arm64') };
    playground.clearRequests();
    const made = await planWithCache(elsewhere(next));
    const planning = requests();
    playground.clearRequests();
    await applyAll(client, made);

    expect(planning.map(cutDigests)).toEqual([
      'GET demo/builds/hello/referrers/…',
      'GET demo/builds/hello@…',
      'GET demo/builds/hello@…',
      'GET out/hello@…',
      'HEAD out/hello:1.0.0',
    ]);
    expect(requests().map(cutDigests)).toEqual([
      'GET demo/builds/hello@…',
      'HEAD out/hello:1.0.0',
      'HEAD out/hello@…',
      'POST out/hello/blobs/uploads/',
      'POST out/hello/blobs/uploads/',
      'PUT out/hello:1.0.0',
      'PUT out/hello@…',
    ]);
  });
});

describe('a plan that adds what is in the cache', () => {
  const REFERRERS = 2; // of each image that is copied, as it may have attestations

  it('has pinned sources confirmed by one HEAD each', async () => {
    const sources = await bothPinned();
    const elsewhere = weave(`${playground.host}/out/hello`, ['1.0.0'], sources);
    await publish(weave(hello(''), ['1.0.0'], sources));
    const { changes } = await planWithCache(elsewhere);

    expect(changes).toHaveLength(1);
    expect(counts()).toEqual({ HEAD: 1 + 2, GET: REFERRERS });
  });

  it('has floating sources confirmed by the HEAD that resolved them', async () => {
    await publish(weave(hello(''), ['1.0.0'], BOTH()));
    await planWithCache(weave(`${playground.host}/out/hello`, ['1.0.0'], BOTH()));

    expect(counts()).toEqual({ HEAD: 1 + 2, GET: REFERRERS });
  });

  it('asks nothing more for one more tag of what is live', async () => {
    const sources = await bothPinned();
    await publish(weave(hello(''), ['1.0.0'], sources));
    await planWithCache(weave(hello(''), ['1.0.0', 'latest'], sources));

    expect(counts()).toEqual({ HEAD: 2 });
  });
});
