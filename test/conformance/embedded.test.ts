import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { PlaygroundOptions } from '../../src/playground/options.ts';
import { startPlayground } from '../../src/playground/server.ts';
import { sendRaw } from '../support/raw-http.ts';
import { makeTempDir } from '../support/temp-dir.ts';
import type { Prepared } from './api.ts';
import { defineTable, reportTogether, type StartedServer } from './define-table.ts';
import { pushReferrerOfBefore } from './upgrade.ts';

/** One of the samples, which are in a registry of its own at its start. */
const SAMPLE = { repository: 'demo/vendor/tool', tag: '2.3.0-amd64' };
const LEAST = {
  multiTag: false,
  mount: true,
  anonymousMount: false,
  singlePost: false,
  tagDelete: false,
  referrers: false,
  sparse: true,
};
const UPGRADED = 'conformance/upgraded';

type Place = Pick<PlaygroundOptions, 'directory'>;

async function start(newPlace: () => Place, options: PlaygroundOptions = {}): Promise<StartedServer> {
  const plain = await startPlayground({ ...newPlace(), ...options });
  const locked = await startPlayground({ ...newPlace(), ...options, readOnly: true, seed: true });
  const basicAuth = { username: 'weaver', password: 'warp' };
  const guarded = await startPlayground({ ...newPlace(), ...options, seed: true, basicAuth });
  const { headers } = await sendRaw(`${locked.url}/v2/${SAMPLE.repository}/manifests/${SAMPLE.tag}`);
  const digest = String(headers['docker-content-digest']);
  return {
    url: plain.url,
    prepared: {
      locked: { ...SAMPLE, url: locked.url, digest },
      guarded: { ...SAMPLE, url: guarded.url, digest },
    },
    stop: async () => {
      await Promise.all([plain.close(), locked.close(), guarded.close()]);
    },
  };
}

/** A folder in which a registry without the referrers API left an image with a subject, and one with it goes on. */
async function startUpgraded(): Promise<{ readonly prepared: Prepared; readonly stop: () => Promise<void> }> {
  const directory = makeTempDir();
  const before = await startPlayground({ directory, features: { referrers: false } });
  const pushed = await pushReferrerOfBefore({ url: before.url, repository: UPGRADED });
  await before.close();
  const kept = join(directory, 'docker/registry/v2/repositories', UPGRADED, '_referrers');
  await rm(kept, { recursive: true });
  const after = await startPlayground({ directory });
  return { prepared: { ...pushed, url: after.url }, stop: () => after.close() };
}

const inMemory = defineTable({
  title: 'the embedded registry, in memory',
  without: ['upgraded'],
  start: () => start(() => ({})),
});

const onDisk = defineTable({
  title: 'the embedded registry, on disk',
  start: async () => {
    const [server, upgraded] = await Promise.all([start(() => ({ directory: makeTempDir() })), startUpgraded()]);
    return {
      url: server.url,
      prepared: { ...server.prepared, upgraded: upgraded.prepared },
      stop: async () => {
        await Promise.all([server.stop(), upgraded.stop()]);
      },
    };
  },
});

/** What a registry may leave out, left out: what is wanted of it then is held as well. */
defineTable({
  title: 'the embedded registry, without what is optional',
  without: ['referrers', 'tagDeletion', 'upgraded'],
  exceptions: {
    'mount/without-from': 'it is told not to',
    'category/discovery': 'it is told to have no referrers API',
    'category/management': 'it is told not to delete tags',
    'multi-tag/ten': 'it is told to take no tags in a query',
  },
  start: () => start(() => ({}), { features: LEAST }),
});

reportTogether([inMemory, onDisk]);
