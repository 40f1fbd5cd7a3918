import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { isWritten } from '../../../src/apply/apply-result.ts';
import { parseRepository } from '../../../src/oci/repository.ts';
import type { Intercept, PlaygroundOptions } from '../../../src/playground/options.ts';
import { type Playground, startPlayground } from '../../../src/playground/server.ts';
import type { RegistryClient } from '../../../src/registry/client.ts';
import { makeClient, REAL_CLOCK } from '../../support/make-client.ts';
import { applyAll, describeResult, planAll, weave } from '../../support/run-plan.ts';

let playground: Playground;
let client: RegistryClient;
let intercept: Intercept;

async function start(options: PlaygroundOptions = {}): Promise<void> {
  intercept = () => false;
  playground = await startPlayground({
    seed: true,
    intercept: (request, response) => intercept(request, response),
    ...options,
  });
  client = makeClient();
}

beforeEach(() => start());
afterEach(async () => {
  await client.close();
  await playground.close();
});

const hello = (arch: string, version = '1.0.0') => `${playground.host}/demo/builds/hello:${version}-${arch}`;
const inPlace = (tags: readonly string[], version = '1.0.0') =>
  weave(`${playground.host}/demo/builds/hello`, tags, {
    'linux/amd64': hello('amd64', version),
    'linux/arm64': hello('arm64', version),
  });
const elsewhere = (name: string, tags: readonly string[]) =>
  weave(`${playground.host}/out/${name}`, tags, { 'linux/amd64': hello('amd64') });

const requests = () => playground.requests.map(({ method, path }) => `${method} ${path}`);
const writes = () => requests().filter((request) => !/^(?:GET|HEAD)/.test(request));
const digestOf = async (path: string, tag: string) =>
  (await client.headManifest(parseRepository(`${playground.host}/${path}`), tag))?.digest;
const OLD = -60_000;

describe('one index from its own repository', () => {
  it('costs one HEAD and one PUT, and a HEAD to verify', async () => {
    playground.clearRequests();
    const plan = await planAll(client, inPlace(['1.0.0']));
    const reads = requests();
    const result = await applyAll(client, plan);

    expect(describeResult(result)).toEqual(['demo/builds/hello:1.0.0 done']);
    expect(reads.filter((request) => request.startsWith('HEAD'))).toEqual([
      'HEAD /v2/demo/builds/hello/manifests/1.0.0',
    ]);
    expect(requests().slice(reads.length)).toEqual([
      'PUT /v2/demo/builds/hello/manifests/1.0.0',
      'HEAD /v2/demo/builds/hello/manifests/1.0.0',
    ]);
  });

  it('moves all its tags in one PUT where the registry confirms them', async () => {
    const plan = await planAll(client, inPlace(['1.0.0', '1', 'latest']));
    playground.clearRequests();
    const result = await applyAll(client, plan);

    expect(describeResult(result).every((line) => line.endsWith('done'))).toBe(true);
    expect(writes()).toHaveLength(1);
  });
});

describe('a floating tag of a run that takes long', () => {
  it('is asked for before the run, before it moves, and after', async () => {
    const plan = await planAll(client, elsewhere('a', ['latest']), elsewhere('b', ['1.0.0']));
    playground.clearRequests();
    let elapsed = 0;
    const clock = { ...REAL_CLOCK, elapsed: () => (elapsed += 10_000) };
    await applyAll(client, plan, { clock, plannedAt: OLD });

    expect(requests().filter((request) => request.includes('/out/a/manifests/latest'))).toEqual([
      'HEAD /v2/out/a/manifests/latest',
      'HEAD /v2/out/a/manifests/latest',
      'PUT /v2/out/a/manifests/latest',
      'HEAD /v2/out/a/manifests/latest',
    ]);
  });
});

describe('a registry that does not know several tags in one request', () => {
  beforeEach(async () => {
    await client.close();
    await playground.close();
    await start({ features: { multiTag: false } });
  });

  it('gets every tag by itself, floating ones last', async () => {
    const plan = await planAll(client, inPlace(['latest', '1.0.0', '1']));
    playground.clearRequests();
    await applyAll(client, plan);

    expect(writes().slice(1)).toEqual([
      'PUT /v2/demo/builds/hello/manifests/1.0.0',
      'PUT /v2/demo/builds/hello/manifests/latest',
      'PUT /v2/demo/builds/hello/manifests/1',
    ]);
  });
});

describe('several indexes', () => {
  it('are all in place before the first tag moves, and floating tags move last', async () => {
    const plan = await planAll(client, elsewhere('a', ['1.0.0', 'latest']), elsewhere('b', ['1.0.0', 'latest']));
    playground.clearRequests();
    await applyAll(client, plan);

    const moves = writes().map((request) => (/manifests\/sha256:[^?]*$/.test(request) ? 'digest' : request));
    const tags = moves.flatMap((request) => /manifests\/([^?:]+)$/.exec(request)?.[1] ?? []);
    expect(moves.lastIndexOf('digest')).toBeLessThan(moves.findIndex((request) => request.endsWith('manifests/1.0.0')));
    expect(tags).toEqual(['1.0.0', '1.0.0', 'latest', 'latest']);
  });

  it('share one copy of an image that goes to one repository', async () => {
    const target = `${playground.host}/out/shared`;
    const one = weave(target, ['1'], { 'linux/amd64': hello('amd64') });
    const two = weave(target, ['2'], { 'linux/amd64': hello('amd64'), 'linux/arm64': hello('arm64') });
    const plan = await planAll(client, one, two);
    playground.clearRequests();
    await applyAll(client, plan);

    expect(new Set(writes()).size).toBe(writes().length);
  });

  it('do not wait for one whose source goes away: the others are applied', async () => {
    const plan = await planAll(
      client,
      elsewhere('a', ['1']),
      weave(`${playground.host}/out/b`, ['1'], { 'linux/arm64': hello('arm64') }),
    );
    const gone = plan.changes[1]?.copies[0]?.digest ?? '';
    await fetch(`${playground.url}/v2/demo/builds/hello/manifests/${gone}`, { method: 'DELETE' });
    const result = await applyAll(client, plan);

    expect(describeResult(result)).toEqual(['out/a:1 done', 'out/b:1 failed']);
    expect(result.changes[1]?.tags[0]).toMatchObject({ code: 'SOURCE_MISSING' });
    expect(await digestOf('out/b', '1')).toBeUndefined();
  });

  it('stop at the first failure with failFast', async () => {
    const plan = await planAll(
      client,
      elsewhere('a', ['1']),
      weave(`${playground.host}/out/b`, ['1'], { 'linux/arm64': hello('arm64') }),
    );
    const gone = plan.changes[1]?.copies[0]?.digest ?? '';
    await fetch(`${playground.url}/v2/demo/builds/hello/manifests/${gone}`, { method: 'DELETE' });
    const result = await applyAll(client, plan, { failFast: true });

    expect(describeResult(result)).toEqual(['out/a:1 not-started', 'out/b:1 failed']);
  });
});

describe('a tag that moved since the plan', () => {
  async function planThenMove() {
    const plan = await planAll(client, inPlace(['1.0.0', 'latest']), elsewhere('a', ['1']));
    const other = await planAll(client, inPlace(['latest'], '1.1.0'));
    await applyAll(client, other);
    playground.clearRequests();
    return plan;
  }

  it('is stale, and by default nothing at all is written', async () => {
    const result = await applyAll(client, await planThenMove(), { plannedAt: OLD });

    expect(describeResult(result)).toEqual([
      'demo/builds/hello:1.0.0 stale',
      'demo/builds/hello:latest stale',
      'out/a:1 not-started',
    ]);
    expect(writes()).toEqual([]);
  });

  it('holds back only its own image under stale: skip', async () => {
    const result = await applyAll(client, await planThenMove(), { plannedAt: OLD, stale: 'skip' });

    expect(describeResult(result)[2]).toBe('out/a:1 done');
    expect(await digestOf('demo/builds/hello', '1.0.0')).toBeUndefined();
  });

  it('is already so when it holds what is wanted', async () => {
    const plan = await planAll(client, inPlace(['1.0.0', '1']));
    await applyAll(client, plan);
    playground.clearRequests();
    const result = await applyAll(client, plan, { plannedAt: OLD });

    expect(describeResult(result)).toEqual(['demo/builds/hello:1.0.0 already', 'demo/builds/hello:1 already']);
    expect(writes()).toEqual([]);
  });

  it('right after the push is reported as overwritten', async () => {
    const rival = await planAll(client, inPlace(['1.0.0'], '1.1.0'));
    const plan = await planAll(client, inPlace(['1.0.0']));
    let isPushed = false;
    intercept = async (request) => {
      if (request.method === 'PUT') isPushed = true;
      if (request.method === 'HEAD' && isPushed && request.headers['user-agent'] === 'plait-test') {
        isPushed = false;
        const index = [...rival.indexes.values()][0];
        const headers = { 'content-type': index?.mediaType ?? '' };
        const url = `${playground.url}/v2/demo/builds/hello/manifests/1.0.0`;
        await fetch(url, { method: 'PUT', headers, body: Buffer.from(index?.bytes ?? []) });
        isPushed = false;
      }
      return false;
    };
    const result = await applyAll(client, plan);

    expect(result.changes[0]?.tags[0]).toMatchObject({ status: 'failed', code: 'TAG_OVERWRITTEN' });
  });
});

describe('a tag that cannot be read back', () => {
  it('fails, and counts as written', async () => {
    const plan = await planAll(client, inPlace(['1.0.0']));
    intercept = (request, response) => {
      if (request.method === 'PUT') return false;
      response.writeHead(403).end();
      return true;
    };
    const tag = (await applyAll(client, plan)).changes[0]?.tags[0];

    expect(tag).toMatchObject({ status: 'failed', code: 'TAG_UNVERIFIED', after: plan.changes[0]?.index });
    expect(tag && isWritten(tag)).toBe(true);
  });
});

describe('a tag whose push got no answer', () => {
  it('fails, counts as written, and what it holds is not known', async () => {
    const plan = await planAll(client, inPlace(['1.0.0']));
    intercept = (request, response) => {
      if (request.method === 'PUT') response.destroy();
      else response.writeHead(403).end();
      return true;
    };
    const tag = (await applyAll(client, plan)).changes[0]?.tags[0];

    expect(tag).toMatchObject({ status: 'failed', code: 'PUSH_UNSETTLED', after: null });
    expect(tag && isWritten(tag)).toBe(true);
  });

  it('is not in doubt when only its index was pushed', async () => {
    const plan = await planAll(client, inPlace(['1.0.0']), elsewhere('a', ['1']));
    const index = plan.changes[0]?.index ?? '';
    intercept = (request, response) => {
      if (request.url?.endsWith(index) !== true) return false;
      if (request.method === 'PUT') response.destroy();
      else response.writeHead(403).end();
      return true;
    };
    const tag = (await applyAll(client, plan)).changes[0]?.tags[0];

    expect(tag).toMatchObject({ status: 'failed', code: 'REGISTRY_UNREACHABLE', before: null, after: null });
    expect(tag && isWritten(tag)).toBe(false);
  });
});

describe('a tag that cannot be read again', () => {
  it('fails, is not called stale, and keeps the tags of its image where they are', async () => {
    const plan = await planAll(client, inPlace(['1.0.0', 'latest']));
    intercept = (request, response) => {
      if (request.url?.endsWith('latest') !== true) return false;
      response.writeHead(403).end();
      return true;
    };
    playground.clearRequests();
    const result = await applyAll(client, plan, { plannedAt: OLD });

    expect(describeResult(result)).toEqual(['demo/builds/hello:1.0.0 failed', 'demo/builds/hello:latest failed']);
    expect(writes()).toEqual([]);
  });
});

describe('a child that is gone though a live index names it', () => {
  it('is copied again when the registry asks for it', async () => {
    await applyAll(client, await planAll(client, elsewhere('a', ['old'])));
    const both = { 'linux/amd64': hello('amd64'), 'linux/arm64': hello('arm64') };
    const plan = await planAll(client, weave(`${playground.host}/out/a`, ['old'], both));
    const child = plan.changes[0]?.assumed[0]?.digest ?? '';
    await fetch(`${playground.url}/v2/out/a/manifests/${child}`, { method: 'DELETE' });
    const result = await applyAll(client, plan);

    expect(describeResult(result)).toEqual(['out/a:old done']);
  });
});

describe('an interrupted apply', () => {
  it('finishes the write in flight and starts no other', async () => {
    const plan = await planAll(client, elsewhere('a', ['1.0.0', 'latest']), elsewhere('b', ['1.0.0', 'latest']));
    const controller = new AbortController();
    intercept = (request) => {
      if (request.method === 'PUT' && request.url?.endsWith('/out/a/manifests/1.0.0') === true) controller.abort();
      return false;
    };
    const result = await applyAll(client, plan, { signal: controller.signal });
    const lines = describeResult(result);

    expect(result.interrupted).toBe(true);
    expect(lines).toContain('out/a:1.0.0 done');
    expect(lines.filter((line) => line.includes('latest'))).toEqual([
      'out/a:latest not-started',
      'out/b:latest not-started',
    ]);
    expect(await digestOf('out/a', '1.0.0')).toBe(plan.changes[0]?.index);
  });

  it('does not wait for the pause that a registry asked for', async () => {
    const plan = await planAll(client, elsewhere('a', ['1.0.0', 'latest']));
    const controller = new AbortController();
    intercept = (request, response) => {
      if (request.method !== 'PUT' || request.url?.includes('/manifests/') !== true) return false;
      controller.abort();
      response.writeHead(429, { 'retry-after': '300' }).end();
      return true;
    };
    const result = await applyAll(client, plan, { signal: controller.signal });

    expect(describeResult(result)).toEqual(['out/a:1.0.0 not-started', 'out/a:latest not-started']);
  });

  it('knows the tags that a request without an answer moved', async () => {
    const plan = await planAll(client, inPlace(['1.0.0', 'latest']));
    const controller = new AbortController();
    let isLost = false;
    intercept = (request, response) => {
      if (request.method !== 'PUT' || isLost) return false;
      isLost = true;
      response.end = () => {
        controller.abort();
        response.destroy();
        return response;
      };
      return false;
    };
    const result = await applyAll(client, plan, { signal: controller.signal });

    expect(describeResult(result)).toEqual(['demo/builds/hello:1.0.0 done', 'demo/builds/hello:latest done']);
  });

  it('is finished by the next one', async () => {
    const declarations = [elsewhere('a', ['1.0.0', 'latest']), elsewhere('b', ['1.0.0', 'latest'])];
    const controller = new AbortController();
    intercept = (request) => {
      if (request.method === 'PUT' && request.url?.includes('/manifests/sha256') === true) controller.abort();
      return false;
    };
    await applyAll(client, await planAll(client, ...declarations), { signal: controller.signal });
    await applyAll(client, await planAll(client, ...declarations));

    expect((await planAll(client, ...declarations)).changes).toEqual([]);
  });
});
