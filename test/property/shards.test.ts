import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parse, stringify } from 'yaml';
import { type LoadedConfig, loadConfig } from '../../src/config/load.ts';
import { settingsFor } from '../../src/config/registries.ts';
import { formatRepository } from '../../src/oci/repository.ts';
import { parseAllowance } from '../../src/plan/allowance.ts';
import { toPlanDocument } from '../../src/plan/document.ts';
import { joinPlans } from '../../src/plan/join-plans.ts';
import { makePlan } from '../../src/plan/make-plan.ts';
import type { Change, Plan, PlanScope, Unchanged } from '../../src/plan/plan.ts';
import { selectScope } from '../../src/plan/select.ts';
import type { Shard } from '../../src/plan/shard.ts';
import { type Playground, startPlayground } from '../../src/playground/server.ts';
import type { RegistryClient } from '../../src/registry/client.ts';
import { readAbsences } from '../../src/state/read-absences.ts';
import { readState } from '../../src/state/read-state.ts';
import { makeClient } from '../support/make-client.ts';
import { applyAll } from '../support/run-plan.ts';
import { FACTS } from '../support/states.ts';
import { readBack } from '../support/stored-plans.ts';
import { listTags, pushLive, pushPool, type Stage, toYaml, type World, worlds } from '../support/worlds.ts';

const RUNS = 60;
const SEED = Number(process.env.PLAIT_FUZZ_SEED ?? Math.floor(Math.random() * 2 ** 31));

/** Repositories that images are published to besides their own, and from which tags are to be gone. */
const MORE = ['more/a', 'more/b', 'more/c', 'more/d', 'more/e'] as const;

interface SplitWorld {
  readonly world: World;
  /** Of each image, where else it goes. */
  readonly also: readonly (readonly string[])[];
  readonly absent: readonly string[];
  readonly count: number;
  readonly allows: boolean;
}

const splitWorlds: fc.Arbitrary<SplitWorld> = fc.record({
  world: worlds,
  also: fc.array(fc.subarray([...MORE]), { minLength: 3, maxLength: 3 }),
  absent: fc.subarray(['out/a', ...MORE]),
  count: fc.integer({ min: 1, max: 6 }),
  allows: fc.boolean(),
});

let playground: Playground;
let client: RegistryClient;
beforeAll(async () => {
  playground = await startPlayground();
  client = makeClient();
  await pushPool(playground.url);
});
afterAll(async () => {
  await client.close();
  await playground.close();
});

describe('the shards of a run', () => {
  it('are together the whole run, have no repository in common, and are applied to the same end', {
    timeout: 600_000,
  }, async () => {
    const seen = { changes: 0, blocked: 0, unreadable: 0, absent: 0, split: 0 };
    let number = 0;
    await fc.assert(
      fc.asyncProperty(splitWorlds, async (split) => {
        number += 1;
        const stage = { host: playground.host, prefix: `s${number}-` };
        await build(split, stage);
        const config = load(split, stage);
        const whole = await planPart(config, split, null);
        const parts: Plan[] = [];
        for (let index = 1; index <= split.count; index += 1) {
          parts.push(await planPart(config, split, { index, count: split.count }));
        }
        seen.changes += whole.changes.length;
        seen.blocked += whole.blocked.length;
        seen.unreadable += whole.unreadable.length;
        seen.absent += whole.changes.filter(({ action }) => action === 'delete').length;
        seen.split += parts.filter((part) => listPlaces(part).size > 0).length > 1 ? 1 : 0;

        expectUnionIsWhole(parts, whole);
        expectPlacesAreApart(parts);
        expectShownTogetherIsWhole(parts, whole);
        expectGrowthMovesNothing(config, split.count);
        await expectApplyIsTheSame(config, split, parts);
      }),
      { numRuns: RUNS, seed: SEED },
    );
    process.stdout.write(`shards: ${RUNS} configs, seed ${SEED}: ${JSON.stringify(seen)}\n`);
    expect(Math.min(...Object.values(seen))).toBeGreaterThan(0);
  });
});

async function build({ world, absent }: SplitWorld, stage: Stage): Promise<void> {
  const { url } = playground;
  for (const { repository, tag, live } of listTags(world, stage)) {
    if (live !== null) await pushLive({ url, repository, tag }, live);
  }
  if (!absent.includes('out/a')) return;
  const sample = { samples: [0], mediaType: 'application/vnd.oci.image.index.v1+json', annotations: {} } as const;
  await pushLive({ url, repository: 'out/a', tag: `${stage.prefix}gone` }, sample);
}

type Entry = Readonly<Record<string, unknown>> & { readonly target: string; readonly tags: readonly string[] };

function load({ world, also, absent }: SplitWorld, stage: Stage): LoadedConfig {
  const { images } = parse(toYaml(world, stage, 0)) as { readonly images: readonly Entry[] };
  const entries = images.map(({ target, tags, ...rest }, position) => ({
    ...rest,
    targets: [target, ...(also[position] ?? []).map((path) => `${stage.host}/${path}`)].map((each) => ({
      repository: each,
      tags,
    })),
  }));
  const text = stringify({
    version: 1,
    registries: { [stage.host]: { deletes: 'tag' } },
    images: entries,
    absent: absent.map((path) => ({ target: `${stage.host}/${path}`, tags: [`${stage.prefix}gone`] })),
  });
  return loadConfig({ files: [{ path: 'manifests.yaml', directory: '/', text }], variables: {}, environment: {} });
}

async function planPart(config: LoadedConfig, { allows }: SplitWorld, shard: Shard | null): Promise<Plan> {
  const scope: PlanScope = { targets: [], exclude: [], selector: null, shard };
  const { declarations, absences } = selectScope(config, scope);
  return makePlan({
    images: await readState(client, declarations),
    absences: await readAbsences(client, absences),
    guards: config.guards,
    allowances: allows ? [parseAllowance('platform-removal=**')] : [],
    mayDelete: (registry) => settingsFor(config.settings, registry).deletes === 'tag',
    scope,
  });
}

function expectUnionIsWhole(parts: readonly Plan[], whole: Plan): void {
  const all = (list: (plan: Plan) => readonly unknown[]) => parts.flatMap(list).map(toText).sort();
  expect(all(({ changes }) => changes)).toEqual(whole.changes.map(toText).sort());
  expect(all(({ blocked }) => blocked)).toEqual(whole.blocked.map(toText).sort());
  expect(all(({ unchanged }) => unchanged)).toEqual(whole.unchanged.map(toText).sort());
  expect(joinUnreadable(parts)).toEqual(joinUnreadable([whole]));
  expect(listNotices(parts)).toEqual(listNotices([whole]));
  expect([...new Set(parts.flatMap(({ indexes }) => [...indexes.keys()]))].sort()).toEqual(
    [...whole.indexes.keys()].sort(),
  );
}

function toText(value: unknown): string {
  return JSON.stringify(value);
}

/** A source that cannot be read is told of in every shard that needs it, with what it leaves as it is there. */
function joinUnreadable(plans: readonly Plan[]): readonly string[] {
  const left = new Map<string, readonly string[]>();
  for (const entry of plans.flatMap(({ unreadable }) => unreadable)) {
    const key = [entry.id, entry.origin, entry.code, entry.message].join('\n');
    left.set(key, [...(left.get(key) ?? []), ...entry.left].sort());
  }
  return [...left].map(toText).sort();
}

/** What is said of an image names its tags at the end, which are those of the shard. */
function listNotices(plans: readonly Plan[]): readonly string[] {
  const notices = plans.flatMap(({ notices: list }) => list).map(({ id, code, message }) => [id, code, message]);
  return [...new Set(notices.map(([id, code, message = '']) => [id, code, message.split('; ')[0]].join('\n')))].sort();
}

function expectPlacesAreApart(parts: readonly Plan[]): void {
  const places = parts.flatMap((part) => [...listPlaces(part)]);
  expect(places).toEqual([...new Set(places)]);
}

/** Every repository that a plan says something of. */
function listPlaces({ changes, blocked, unchanged, unreadable }: Plan): ReadonlySet<string> {
  const placed: readonly (Change | Unchanged)[] = [...changes, ...blocked, ...unchanged];
  const left = unreadable.flatMap((entry) => entry.left.map((name) => name.slice(0, name.lastIndexOf(':'))));
  return new Set([...placed.map(({ repository }) => formatRepository(repository)), ...left]);
}

/** What `plait show` makes of the files of all shards: the plan of the whole run, in the same order. */
function expectShownTogetherIsWhole(parts: readonly Plan[], whole: Plan): void {
  const files = parts.map((plan, index) => ({ path: `plan-${index}.json`, ...readBack(toPlanDocument(plan, FACTS)) }));
  const { plan } = joinPlans(files.toReversed());
  const { plan: saved } = readBack(toPlanDocument(whole, FACTS));
  const shown = ({ scope, changes, unchanged, blocked }: Plan) => ({ scope, changes, unchanged, blocked });
  expect(shown(plan)).toEqual(shown(saved));
  expect(plan.parts).toBeUndefined();
}

/** Another image, or one less, leaves every other one in its shard. */
function expectGrowthMovesNothing(config: LoadedConfig, count: number): void {
  const [, ...fewer] = config.declarations;
  for (let index = 1; index <= count; index += 1) {
    const scope = { targets: [], exclude: [], selector: null, shard: { index, count } };
    const before = selectScope({ declarations: fewer, absences: [] }, scope);
    const after = selectScope({ declarations: config.declarations, absences: config.absences }, scope);
    const old = after.declarations.filter(({ id }) => id !== config.declarations[0]?.id);
    expect(old).toEqual(before.declarations);
  }
}

/** Shard after shard, what is left to do is what a whole apply leaves. */
async function expectApplyIsTheSame(config: LoadedConfig, split: SplitWorld, parts: readonly Plan[]): Promise<void> {
  for (const part of parts) {
    const { changes } = await applyAll(client, part);
    expect(changes.flatMap(({ tags }) => tags).filter(({ status }) => status !== 'done')).toEqual([]);
  }
  const again = await planPart(config, split, null);
  expect(again.changes).toEqual([]);
  expect(again.blocked.map(toHeld).sort()).toEqual(
    parts
      .flatMap(({ blocked }) => blocked)
      .map(toHeld)
      .sort(),
  );
}

/** What is held back and why; not what would be copied for it, some of which is there by now. */
function toHeld({ repository, tags, index, guards }: Change): string {
  return JSON.stringify([repository, tags, index, guards]);
}
