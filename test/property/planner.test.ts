import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { loadConfig } from '../../src/config/load.ts';
import { parseRepository } from '../../src/oci/repository.ts';
import { type Allowance, parseAllowance } from '../../src/plan/allowance.ts';
import { toPlanDocument } from '../../src/plan/document.ts';
import { planDocumentSchema } from '../../src/plan/document-schema.ts';
import { listLiveEntries } from '../../src/plan/live-entries.ts';
import { makePlan } from '../../src/plan/make-plan.ts';
import type { Change, Plan, Unreadable } from '../../src/plan/plan.ts';
import { type Playground, startPlayground } from '../../src/playground/server.ts';
import type { RegistryClient } from '../../src/registry/client.ts';
import { readState } from '../../src/state/read-state.ts';
import { makeClient } from '../support/make-client.ts';
import { applyAll } from '../support/run-plan.ts';
import { FACTS, planInput } from '../support/states.ts';
import { readBack, readVerified } from '../support/stored-plans.ts';
import { listTags, pushLive, pushPool, type Stage, toYaml, type World, worlds } from '../support/worlds.ts';

const WORLDS = Number(process.env.PLAIT_WORLDS ?? 1_000);
const SEED = Number(process.env.PLAIT_FUZZ_SEED ?? Math.floor(Math.random() * 2 ** 31));
const ANY_REMOVAL = [parseAllowance('platform-removal=**')];

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

describe('generated registries and configs', () => {
  it('hold what must hold of every plan and apply', { timeout: 600_000 }, async () => {
    const seen = { changed: 0, blocked: 0, unreadable: 0, tags: 0 };
    let number = 0;
    await fc.assert(
      fc.asyncProperty(worlds, async (world) => {
        number += 1;
        const stage = { host: playground.host, prefix: `w${number}-` };
        await build(world, stage);
        const before = await readTags(world, stage);
        const plan = await planWorld(world, stage);
        seen.changed += plan.changes.length;
        seen.blocked += plan.blocked.length;
        seen.unreadable += plan.unreadable.length;
        seen.tags += before.length;

        await expectOtherOrderPlansTheSame(world, stage, plan);
        expectSavedPlanIsTheSame(plan);
        await expectNoPlatformIsLost(world, stage, { plan, before });
        await expectEverythingIsReached(world, stage);
      }),
      { numRuns: WORLDS, seed: SEED },
    );
    process.stdout.write(
      `worlds: ${WORLDS} registries and configs, seed ${SEED}: ${seen.tags} tags, ${seen.changed} changes, ` +
        `${seen.blocked} blocked, ${seen.unreadable} that cannot be planned\n`,
    );
    expect(Math.min(seen.changed, seen.blocked)).toBeGreaterThan(0);
  });
});

async function build(world: World, stage: Stage): Promise<void> {
  for (const { repository, tag, live } of listTags(world, stage)) {
    if (live !== null) await pushLive({ url: playground.url, repository, tag }, live);
  }
}

async function planWorld(world: World, stage: Stage, more: { allow?: readonly Allowance[]; turn?: number } = {}) {
  const text = toYaml(world, stage, more.turn ?? 0);
  const config = loadConfig({
    files: [{ path: 'manifests.yaml', directory: '/', text }],
    variables: {},
    environment: {},
  });
  const images = await readState(client, config.declarations);
  return makePlan(planInput(images, { allowances: more.allow ?? [] }));
}

/** What every tag of a world holds: its digest, and its images by platform. */
async function readTags(world: World, stage: Stage) {
  return Promise.all(
    listTags(world, stage).map(async ({ repository, tag }) => {
      const place = parseRepository(`${stage.host}/${repository}`);
      const stored = await client.getManifest(place, tag);
      if (stored === undefined) return { name: `${repository}:${tag}`, digest: null, platforms: [] };
      const { digest, mediaType, bytes, manifest } = stored;
      const live = { kind: 'present', digest, mediaType, size: bytes.length, content: { manifest } } as const;
      const platforms = listLiveEntries(live).images.map((entry) => JSON.stringify(entry.platform));
      return { name: `${repository}:${tag}`, digest, platforms };
    }),
  );
}

/** Neither the order of images nor that of platforms or keys matters, but for the order of entries in the bytes. */
async function expectOtherOrderPlansTheSame(world: World, stage: Stage, plan: Plan): Promise<void> {
  const other = await planWorld(world, stage, { turn: world.turn });
  expect(other.changes.map(toMeaning).sort()).toEqual(plan.changes.map(toMeaning).sort());
  expect(other.blocked.map(toMeaning).sort()).toEqual(plan.blocked.map(toMeaning).sort());
  expect(other.unreadable.map(toFailure).sort()).toEqual(plan.unreadable.map(toFailure).sort());
  const again = await planWorld(world, stage);
  expect(toPlanDocument(again, FACTS)).toEqual(toPlanDocument(plan, FACTS));
}

function toMeaning({ repository, action, tags, platforms, fields, guards }: Change): string {
  const rows = platforms.map(({ platform, action: act, before, after }) => [platform, act, before, after].join(' '));
  return JSON.stringify({
    path: repository.path,
    action,
    tags: [...tags].map((tag) => JSON.stringify(tag)).sort(),
    rows: rows.sort(),
    // The digest of the bytes is the order itself.
    fields: fields
      .filter(({ field }) => field !== 'encoding')
      .map((field) => JSON.stringify(field))
      .sort(),
    guards: guards.map(({ guard, result }) => `${guard} ${result}`).sort(),
  });
}

/** Where it stands in the file is what differs. */
function toFailure({ id, reference, left, code, message }: Unreadable): string {
  return JSON.stringify({ id, reference, left, code, message });
}

function expectSavedPlanIsTheSame(plan: Plan): void {
  const document = planDocumentSchema.parse(JSON.parse(JSON.stringify(toPlanDocument(plan, FACTS))));
  expect(toPlanDocument(readVerified(document), FACTS)).toEqual(document);
  expect({ ...readBack(document).document }).toEqual(document);
}

/** Without an allowance no tag loses a platform, and what a guard holds back stays as it is. */
async function expectNoPlatformIsLost(
  world: World,
  stage: Stage,
  { plan, before }: { readonly plan: Plan; readonly before: Awaited<ReturnType<typeof readTags>> },
): Promise<void> {
  expect(plan.changes.flatMap((change) => change.platforms).filter((row) => row.action === 'remove')).toEqual([]);
  await applyAll(client, plan);
  const after = await readTags(world, stage);
  const untouched = new Set([...plan.blocked].flatMap(nameTags));
  for (const [position, tag] of before.entries()) {
    const now = after[position];
    expect(kinds(now?.platforms ?? [])).toEqual(expect.arrayContaining([...kinds(tag.platforms)]));
    if (untouched.has(tag.name)) expect(now?.digest).toBe(tag.digest);
  }
}

/** os and architecture: a Windows host takes another revision, so that its version may change. */
function kinds(platforms: readonly string[]): readonly string[] {
  return platforms.map((text) => {
    const { os, architecture, variant } = JSON.parse(text) as Record<string, string>;
    return `${os}/${architecture}/${architecture === 'arm64' ? '' : (variant ?? '')}`;
  });
}

function nameTags({ repository, tags }: Change): readonly string[] {
  return tags.map((tag) => `${repository.path}:${tag.name}`);
}

/** With everything allowed, an apply leaves nothing to plan; and applying the same plan again changes nothing. */
async function expectEverythingIsReached(world: World, stage: Stage): Promise<void> {
  const plan = await planWorld(world, stage, { allow: ANY_REMOVAL });
  expect(plan.blocked).toEqual([]);
  const result = await applyAll(client, plan);
  expect(statuses(result)).toEqual(new Set(plan.changes.length === 0 ? [] : ['done']));
  const reached = await readTags(world, stage);

  const again = await applyAll(client, plan, { plannedAt: -60_000 });
  expect(statuses(again)).toEqual(new Set(plan.changes.length === 0 ? [] : ['already']));
  expect(await readTags(world, stage)).toEqual(reached);

  const empty = await planWorld(world, stage);
  expect([empty.changes, empty.blocked, empty.unreadable]).toEqual([[], [], plan.unreadable]);
}

function statuses({ changes }: Awaited<ReturnType<typeof applyAll>>): ReadonlySet<string> {
  return new Set(changes.flatMap((change) => change.tags).map((tag) => tag.status));
}
