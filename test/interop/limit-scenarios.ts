import { expect } from 'vitest';
import { parseRepository } from '../../src/oci/repository.ts';
import { makeClient } from '../support/make-client.ts';
import { listEntries } from '../support/scenario.ts';
import { applyFormat, applyThreeTags, builds, type Detail, image } from './scenarios.ts';
import type { Limit } from './server.ts';
import type { Stage } from './stage.ts';

async function sayThatItCannotBeRead(stage: Stage): Promise<void> {
  const { direct } = stage.server;
  const client = makeClient({ settings: () => ({}) });
  const failure = await client
    .headManifest(parseRepository(`${direct}/app`), 'latest')
    .catch((error: unknown) => error);
  await client.close();
  const project = stage.project(image(`${direct}/app`, '[latest]', builds(`${direct}/builds`)));

  const planned = await project.run('plan');
  const applied = await project.run('apply', '--yes');

  expect(failure).toMatchObject({ code: expect.stringMatching(/^REGISTRY_/), hint: expect.any(String) });
  expect([planned.code, applied.code]).toEqual([1, 1]);
  expect(planned.stdout).not.toContain('create');
}

async function sayThatItCannotBeWritten(stage: Stage): Promise<void> {
  await stage.seedBuilds('unwritten');
  const target = `${stage.near}/unwritten`;
  const project = stage.project(image(target, '[latest]', builds(target)));

  const planned = await project.run('plan', '--detailed-exitcode');
  const applied = await project.run('apply', '--yes');

  expect(planned).toMatchObject({ code: 2, writes: [] });
  expect(applied.code).toBe(1);
  expect(applied.stdout).toContain('takes no writes');
  expect(applied.writes).toHaveLength(1);
  expect(await stage.read('unwritten', 'latest')).toBeUndefined();
}

async function uploadWhatIsNotMounted(stage: Stage): Promise<void> {
  await stage.seedBuilds('unmounted/builds');
  const project = stage.project(
    image(`${stage.near}/unmounted/app`, '["1"]', builds(`${stage.near}/unmounted/builds`)),
  );

  const applied = await project.run('apply', '--yes');
  const again = await project.run('apply', '--yes');

  expect(applied.code).toBe(0);
  expect(listEntries(await stage.read('unmounted/app', '1'))).toHaveLength(2);
  expect(again).toMatchObject({ code: 0, writes: [] });
}

async function moveTagsOneByOne(stage: Stage): Promise<void> {
  const { applied, live } = await applyThreeTags(stage);
  expect(applied.code).toBe(0);
  expect(live).toEqual([live[0], live[0], live[0]]);
  expect(applied.writes).toEqual(
    expect.arrayContaining(['1.2.3', '1.2', 'latest'].map((tag) => `PUT /v2/tags/app/manifests/${tag}`)),
  );
}

async function sayThatDockerTypesAreRefused(stage: Stage): Promise<void> {
  const applied = await applyFormat(stage, 'docker');
  expect(applied.code).toBe(1);
  expect(`${applied.stdout}${applied.stderr}`).toMatch(/MANIFEST_INVALID|media type|415/i);
  expect(await stage.read('types/docker', 'latest')).toBeUndefined();
}

/** What Plait does about each limit: a server that has it plays this instead of what needs the ability. */
export const LIMIT_SCENARIOS: Readonly<Record<Limit, Detail>> = {
  read: { title: 'is not taken for an empty registry, and the error says what to do', play: sayThatItCannotBeRead },
  write: { title: 'is said to take no writes', play: sayThatItCannotBeWritten },
  mount: { title: 'gets what cannot be mounted all the same', play: uploadWhatIsNotMounted },
  multiTag: { title: 'has several tags moved one by one', play: moveTagsOneByOne },
  dockerTypes: { title: 'is said to refuse Docker types', play: sayThatDockerTypesAreRefused },
};
