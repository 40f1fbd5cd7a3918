import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openContentCache } from '../../../src/cache/content-cache.ts';
import type { Declaration } from '../../../src/config/declaration.ts';
import type { Digest } from '../../../src/oci/digest.ts';
import { parsePlatform } from '../../../src/oci/platform.ts';
import { parseReference, type Reference } from '../../../src/oci/reference.ts';
import { type Playground, startPlayground } from '../../../src/playground/server.ts';
import type { RegistryClient } from '../../../src/registry/client.ts';
import type { DesiredIndex } from '../../../src/state/desired.ts';
import { readState } from '../../../src/state/read-state.ts';
import { callApi } from '../../support/api-call.ts';
import { makeClient } from '../../support/make-client.ts';
import { weave } from '../../support/run-plan.ts';
import { makeTempDir } from '../../support/temp-dir.ts';

let playground: Playground;
let client: RegistryClient;
let directory: string;
beforeEach(async () => {
  // Takes an index whose image is gone, as some registries do: nobody after the plan would notice.
  playground = await startPlayground({ seed: true, features: { sparse: true } });
  client = makeClient({ access: 'read' });
  directory = makeTempDir();
});
afterEach(async () => {
  await client.close();
  await playground.close();
});

const at = (name: string): Reference => parseReference(`${playground.host}/demo/builds/${name}`);

async function findDigest({ repository, tag = '' }: Reference): Promise<Digest> {
  const head = await client.headManifest(repository, tag);
  return head!.digest;
}

/** Deletes the manifest itself, as a clean-up does. */
async function remove({ repository }: Reference, digest: Digest): Promise<void> {
  await callApi(`${playground.url}/v2/${repository.path}/manifests/${digest}`, { method: 'DELETE' });
}

async function read(declaration: Declaration): Promise<DesiredIndex> {
  const [state] = await readState(client, [declaration], { cache: openContentCache({ directory }) });
  return state!.desired;
}

/** One platform of `demo/out`, from `source`, with what else the entry says. */
function from(source: Reference, more: object = {}): Declaration {
  const declaration = weave(`${playground.host}/demo/out`, ['1'], { 'linux/amd64': `${playground.host}/x` });
  if (declaration.content.kind !== 'platforms') throw new Error('no platforms');
  const entries = declaration.content.entries.map((entry) => ({ ...entry, source, ...more }));
  return { ...declaration, content: { kind: 'platforms', entries } };
}

describe('a source that is in the cache and gone from its registry', () => {
  it('is missing when it is pinned', async () => {
    const source = at('hello:1.0.0-amd64');
    const digest = await findDigest(source);
    const declaration = from({ repository: source.repository, digest });
    const before = await read(declaration);
    await remove(source, digest);

    expect(before.kind).toBe('resolved');
    expect(await read(declaration)).toMatchObject({
      kind: 'failed',
      failures: [{ error: { code: 'SOURCE_MISSING' } }],
    });
  });

  it('is missing when it is an image of an index that is still there', async () => {
    const source = at('attested:1.0.0');
    const declaration = from(source, { select: parsePlatform('linux/amd64') });
    const before = await read(declaration);
    if (before.kind !== 'resolved' || before.content.kind !== 'index') throw new Error('not resolved');
    await remove(source, before.content.entries[0]!.descriptor.digest);

    expect(await read(declaration)).toMatchObject({
      kind: 'failed',
      failures: [{ error: { code: 'SOURCE_MISSING' } }],
    });
  });

  it('is missing when the whole of it is to be copied', async () => {
    const source = at('attested:1.0.0');
    const digest = await findDigest(source);
    const declaration: Declaration = {
      ...from(source),
      content: { kind: 'copy', from: { repository: source.repository, digest } },
    };
    await read(declaration);
    await remove(source, digest);

    expect(await read(declaration)).toMatchObject({
      kind: 'failed',
      failures: [{ error: { code: 'SOURCE_MISSING' } }],
    });
  });

  it('keeps its platform as it is live when it is optional', async () => {
    const source = at('hello:1.0.0-amd64');
    const digest = await findDigest(source);
    const declaration = from({ repository: source.repository, digest }, { optional: true });
    await read(declaration);
    await remove(source, digest);

    expect(await read(declaration)).toMatchObject({
      kind: 'resolved',
      content: { entries: [], retained: [{ os: 'linux', architecture: 'amd64' }] },
    });
  });

  it('is no matter while the target holds it', async () => {
    const source = at('hello:1.0.0-amd64');
    const digest = await findDigest(source);
    const declaration = { ...from({ repository: source.repository, digest }) };
    const first = await read(declaration);
    if (first.kind !== 'resolved') throw new Error('not resolved');
    const writer = makeClient();
    await writer.putManifest(declaration.targets[0]!.repository, '1', first.content.stored);
    await writer.close();
    await remove(source, digest);

    expect(await read(declaration)).toMatchObject({ kind: 'resolved' });
  });
});
