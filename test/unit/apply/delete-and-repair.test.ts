import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { DeclaredAbsence } from '../../../src/config/declaration.ts';
import { DEFAULT_RUN_GUARDS } from '../../../src/config/run-rules.ts';
import { parseTagPattern } from '../../../src/config/tag-pattern.ts';
import { parseRepository } from '../../../src/oci/repository.ts';
import { makePlan } from '../../../src/plan/make-plan.ts';
import type { Plan } from '../../../src/plan/plan.ts';
import type { Intercept, PlaygroundOptions } from '../../../src/playground/options.ts';
import { type Playground, startPlayground } from '../../../src/playground/server.ts';
import type { RegistryClient } from '../../../src/registry/client.ts';
import { readAbsences } from '../../../src/state/read-absences.ts';
import { readState } from '../../../src/state/read-state.ts';
import { makeClient } from '../../support/make-client.ts';
import { applyAll, describeResult, planAll, weave } from '../../support/run-plan.ts';
import { planInput } from '../../support/states.ts';

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

const hello = (arch: string) => `${playground.host}/demo/builds/hello:1.0.0-${arch}`;
const published = (tags: readonly string[]) =>
  weave(`${playground.host}/out/app`, tags, { 'linux/amd64': hello('amd64'), 'linux/arm64': hello('arm64') });
const writes = () =>
  playground.requests
    .map(({ method, path }) => `${method} ${path}`)
    .filter((request) => !/^(?:GET|HEAD)/.test(request));
const listTags = () => client.listTags(parseRepository(`${playground.host}/out/app`));

function absent(more: Partial<DeclaredAbsence>): DeclaredAbsence {
  return {
    id: 'absent',
    origin: { file: 'manifests.yaml', line: 1, column: 1 },
    repository: parseRepository(`${playground.host}/out/app`),
    tags: [],
    tagsMatching: [],
    except: [],
    ...more,
  };
}

async function planAbsences(...absences: readonly DeclaredAbsence[]): Promise<Plan> {
  const states = await readAbsences(client, absences);
  return makePlan(planInput([], { absences: states, mayDelete: () => true }));
}

async function publish(...tags: readonly string[]): Promise<void> {
  await applyAll(client, await planAll(client, published(tags)));
  playground.clearRequests();
}

describe('a tag that is to be gone', () => {
  it('is deleted by its name, and its image stays for other tags', async () => {
    await publish('1', 'old');
    const result = await applyAll(client, await planAbsences(absent({ tags: ['old'] })));

    expect(describeResult(result)).toEqual(['out/app:old done']);
    expect(writes()).toEqual(['DELETE /v2/out/app/manifests/old']);
    expect(await listTags()).toEqual(['1']);
  });

  it('may be named by a pattern, and others are excepted', async () => {
    await publish('pr-1', 'pr-2', 'pr-keep', 'latest');
    const pattern = parseTagPattern('pr-*') ?? expect.fail();
    await applyAll(client, await planAbsences(absent({ tagsMatching: [pattern], except: ['pr-keep'] })));

    expect(await listTags()).toEqual(['latest', 'pr-keep']);
  });

  it('is asked for once more, and then left, when it moved since the plan', async () => {
    await publish('old');
    const plan = await planAbsences(absent({ tags: ['old'] }));
    const other = weave(`${playground.host}/out/app`, ['old'], { 'linux/amd64': hello('amd64') });
    await applyAll(client, await planAll(client, { ...other, guards: { ...other.guards, maxPlatformRemovals: 1 } }));
    playground.clearRequests();
    const result = await applyAll(client, plan, { plannedAt: -60_000 });

    expect(describeResult(result)).toEqual(['out/app:old stale']);
    expect(writes()).toEqual([]);
  });

  it('is already gone when somebody else deleted it', async () => {
    await publish('old');
    const plan = await planAbsences(absent({ tags: ['old'] }));
    await applyAll(client, plan);
    const again = await applyAll(client, plan, { plannedAt: -60_000 });

    expect(describeResult(again)).toEqual(['out/app:old already']);
  });

  it('stays when something else of the run failed, as its successor may be missing', async () => {
    await publish('old');
    const absences = await readAbsences(client, [absent({ tags: ['old'] })]);
    const images = await readState(client, [published(['new'])]);
    const plan = makePlan(planInput(images, { absences, mayDelete: () => true, guards: DEFAULT_RUN_GUARDS }));
    intercept = (request, response) => {
      if (request.method !== 'PUT') return false;
      response.writeHead(403).end();
      return true;
    };
    const result = await applyAll(client, plan);

    expect(describeResult(result)).toEqual(['out/app:new failed', 'out/app:old not-started']);
    expect(await listTags()).toEqual(['old']);
  });

  it('waits for none of another repository', async () => {
    const names = ['out/a', 'out/b', 'out/c'];
    const places = names.map((name) => parseRepository(`${playground.host}/${name}`));
    for (const name of names) {
      const { targets } = weave(`${playground.host}/${name}`, ['old'], {});
      await applyAll(client, await planAll(client, { ...published(['old']), targets }));
    }
    const plan = await planAbsences(...places.map((repository) => absent({ repository, tags: ['old'] })));
    const held: (() => void)[] = [];
    intercept = async ({ method }) => {
      if (method !== 'DELETE') return false;
      await new Promise<void>((resolve) => {
        held.push(resolve);
        if (held.length === names.length) for (const release of held) release();
      });
      return false;
    };
    const result = await applyAll(client, plan);

    expect(describeResult(result)).toEqual(names.map((name) => `${name}:old done`));
  });

  it('costs no other request when it never was there', async () => {
    playground.clearRequests();
    const plan = await planAbsences(absent({ tags: ['never'] }));

    expect(plan.changes).toEqual([]);
    expect(playground.requests.map(({ method }) => method)).toEqual(['HEAD']);
  });
});

describe('a registry that cannot delete a tag by itself', () => {
  it('is said to be so, and nothing is deleted by digest', async () => {
    await client.close();
    await playground.close();
    await start({ features: { tagDelete: false } });
    await publish('old');
    const result = await applyAll(client, await planAbsences(absent({ tags: ['old'] })));

    expect(result.changes[0]?.tags[0]).toMatchObject({ status: 'failed', code: 'DELETE_UNSUPPORTED' });
    expect(writes()).toEqual(['DELETE /v2/out/app/manifests/old']);
    expect(await listTags()).toEqual(['old']);
  });
});

describe('an image that a clean-up deleted under a tag', () => {
  const planVerified = async () =>
    makePlan(planInput(await readState(client, [published(['1'])], { children: 'verify' })));
  const deleteChild = async (): Promise<string> => {
    const stored = await client.getManifest(parseRepository(`${playground.host}/out/app`), '1');
    const child = (stored?.manifest.kind === 'index' && stored.manifest.manifests[1]?.digest) || '';
    await fetch(`${playground.url}/v2/out/app/manifests/${child}`, { method: 'DELETE' });
    playground.clearRequests();
    return child;
  };

  it('is not looked for unless told so', async () => {
    await publish('1');
    await deleteChild();
    expect((await planAll(client, published(['1']))).changes).toEqual([]);
  });

  it('is found, copied again, and the tag stays what it was', async () => {
    await publish('1');
    const child = await deleteChild();
    const plan = await planVerified();
    expect(plan.changes).toMatchObject([{ action: 'repair', copies: [{ digest: child }] }]);
    playground.clearRequests();
    const result = await applyAll(client, plan);

    expect(describeResult(result)).toEqual(['out/app:1 done']);
    expect(writes().filter((request) => request.includes('/manifests/'))).toEqual([
      `PUT /v2/out/app/manifests/${child}`,
    ]);
    expect((await planVerified()).changes).toEqual([]);
  });

  it('is told when its source is gone as well', async () => {
    await publish('1');
    const child = await deleteChild();
    await fetch(`${playground.url}/v2/demo/builds/hello/manifests/${child}`, { method: 'DELETE' });
    const plan = await planVerified();

    expect(plan.changes).toEqual([]);
    expect(plan.unreadable).toMatchObject([{ code: 'SOURCE_MISSING' }]);
  });

  it('cannot be told from one that cannot be asked for', async () => {
    await publish('1');
    intercept = (request, response) => {
      if (!/out\/app\/manifests\/sha256/.test(request.url ?? '')) return false;
      response.writeHead(403).end();
      return true;
    };
    expect(await planVerified()).toMatchObject({ changes: [], unreadable: [{ code: 'REGISTRY_DENIED' }] });
  });
});
