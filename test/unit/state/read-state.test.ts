import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Declaration, DeclaredContent, PlatformSource } from '../../../src/config/declaration.ts';
import { computeDigest } from '../../../src/oci/digest.ts';
import { normalizePlatform, parsePlatform } from '../../../src/oci/platform.ts';
import { parseReference } from '../../../src/oci/reference.ts';
import { parseRepository } from '../../../src/oci/repository.ts';
import { type Playground, startPlayground } from '../../../src/playground/server.ts';
import type { RegistryClient } from '../../../src/registry/client.ts';
import type { DesiredIndex } from '../../../src/state/desired.ts';
import { readState } from '../../../src/state/read-state.ts';
import { makeClient } from '../../support/make-client.ts';
import { declare } from '../../support/states.ts';

let playground: Playground;
let client: RegistryClient;
beforeAll(async () => {
  playground = await startPlayground({ seed: true });
  client = makeClient({ access: 'read' });
});
afterAll(async () => {
  await client.close();
  await playground.close();
});

const at = (name: string) => parseReference(`${playground.host}/demo/${name}`);
const target = () => [{ repository: parseRepository(`${playground.host}/demo/out`), tags: ['1'] }];

function entry(platform: string, source: string, more: Partial<PlatformSource> = {}): PlatformSource {
  return {
    platform: normalizePlatform(parsePlatform(platform)),
    origin: { file: 'manifests.yaml', line: 1, column: 1 },
    source: at(source),
    optional: false,
    annotations: {},
    ...more,
  };
}

async function resolve(content: DeclaredContent, more: Partial<Declaration> = {}): Promise<DesiredIndex> {
  const [state] = await readState(client, [declare({ targets: target(), content, ...more })]);
  if (state === undefined) throw new Error('no state');
  return state.desired;
}

const platforms = (...entries: readonly PlatformSource[]): DeclaredContent => ({ kind: 'platforms', entries });

function describeEntries(desired: DesiredIndex): readonly string[] {
  if (desired.kind === 'failed') return desired.failures.map(({ error }) => error.code);
  if (desired.content.kind === 'copy') return [desired.content.stored.digest];
  return desired.content.entries.map(({ kind, descriptor }) => `${kind} ${JSON.stringify(descriptor.platform)}`);
}

const LINUX = '{"os":"linux","architecture":"amd64"}';

describe('an entry of platforms', () => {
  it('takes its image, and what the key is silent about from the image config', async () => {
    const desired = await resolve(
      platforms(
        entry('linux/x86_64', 'builds/hello:1.0.0-amd64'),
        entry('windows/amd64', 'builds/hello-windows:1.0.0-ltsc2022'),
      ),
    );

    expect(describeEntries(desired)).toEqual([
      `image ${LINUX}`,
      'image {"osVersion":"10.0.20348.2227","os":"windows","architecture":"amd64"}',
    ]);
  });

  it('counts an index of one image as that image and brings its attestation', async () => {
    const desired = await resolve(platforms(entry('linux/amd64', 'builds/attested:1.0.0-amd64')));

    expect(describeEntries(desired)).toEqual([
      `image ${LINUX}`,
      'attestation {"os":"unknown","architecture":"unknown"}',
    ]);
  });

  it('leaves attestations out under attestations: drop', async () => {
    const content = platforms(entry('linux/amd64', 'builds/attested:1.0.0-amd64'));

    expect(describeEntries(await resolve(content, { attestations: 'drop' }))).toEqual([`image ${LINUX}`]);
  });

  it.each([
    ['is absent', 'builds/hello:9.9.9', {}, 'SOURCE_MISSING'],
    ['is in a repository that does not exist', 'nowhere:1', {}, 'SOURCE_MISSING'],
    ['holds several images', 'builds/attested:1.0.0', {}, 'SOURCE_IS_INDEX'],
    ['is for another platform', 'builds/hello:1.0.0-arm64', {}, 'SOURCE_PLATFORM_MISMATCH'],
    [
      'has no such platform',
      'builds/attested:1.0.0',
      { select: parsePlatform('linux/s390x') },
      'SOURCE_PLATFORM_MISSING',
    ],
    [
      'is one image where one is to be selected',
      'builds/hello:1.0.0-amd64',
      { select: parsePlatform('linux/amd64') },
      'SOURCE_NOT_INDEX',
    ],
  ] as const)('fails when its source %s', async (_what, source, more, code) => {
    expect(describeEntries(await resolve(platforms(entry('linux/amd64', source, more))))).toEqual([code]);
  });

  it('reports every failure of an image, not only the first', async () => {
    const content = platforms(
      entry('linux/amd64', 'builds/hello:9.9.9'),
      entry('linux/arm64', 'builds/hello:1.0.0-amd64'),
    );

    expect(describeEntries(await resolve(content))).toEqual(['SOURCE_MISSING', 'SOURCE_PLATFORM_MISMATCH']);
  });

  it('publishes as declared what an override names', async () => {
    const override = { architecture: 'arm64' };
    const desired = await resolve(platforms(entry('linux/arm64', 'builds/hello:1.0.0-amd64', { override })));

    expect(describeEntries(desired)).toEqual(['image {"os":"linux","architecture":"arm64"}']);
  });

  it('notes an override that says what the image says anyway', async () => {
    const override = { architecture: 'amd64' };
    const desired = await resolve(platforms(entry('linux/amd64', 'builds/hello:1.0.0-amd64', { override })));

    expect(desired).toMatchObject({ notices: [{ code: 'override-redundant' }] });
  });

  it('is retained when it is optional and absent', async () => {
    const content = platforms(
      entry('linux/amd64', 'builds/hello:1.0.0-amd64'),
      entry('linux/arm64', 'builds/hello:9.9.9', { optional: true }),
    );

    expect(await resolve(content)).toMatchObject({
      content: { retained: [{ os: 'linux', architecture: 'arm64' }], entries: [{ kind: 'image' }] },
    });
  });

  it('may not bring a second image for one platform', async () => {
    const content = platforms(
      entry('windows/amd64', 'builds/hello-windows:1.0.0-ltsc2022'),
      entry('windows(10.0.20348.2227)/amd64', 'builds/hello-windows:1.1.0-ltsc2022'),
    );

    expect(describeEntries(await resolve(content))).toEqual(['PLATFORM_DUPLICATE']);
  });
});

describe('from', () => {
  it('takes all images of the source, each followed by its attestation at the end', async () => {
    const desired = await resolve({ kind: 'from', from: at('builds/attested:1.0.0') });

    expect(describeEntries(desired).map((text) => text.split(' ')[0])).toEqual([
      'image',
      'image',
      'attestation',
      'attestation',
    ]);
  });

  it('takes selected platforms with their own attestations only', async () => {
    const select = [parsePlatform('linux/arm64')];
    const desired = await resolve({ kind: 'from', from: at('builds/attested:1.0.0'), select });

    expect(describeEntries(desired)).toHaveLength(2);
  });

  it('refuses a source that is one image', async () => {
    const desired = await resolve({ kind: 'from', from: at('builds/hello:1.0.0-amd64') });

    expect(describeEntries(desired)).toEqual(['SOURCE_NOT_INDEX']);
  });
});

describe('the media type', () => {
  const classic = () => platforms(entry('linux/amd64', 'builds/classic:1.0.0-amd64'));

  it.each([
    ['oci', 'application/vnd.oci.image.index.v1+json'],
    ['docker', 'application/vnd.docker.distribution.manifest.list.v2+json'],
    ['auto', 'application/vnd.docker.distribution.manifest.list.v2+json'],
  ] as const)('of Docker images under %s', async (mediaType, expected) => {
    expect(await resolve(classic(), { mediaType })).toMatchObject({ content: { stored: { mediaType: expected } } });
  });

  it('docker cannot hold attestations', async () => {
    const content = platforms(entry('linux/amd64', 'builds/attested:1.0.0-amd64'));

    expect(describeEntries(await resolve(content, { mediaType: 'docker' }))).toEqual(['MEDIA_TYPE_CONFLICT']);
  });
});

describe('attestations: require', () => {
  it('refuses an image without one', async () => {
    const content = platforms(entry('linux/amd64', 'builds/hello:1.0.0-amd64'));

    expect(describeEntries(await resolve(content, { attestations: 'require' }))).toEqual(['ATTESTATION_MISSING']);
  });
});

describe('as: copy', () => {
  it('keeps the bytes of the source', async () => {
    const desired = await resolve({ kind: 'copy', from: at('builds/attested:1.0.0') });

    expect(desired).toMatchObject({ kind: 'resolved', content: { kind: 'copy' } });
    if (desired.kind !== 'resolved') return;
    const { stored } = desired.content;
    expect(computeDigest(stored.bytes)).toBe(stored.digest);
  });
});

describe('the registry', () => {
  it('is asked once for a source that several images share', async () => {
    playground.clearRequests();
    const content = platforms(entry('linux/amd64', 'vendor/tool:2.3.0-amd64'));
    await readState(client, [
      declare({ targets: target(), content }),
      declare({ id: 'b', targets: target(), content }),
    ]);

    const reads = playground.requests.filter(({ path }) => path.includes('/demo/vendor/tool/manifests/'));
    expect(reads).toHaveLength(1);
  });

  it('that does not answer makes tags unreadable, not absent', async () => {
    const gone = [{ repository: parseRepository('127.0.0.1:1/app'), tags: ['1'] }];
    const content = platforms(entry('linux/amd64', 'builds/hello:1.0.0-amd64'));
    const [state] = await readState(client, [declare({ targets: gone, content })]);

    expect(state?.targets[0]?.tags[0]?.live).toMatchObject({
      kind: 'unreadable',
      error: { code: 'REGISTRY_UNREACHABLE' },
    });
  });
});
