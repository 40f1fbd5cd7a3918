import { expect } from 'vitest';
import { MEDIA_TYPES } from '../../src/oci/media-types.ts';
import { parsePlatform } from '../../src/oci/platform.ts';
import { buildImage, buildIndex } from '../../src/playground/images.ts';
import { pushIndex } from '../support/push-content.ts';
import { isWrite, listEntries, seed } from '../support/scenario.ts';
import type { Limit } from './server.ts';
import type { Stage } from './stage.ts';

/** Something that people do with Plait. */
export interface Detail {
  readonly title: string;
  readonly play: (stage: Stage) => Promise<void>;
}

/** As above, on every server that can do what it `needs`. */
export interface Scenario extends Detail {
  readonly needs: readonly Limit[];
}

const BOTH = '[linux/amd64, linux/arm64]';

/** One image of a config, in one line. */
export function image(target: string, tags: string, rest: string): string {
  return `  - { target: "${target}", tags: ${tags}, ${rest} }\n`;
}

/** The images that {@link Stage.seedBuilds} put into `repository`. */
export function builds(repository: string, platforms: string = BOTH): string {
  return `platforms: ${platforms}, source: "${repository}:build-{arch}"`;
}

function twoImages({ near }: Stage, path: string, platforms?: string): string {
  const [first, second] = [`${near}/${path}/first`, `${near}/${path}/second`];
  return `${image(first, '["1.0.0", latest]', builds(first, platforms))}${image(second, '["1.0.0"]', builds(second))}`;
}

async function seedTwo(stage: Stage, path: string): Promise<void> {
  await stage.seedBuilds(`${path}/first`);
  await stage.seedBuilds(`${path}/second`);
}

async function createAndRepeat(stage: Stage): Promise<void> {
  await seedTwo(stage, 'noop');
  const project = stage.project(twoImages(stage, 'noop'));

  const first = await project.run('apply', '--yes');
  const second = await project.run('apply', '--yes', '--detailed-exitcode');

  expect(first).toMatchObject({ code: 0 });
  expect(listEntries(await stage.read('noop/first', 'latest'))).toHaveLength(2);
  expect(await stage.read('noop/second', '1.0.0')).toBeDefined();
  expect(second).toMatchObject({ code: 0, writes: [] });
  expect(second.requests.length).toBeGreaterThan(0);
}

async function moveOnePlatform(stage: Stage): Promise<void> {
  await seedTwo(stage, 'moved');
  const project = stage.project(twoImages(stage, 'moved'));
  await project.run('apply', '--yes');
  const moved = await seed(stage.server.back, 'moved/second:build-arm64', { platform: 'linux/arm64', text: 'rebuilt' });

  const planned = await project.run('plan', '--detailed-exitcode');
  const applied = await project.run('apply', '--yes');

  expect(planned).toMatchObject({ code: 2, writes: [] });
  expect(applied).toMatchObject({ code: 0, writes: ['PUT /v2/moved/second/manifests/1.0.0'] });
  expect(listEntries(await stage.read('moved/second', '1.0.0'))[1]).toBe(`linux/arm64 ${moved.manifest.digest}`);
}

async function removeOnePlatform(stage: Stage): Promise<void> {
  await seedTwo(stage, 'removed');
  const project = stage.project(twoImages(stage, 'removed'));
  await project.run('apply', '--yes');
  project.rewrite(twoImages(stage, 'removed', '[linux/amd64]'));

  const blocked = await project.run('apply', '--yes');
  const kept = await stage.read('removed/first', 'latest');
  const allowed = await project.run('apply', '--yes', '--allow', `platform-removal=${stage.near}/removed/first:*`);

  expect(blocked).toMatchObject({ code: 3, writes: [] });
  expect(listEntries(kept)).toHaveLength(2);
  expect(allowed.code).toBe(0);
  expect(listEntries(await stage.read('removed/first', 'latest'))).toHaveLength(1);
}

async function takeFromAnotherRepository(stage: Stage): Promise<void> {
  await stage.seedBuilds('mounted/builds');
  const project = stage.project(image(`${stage.near}/mounted/app`, '["1"]', builds(`${stage.near}/mounted/builds`)));

  const applied = await project.run('apply', '--yes');

  expect(applied.code).toBe(0);
  expect(listEntries(await stage.read('mounted/app', '1'))).toHaveLength(2);
  expect(applied.writes.filter((request) => /^(?:PUT|PATCH) .*\/blobs\//.test(request))).toEqual([]);
}

async function takeFromAnotherRegistry(stage: Stage): Promise<void> {
  await seed(stage.far, 'far/builds:build-amd64', { platform: 'linux/amd64' });
  await seed(stage.far, 'far/builds:build-arm64', { platform: 'linux/arm64' });
  const seen = stage.far.requests.length;
  const project = stage.project(image(`${stage.near}/taken/app`, '["1"]', builds(`${stage.far.host}/far/builds`)));

  const applied = await project.run('apply', '--yes');
  const again = await project.run('apply', '--yes');

  expect(applied.code).toBe(0);
  expect(listEntries(await stage.read('taken/app', '1'))).toHaveLength(2);
  expect(again).toMatchObject({ code: 0, writes: [] });
  expect(
    stage.far.requests
      .slice(seen)
      .map(({ method, path }) => `${method} ${path}`)
      .filter(isWrite),
  ).toEqual([]);
}

async function giveToAnotherRegistry(stage: Stage): Promise<void> {
  await stage.seedBuilds('given/builds');
  const project = stage.project(image(`${stage.far.host}/given/app`, '["1"]', builds(`${stage.near}/given/builds`)));

  const applied = await project.run('apply', '--yes');
  const again = await project.run('plan', '--detailed-exitcode');

  expect(applied).toMatchObject({ code: 0, writes: [] });
  expect(again.code).toBe(0);
}

async function copyAsItIs(stage: Stage): Promise<void> {
  const platforms = ['linux/amd64', 'linux/arm64'].map(parsePlatform);
  const images = platforms.map((platform) => buildImage({ platform, text: 'vendor', format: 'oci' }));
  const index = buildIndex({ images, format: 'oci' });
  await pushIndex({ url: stage.far.url, repository: 'vendor/tool', tag: '2' }, index);
  const project = stage.project(
    image(`${stage.near}/mirror/tool`, '["2"]', `from: "${stage.far.host}/vendor/tool:2", as: copy`),
  );

  const applied = await project.run('apply', '--yes');
  const again = await project.run('plan', '--detailed-exitcode');

  expect(applied.code).toBe(0);
  expect(await stage.read('mirror/tool', '2')).toEqual(JSON.parse(Buffer.from(index.manifest.bytes).toString('utf8')));
  expect(again.code).toBe(0);
}

/** Pushes `format` images and has them put under one tag of that format. */
export async function applyFormat(stage: Stage, format: 'oci' | 'docker') {
  const repository = `types/${format}`;
  const source = format === 'oci' ? stage.server.back : stage.far;
  await seed(source, `${repository}:build-amd64`, { platform: 'linux/amd64', format });
  await seed(source, `${repository}:build-arm64`, { platform: 'linux/arm64', format });
  const from = format === 'oci' ? stage.near : stage.far.host;
  const rest = `mediaType: ${format}, ${builds(`${from}/${repository}`)}`;
  return stage.project(image(`${stage.near}/${repository}`, '[latest]', rest)).run('apply', '--yes');
}

const makeFormat =
  (format: 'oci' | 'docker', mediaType: string) =>
  async (stage: Stage): Promise<void> => {
    const applied = await applyFormat(stage, format);
    expect(applied.code).toBe(0);
    expect(await stage.read(`types/${format}`, 'latest')).toMatchObject({ mediaType });
  };

/** Three tags of one new index. */
export async function applyThreeTags(stage: Stage) {
  await stage.seedBuilds('tags/app');
  const repository = `${stage.near}/tags/app`;
  const applied = await stage
    .project(image(repository, '["1.2.3", "1.2", latest]', builds(repository)))
    .run('apply', '--yes');
  const live = await Promise.all(['1.2.3', '1.2', 'latest'].map((tag) => stage.read('tags/app', tag)));
  return { applied, live };
}

async function moveTagsTogether(stage: Stage): Promise<void> {
  const { applied, live } = await applyThreeTags(stage);
  expect(applied.code).toBe(0);
  expect(live).toEqual([live[0], live[0], live[0]]);
  expect(applied.writes).toEqual([
    expect.stringMatching(/^PUT \/v2\/tags\/app\/manifests\/sha256:[0-9a-f]{64}\?tag=1\.2\.3&tag=1\.2&tag=latest$/),
  ]);
}

async function keepWhatOthersAdded(stage: Stage): Promise<void> {
  await seedTwo(stage, 'amend');
  await stage.project(twoImages(stage, 'amend')).run('apply', '--yes');
  await seed(stage.server.back, 'amend/first:build-s390x', { platform: 'linux/s390x' });
  const target = `${stage.near}/amend/first`;
  const mine = image(target, '[latest]', `unmanagedPlatforms: keep, ${builds(target, '[linux/s390x]')}`);

  const amended = await stage.project(mine).run('apply', '--yes');

  expect(amended.code).toBe(0);
  expect(listEntries(await stage.read('amend/first', 'latest'))).toHaveLength(3);
}

async function onlyShow(stage: Stage): Promise<void> {
  await seedTwo(stage, 'careful');
  const project = stage.project(twoImages(stage, 'careful'));

  const planned = await project.run('plan', '--detailed-exitcode');
  const dry = await project.run('apply', '--dry-run');
  const unconfirmed = await project.run('apply');

  expect(planned).toMatchObject({ code: 2, writes: [] });
  expect(dry).toMatchObject({ code: 0, writes: [] });
  expect(unconfirmed).toMatchObject({ code: 64, writes: [] });
  expect(await stage.read('careful/first', 'latest')).toBeUndefined();
}

/** The main scenarios of `test/e2e/apply.test.ts`, on whatever registry. */
export const SCENARIOS: readonly Scenario[] = [
  { title: 'creates what is absent and writes nothing the second time', needs: ['write'], play: createAndRepeat },
  { title: 'pushes only the index in which a platform moved', needs: ['write'], play: moveOnePlatform },
  { title: 'holds a removed platform back until it is allowed', needs: ['write'], play: removeOnePlatform },
  { title: 'mounts what is in another repository', needs: ['write', 'mount'], play: takeFromAnotherRepository },
  { title: 'takes images out of another registry, and nothing twice', needs: ['write'], play: takeFromAnotherRegistry },
  { title: 'gives images to another registry and is only read', needs: ['read'], play: giveToAnotherRegistry },
  { title: 'gets a multi-arch image as it is', needs: ['write'], play: copyAsItIs },
  { title: 'gets an OCI index', needs: ['write'], play: makeFormat('oci', MEDIA_TYPES.ociIndex) },
  { title: 'gets a Docker list', needs: ['write', 'dockerTypes'], play: makeFormat('docker', MEDIA_TYPES.dockerList) },
  { title: 'has several tags moved in one request', needs: ['write', 'multiTag'], play: moveTagsTogether },
  { title: 'keeps what others added under unmanagedPlatforms: keep', needs: ['write'], play: keepWhatOthersAdded },
  { title: 'gets nothing on a plan, a dry run, or without a yes', needs: ['write'], play: onlyShow },
];
