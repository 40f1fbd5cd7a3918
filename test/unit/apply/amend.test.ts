import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { ApplyOptions } from '../../../src/apply/apply-plan.ts';
import { isWritten } from '../../../src/apply/apply-result.ts';
import { createReplan } from '../../../src/cli/replanning.ts';
import type { Declaration } from '../../../src/config/declaration.ts';
import { DEFAULT_DRIFT_RULES, DEFAULT_RUN_GUARDS } from '../../../src/config/run-rules.ts';
import type { Descriptor } from '../../../src/oci/descriptor.ts';
import { toStoredIndex } from '../../../src/oci/index-bytes.ts';
import type { RawManifest, StoredIndex } from '../../../src/oci/manifest.ts';
import { formatPlatform } from '../../../src/oci/platform.ts';
import { parseRepository } from '../../../src/oci/repository.ts';
import { makePlan } from '../../../src/plan/make-plan.ts';
import type { Intercept, PlaygroundOptions } from '../../../src/playground/options.ts';
import { type Playground, startPlayground } from '../../../src/playground/server.ts';
import type { RegistryClient } from '../../../src/registry/client.ts';
import { readState } from '../../../src/state/read-state.ts';
import { createHurriedClock } from '../../support/hurried-clock.ts';
import { makeClient, REAL_CLOCK } from '../../support/make-client.ts';
import { pushManifest } from '../../support/push-content.ts';
import { applyAll, describeResult, weave } from '../../support/run-plan.ts';
import { indexOf, NO_GUARDS, planInput } from '../../support/states.ts';

const HURRIED = createHurriedClock(10);
const REPOSITORY = 'demo/builds/hello';
const VARIANTS: Readonly<Record<string, string>> = { 'linux/amd64': 'amd64', 'linux/arm64': 'arm64' };

let playground: Playground;
let client: RegistryClient;
/** What is done before a request is answered; answers it itself when it returns true. */
let onArrival: Intercept;
/** What is done after a request was carried out, before its answer. */
let onProcessed: Intercept;

beforeEach(async () => {
  onArrival = () => false;
  onProcessed = () => false;
  const options: PlaygroundOptions = {
    seed: true,
    intercept: (request, response) => onArrival(request, response),
    beforeAnswer: (request, response) => onProcessed(request, response),
  };
  playground = await startPlayground(options);
  client = makeClient();
});
afterEach(async () => {
  await client.close();
  await playground.close();
});

/** Keeps what others publish under `tags`, and adds one platform. */
function amend(platform: string, tags: readonly string[] = ['1'], more: Partial<Declaration> = {}): Declaration {
  const target = `${playground.host}/${REPOSITORY}`;
  const sources = { [platform]: `${target}:1.0.0-${VARIANTS[platform]}` };
  return { ...weave(target, tags, sources), unmanagedPlatforms: 'keep', ...more };
}

async function planAmend(declaration: Declaration, signal: AbortSignal = new AbortController().signal) {
  const images = await readState(client, [declaration], { signal });
  const { allowances, scope } = planInput(images);
  const config = { guards: DEFAULT_RUN_GUARDS, drift: DEFAULT_DRIFT_RULES };
  const replan = createReplan({ signal }, { question: { config, allowances, scope }, images, client });
  return { plan: makePlan(planInput(images)), replan };
}

async function applyAmend(declaration: Declaration, more: Partial<ApplyOptions> = {}) {
  const { plan, replan } = await planAmend(declaration, more.signal);
  return applyAll(client, plan, { clock: HURRIED, replan, ...more });
}

const here = () => parseRepository(`${playground.host}/${REPOSITORY}`);
const readIndex = async (tag: string) => (await client.getManifest(here(), tag))?.manifest;
const readPlatforms = async (tag = '1') => {
  const index = await readIndex(tag);
  return index?.kind === 'index' ? index.manifests.map(({ platform }) => platform && formatPlatform(platform)) : [];
};
const digestOf = async (tag = '1') => (await client.headManifest(here(), tag))?.digest;

/** The entry of an image of the playground, for what a rival publishes. */
async function entryOf(variant: string, platform: NonNullable<Descriptor['platform']>): Promise<Descriptor> {
  const stored = await client.getManifest(here(), variant);
  return { mediaType: stored!.mediaType, digest: stored!.digest, size: stored!.bytes.length, platform };
}

async function rivalIndex(...entries: readonly Descriptor[]): Promise<StoredIndex> {
  return toStoredIndex(indexOf(entries));
}

/** Not with the client under test. */
function push(manifest: RawManifest, tag = '1'): Promise<void> {
  return pushManifest({ url: playground.url, repository: REPOSITORY, tag }, manifest);
}

const arm64 = () => entryOf('1.0.0-arm64', { os: 'linux', architecture: 'arm64' });
const otherAmd64 = () => entryOf('1.1.0-amd64', { os: 'linux', architecture: 'amd64' });
const requests = (method: string) => playground.requests.filter((request) => request.method === method);
const isPut = (request: { readonly method?: string | undefined; readonly url?: string | undefined }, tag = '1') =>
  request.method === 'PUT' && request.url === `/v2/${REPOSITORY}/manifests/${tag}`;

/** Does `act` on the first request that matches, and never again. */
function once(matches: (request: Parameters<Intercept>[0]) => boolean, act: () => Promise<unknown>): Intercept {
  let isDone = false;
  return async (request) => {
    if (isDone || !matches(request)) return false;
    isDone = true;
    await act();
    return false;
  };
}

describe('an apply that keeps what others publish', () => {
  it('looks at the tag right before the push, and until it has kept still', async () => {
    const { plan, replan } = await planAmend(amend('linux/amd64'));
    playground.clearRequests();
    const result = await applyAll(client, plan, { replan });

    expect(describeResult(result)).toEqual([`${REPOSITORY}:1 done`]);
    expect(playground.requests.map(({ method }) => method)).toEqual(['HEAD', 'PUT', ...Array(6).fill('HEAD')]);
  }, 30_000);

  it('merges with what came between its reading and its push', async () => {
    const rival = await rivalIndex(await arm64());
    const { plan, replan } = await planAmend(amend('linux/amd64'));
    await push(rival);
    const result = await applyAll(client, plan, { clock: HURRIED, replan });

    expect(await readPlatforms()).toEqual(['linux/amd64', 'linux/arm64']);
    expect(result.changes[0]?.tags).toMatchObject([{ status: 'done', before: rival.digest, after: await digestOf() }]);
  });

  it('adds its platform again when another writer left it out', async () => {
    const rival = await rivalIndex(await arm64());
    onProcessed = once(isPut, () => push(rival));
    const result = await applyAmend(amend('linux/amd64'));

    expect(await readPlatforms()).toEqual(['linux/amd64', 'linux/arm64']);
    expect(result.changes[0]?.tags).toMatchObject([{ status: 'done', before: rival.digest, after: await digestOf() }]);
  });

  it('tells what the tag holds at the end, when others added to it', async () => {
    const amd64 = await entryOf('1.0.0-amd64', { os: 'linux', architecture: 'amd64' });
    const both = await rivalIndex(await arm64(), amd64);
    onProcessed = once(isPut, () => push(both));
    playground.clearRequests();
    const result = await applyAmend(amend('linux/amd64'));

    expect(result.changes[0]?.tags).toMatchObject([{ status: 'done', before: null, after: both.digest }]);
    expect(requests('PUT').filter(({ path }) => path.endsWith('/1'))).toHaveLength(2);
  });

  it('leaves what differs besides the entries to the other writer', async () => {
    const amd64 = await entryOf('1.0.0-amd64', { os: 'linux', architecture: 'amd64' });
    const annotated = toStoredIndex(indexOf([amd64], { annotations: { vendor: 'them' } }));
    onProcessed = once(isPut, () => push(annotated));
    const result = await applyAmend(amend('linux/amd64', ['1'], { annotations: { vendor: 'us' } }));

    expect(describeResult(result)).toEqual([`${REPOSITORY}:1 done`]);
    expect(await digestOf()).toBe(annotated.digest);
  });

  it('publishes again what was deleted', async () => {
    onProcessed = once(isPut, () => fetch(`${playground.url}/v2/${REPOSITORY}/manifests/1`, { method: 'DELETE' }));
    const result = await applyAmend(amend('linux/amd64'));

    expect(describeResult(result)).toEqual([`${REPOSITORY}:1 done`]);
    expect(await readPlatforms()).toEqual(['linux/amd64']);
  });

  it('does not take for a rival what a registry shows late', async () => {
    const before = await rivalIndex(await arm64());
    await push(before);
    let isPushed = false;
    let late = 2;
    onProcessed = (request) => {
      isPushed ||= isPut(request);
      return false;
    };
    onArrival = (request, response) => {
      if (!isPushed || request.method !== 'HEAD' || late === 0) return false;
      late -= 1;
      response.writeHead(200, {
        'content-type': before.mediaType,
        'content-length': before.bytes.length,
        'docker-content-digest': before.digest,
      });
      response.end();
      return true;
    };
    const result = await applyAmend(amend('linux/amd64'));

    expect(describeResult(result)).toEqual([`${REPOSITORY}:1 done`]);
    expect(late).toBe(0);
    expect(requests('PUT').filter(({ path }) => path.endsWith('/1'))).toHaveLength(2);
  });

  it('does not push a second time what got no answer before it has looked again', async () => {
    const rival = await rivalIndex(await arm64());
    let isLost = false;
    onArrival = async (request, response) => {
      if (isLost || !isPut(request)) return false;
      isLost = true;
      await push(rival);
      // Longer than what the look before the push is good for.
      await REAL_CLOCK.sleep(150);
      response.writeHead(503).end();
      return true;
    };
    const result = await applyAmend(amend('linux/amd64'));

    expect(await readPlatforms()).toEqual(['linux/amd64', 'linux/arm64']);
    expect(result.changes[0]?.tags).toMatchObject([{ status: 'done', before: rival.digest }]);
  });

  it('merges tags that hold different things, each for itself', async () => {
    await push(await rivalIndex(await arm64()), 'latest');
    const result = await applyAmend(amend('linux/amd64', ['1.0.0', 'latest']));

    expect(describeResult(result)).toEqual([`${REPOSITORY}:1.0.0 done`, `${REPOSITORY}:latest done`]);
    expect([await readPlatforms('1.0.0'), await readPlatforms('latest')]).toEqual([
      ['linux/amd64'],
      ['linux/amd64', 'linux/arm64'],
    ]);
  });

  it('writes nothing when its platform came meanwhile', async () => {
    const { plan, replan } = await planAmend(amend('linux/amd64'));
    const index = plan.indexes.get(plan.changes[0]!.index!)!;
    await push(index);
    playground.clearRequests();
    const result = await applyAll(client, plan, { clock: HURRIED, replan });

    expect(describeResult(result)).toEqual([`${REPOSITORY}:1 already`]);
    expect(requests('PUT')).toEqual([]);
  });
});

describe('a fight for one platform', () => {
  it('ends after a few rounds, and says that the tag was overwritten', async () => {
    const rival = await rivalIndex(await otherAmd64());
    onProcessed = async (request) => {
      if (isPut(request) && request.headers['user-agent'] === 'plait-test') await push(rival);
      return false;
    };
    const result = await applyAmend(amend('linux/amd64'));
    const [tag] = result.changes[0]!.tags;

    expect(tag).toMatchObject({ status: 'failed', code: 'TAG_OVERWRITTEN', before: rival.digest });
    expect(isWritten(tag!)).toBe(true);
    expect(await digestOf()).toBe(rival.digest);
    expect(requests('PUT').filter(({ path }) => path.endsWith('/1')).length).toBeLessThanOrEqual(8);
  }, 30_000);

  it('of two applies has one winner', async () => {
    const target = `${playground.host}/${REPOSITORY}`;
    const rival = {
      ...weave(target, ['1'], { 'linux/amd64': `${target}:1.1.0-amd64` }),
      unmanagedPlatforms: 'keep',
    } as const;
    const results = await Promise.all([
      applyAmend(amend('linux/amd64'), { clock: createHurriedClock(4) }),
      applyAmend(rival, { clock: createHurriedClock(4) }),
    ]);
    const winner = results.find(({ changes }) => changes[0]?.tags[0]?.status === 'done');
    const loser = results.find((result) => result !== winner);

    expect(winner?.changes[0]?.tags[0]?.after).toBe(await digestOf());
    expect(loser?.changes[0]?.tags).toMatchObject([{ status: 'failed', code: 'TAG_OVERWRITTEN' }]);
  }, 60_000);
});

describe('a guard', () => {
  const guarded = () =>
    amend('linux/amd64', ['1'], {
      guards: { ...NO_GUARDS, immutableTags: [{ text: '1', matches: (tag: string) => tag === '1' }] },
    });

  it('holds back what it had nothing against before the tag moved', async () => {
    const rival = await rivalIndex(await arm64());
    const { plan, replan } = await planAmend(guarded());
    await push(rival);
    const result = await applyAll(client, plan, { clock: HURRIED, replan });

    expect(plan.blocked).toEqual([]);
    expect(result.changes[0]?.tags).toMatchObject([{ status: 'blocked', before: rival.digest, after: rival.digest }]);
    expect(result.changes[0]?.tags[0]?.hint).toContain('--allow immutable-tag=');
    expect(await digestOf()).toBe(rival.digest);
  });

  it('keeps what was overwritten from being pushed again', async () => {
    const rival = await rivalIndex(await arm64());
    onProcessed = once(isPut, () => push(rival));
    const result = await applyAmend(guarded());

    expect(result.changes[0]?.tags).toMatchObject([{ status: 'failed', code: 'TAG_OVERWRITTEN' }]);
    expect(await digestOf()).toBe(rival.digest);
  });
});

describe('an interrupt', () => {
  it('while the tag is watched ends the watch: what was pushed is done', async () => {
    const controller = new AbortController();
    onProcessed = once(isPut, async () => controller.abort());
    const result = await applyAmend(amend('linux/amd64'), { signal: controller.signal });

    expect(result.interrupted).toBe(true);
    expect(result.changes[0]?.tags).toMatchObject([{ status: 'done', after: await digestOf() }]);
  });

  it('after another writer came pushes nothing any more, and says so', async () => {
    const controller = new AbortController();
    const rival = await rivalIndex(await arm64());
    onProcessed = once(isPut, async () => {
      await push(rival);
      controller.abort();
    });
    const result = await applyAmend(amend('linux/amd64'), { signal: controller.signal });

    expect(result.changes[0]?.tags).toMatchObject([{ status: 'failed', code: 'TAG_OVERWRITTEN' }]);
    expect(await digestOf()).toBe(rival.digest);
  });
});

describe('a registry that cannot be read any more', () => {
  it('leaves the tag unverified', async () => {
    let isPushed = false;
    onProcessed = (request) => {
      isPushed ||= isPut(request);
      return false;
    };
    onArrival = (request, response) => {
      if (!isPushed || request.method === 'PUT') return false;
      response.writeHead(403).end();
      return true;
    };
    const result = await applyAmend(amend('linux/amd64'), { clock: createHurriedClock(50) });

    expect(result.changes[0]?.tags).toMatchObject([{ status: 'failed', code: 'TAG_UNVERIFIED' }]);
  }, 60_000);
});
