import { describe, expect, it } from 'vitest';
import { MEDIA_TYPES } from '../../../src/oci/media-types.ts';
import { toReferrersTag } from '../../../src/registry/referrers-tag.ts';
import { buildReferrer, SBOM, toList } from '../../support/build-referrer.ts';
import { AMD64, ARM64, startClientBench, startFaultBench } from '../../support/client-bench.ts';
import {
  type FaultAnswer,
  type FaultHandler,
  type PlainAnswer,
  registryError,
  startFaultServer,
} from '../../support/fault-server.ts';
import { pushImage, pushManifest } from '../../support/push-content.ts';

const SUBJECT = AMD64.descriptor.digest;
const TAG = toReferrersTag(SUBJECT);
const SIGNED = buildReferrer({ subject: AMD64.descriptor, text: 'signed' });
const LISTED = buildReferrer({ subject: AMD64.descriptor, text: 'listed', artifactType: SBOM });
const BARE = buildReferrer({ subject: AMD64.descriptor, text: 'bare', artifactType: null });
const NOTHING = registryError(404, 'MANIFEST_UNKNOWN');
const NO_API: PlainAnswer = { status: 404, headers: { 'content-type': 'text/plain' }, body: '404 page not found\n' };
const WEB_PAGE: PlainAnswer = { headers: { 'content-type': 'text/html' }, body: '<html><title>Welcome</title></html>' };

describe('the referrers of a manifest, where the registry lists them', () => {
  it('are all of them, over as many pages as it takes', async () => {
    const bench = await startClientBench({ maxPageItems: 1 });
    const target = { url: bench.playground.url, repository: 'a/b' };
    for (const referrer of [SIGNED, LISTED, BARE]) await pushImage(target, referrer);
    bench.playground.clearRequests();
    const found = await bench.client.listReferrers(bench.repository('a/b'), SUBJECT);
    expect(sort(found)).toEqual(sort([SIGNED, LISTED, BARE].map(({ descriptor }) => descriptor)));
    expect(bench.traffic()).toHaveLength(3);
  });

  it('are those of one type, as the registry selects them', async () => {
    const bench = await startClientBench();
    const target = { url: bench.playground.url, repository: 'a/b' };
    for (const referrer of [SIGNED, LISTED, BARE]) await pushImage(target, referrer);
    bench.playground.clearRequests();
    const found = await bench.client.listReferrers(bench.repository('a/b'), SUBJECT, { artifactType: SBOM });
    expect(sort(found)).toEqual(sort([LISTED.descriptor, BARE.descriptor]));
    expect(bench.traffic()).toEqual([
      `GET /v2/a/b/referrers/${SUBJECT}?artifactType=application%2Fvnd.example.sbom 200`,
    ]);
  });

  it.each<[string, Record<string, string>, number]>([
    ['says nothing of it', {}, 1],
    ['has applied another filter', { 'oci-filters-applied': 'annotations' }, 1],
    ['has applied it', { 'oci-filters-applied': 'annotations, artifactType' }, 2],
  ])('are selected here when the registry %s', async (_what, headers, count) => {
    const answer = toPage([SIGNED.descriptor, LISTED.descriptor], headers);
    const { client, repository } = await startFaultBench(() => answer);
    expect(await client.listReferrers(repository, SUBJECT, { artifactType: SBOM })).toHaveLength(count);
  });

  it('are none when the list is empty, and the fall-back tag is not asked for', async () => {
    const { client, repository, server } = await startFaultBench(() => toPage([]));
    expect(await client.listReferrers(repository, SUBJECT)).toEqual([]);
    expect(server.seen).toHaveLength(1);
  });

  it('are there once, however often they are named', async () => {
    const other = { ...SIGNED.descriptor, annotations: { again: 'yes' } };
    const { client, repository } = await startFaultBench(() => toPage([SIGNED.descriptor, other]));
    expect(await client.listReferrers(repository, SUBJECT)).toEqual([SIGNED.descriptor]);
  });

  it('go on behind a page without any, as a filter makes them', async () => {
    const { client, repository } = await startFaultBench(({ path }) =>
      path.includes('page=2') ? toPage([SIGNED.descriptor]) : toPage([], { link: '<?page=2>; rel="next"' }),
    );
    expect(await client.listReferrers(repository, SUBJECT)).toEqual([SIGNED.descriptor]);
  });

  it('end when Link goes in a circle', async () => {
    const { client, repository, server } = await startFaultBench(({ path }) => {
      const next = path.includes('page=2') ? '?page=3' : '?page=2';
      return toPage([SIGNED.descriptor], { link: `<${next}>; rel="next"` });
    });
    expect(await client.listReferrers(repository, SUBJECT)).toEqual([SIGNED.descriptor]);
    expect(server.seen).toHaveLength(3);
  });

  it('are not looked for on another host', async () => {
    const trap = await startFaultServer(() => toPage([]));
    const link = `<${trap.url}/v2/a/b/referrers/x>; rel="next"`;
    const { client, repository } = await startFaultBench(() => toPage([SIGNED.descriptor], { link }));
    await expect(client.listReferrers(repository, SUBJECT)).rejects.toMatchObject({ code: 'REGISTRY_PROTOCOL' });
    expect(trap.seen).toEqual([]);
  });

  it.each<[string, FaultAnswer]>([
    ['is not there', registryError(404, 'NAME_UNKNOWN')],
    ['is a web page', WEB_PAGE],
  ])('are an error when a later page %s: a part would pass for the whole', async (_what, answer) => {
    const { client, repository } = await startFaultBench((_request, number) =>
      number === 1 ? toPage([SIGNED.descriptor], { link: '<?page=2>; rel="next"' }) : answer,
    );
    await expect(client.listReferrers(repository, SUBJECT)).rejects.toMatchObject({ code: 'REGISTRY_PROTOCOL' });
  });

  it('are an error when there is no end to the pages', async () => {
    const { client, repository, server } = await startFaultBench((_request, number) =>
      toPage([], { link: `<?page=${number}>; rel="next"` }),
    );
    await expect(client.listReferrers(repository, SUBJECT)).rejects.toMatchObject({ code: 'REGISTRY_PROTOCOL' });
    expect(server.seen.length).toBeLessThanOrEqual(1001);
  });

  it('are an error when there is no end to the bytes', async () => {
    const filler = { ...SIGNED.descriptor, annotations: { filler: 'x'.repeat(7 * 1024 * 1024) } };
    const { client, repository, server } = await startFaultBench((_request, number) =>
      toPage([filler], { link: `<?page=${number}>; rel="next"` }),
    );
    await expect(client.listReferrers(repository, SUBJECT)).rejects.toMatchObject({ code: 'REGISTRY_PROTOCOL' });
    expect(server.seen.length).toBeLessThanOrEqual(5);
  });

  it.each<[string, FaultAnswer, string]>([
    ['is a refusal', registryError(403, 'DENIED'), 'REGISTRY_DENIED'],
    ['is a failure', registryError(500, 'UNKNOWN'), 'REGISTRY_ERROR'],
    [
      'is cut off',
      { headers: { 'content-type': MEDIA_TYPES.ociIndex }, body: '{"schemaVersion":2,' },
      'MANIFEST_INVALID',
    ],
    ['names no digest', toPage([{ ...SIGNED.descriptor, digest: '../../x' }]), 'MANIFEST_INVALID'],
    ['is too large', toPage([{ ...SIGNED.descriptor, data: 'x'.repeat(9 * 1024 * 1024) }]), 'MANIFEST_TOO_LARGE'],
  ])('are an error when the answer %s', async (_what, answer, code) => {
    const { client, repository, server } = await startFaultBench(() => answer);
    await expect(client.listReferrers(repository, SUBJECT)).rejects.toMatchObject({ code });
    expect(server.seen.filter(({ path }) => path.includes('/manifests/'))).toEqual([]);
  });
});

describe('the referrers of a manifest, where the registry does not list them', () => {
  it.each<[string, FaultAnswer]>([
    ['nothing, as distribution', NO_API],
    ['that it knows no such thing', registryError(404, 'UNSUPPORTED')],
    ['a page that is not found', { ...WEB_PAGE, status: 404 }],
    ['a page of its own to every path', WEB_PAGE],
    ['JSON of its own', { headers: { 'content-type': 'application/json' }, body: '{}' }],
    ['that the path is wrong', registryError(400, 'UNSUPPORTED')],
    ['that the digest is of no use', registryError(400, 'DIGEST_INVALID')],
    ['that the method is wrong', { status: 405 }],
    ['that the type is not had', { status: 406 }],
    ['that it is not made yet', { status: 501 }],
    ['that there is no such repository', registryError(404, 'NAME_UNKNOWN')],
  ])('are under the fall-back tag when it answers %s', async (_what, answer) => {
    const { client, repository } = await startFaultBench(withTag(answer, toPage([SIGNED.descriptor])));
    expect(await client.listReferrers(repository, SUBJECT)).toEqual([SIGNED.descriptor]);
  });

  it.each<[string, FaultAnswer]>([
    ['nothing', NO_API],
    ['that the method is wrong', { status: 405 }],
    ['that it is not made yet', { status: 501 }],
  ])('are asked for under the tag alone after it answered %s', async (_what, answer) => {
    const { client, repository, server } = await startFaultBench(withTag(answer, NOTHING));
    await client.listReferrers(repository, SUBJECT);
    await client.listReferrers({ ...repository, path: 'c/d' }, ARM64.descriptor.digest);
    expect(server.seen.map(({ path }) => path)).toEqual([
      `/v2/a/b/referrers/${SUBJECT}`,
      `/v2/a/b/manifests/${TAG}`,
      `/v2/c/d/manifests/${toReferrersTag(ARM64.descriptor.digest)}`,
    ]);
  });

  it('are asked for once when many ask at one time', async () => {
    const bench = await startFaultBench(withTag(NO_API, NOTHING));
    const { client, repository, server } = bench;
    await Promise.all(Array.from({ length: 5 }, () => client.listReferrers(repository, SUBJECT)));
    expect(server.seen.filter(({ path }) => path.includes('/referrers/'))).toHaveLength(1);
  });

  it.each<[string, FaultAnswer]>([
    ['there is no such repository', registryError(404, 'NAME_UNKNOWN')],
    ['the digest is of no use', registryError(400, 'DIGEST_INVALID')],
  ])('are asked for again after it said that %s', async (_what, answer) => {
    const { client, repository, server } = await startFaultBench(withTag(answer, NOTHING));
    await client.listReferrers(repository, SUBJECT);
    await client.listReferrers(repository, SUBJECT);
    expect(server.seen.filter(({ path }) => path.includes('/referrers/'))).toHaveLength(2);
  });

  it('are selected here, each once', async () => {
    const tagged = toPage([SIGNED, LISTED, LISTED, BARE].map(({ descriptor }) => descriptor));
    const { client, repository } = await startFaultBench(withTag(NO_API, tagged));
    const found = await client.listReferrers(repository, SUBJECT, { artifactType: SBOM });
    expect(found).toEqual([LISTED.descriptor, BARE.descriptor]);
  });

  it('are none when there is no such tag', async () => {
    const bench = await startClientBench({ features: { referrers: false } });
    expect(await bench.client.listReferrers(bench.repository('a/b'), SUBJECT)).toEqual([]);
  });

  it('are none when the tag holds an image', async () => {
    const bench = await startClientBench({ features: { referrers: false } });
    const target = { url: bench.playground.url, repository: 'a/b' };
    await pushImage(target, AMD64);
    await pushManifest({ ...target, tag: TAG }, AMD64.manifest);
    expect(await bench.client.listReferrers(bench.repository('a/b'), SUBJECT)).toEqual([]);
  });

  it.each<[string, FaultAnswer, string]>([
    ['is refused', registryError(403, 'DENIED'), 'REGISTRY_DENIED'],
    ['fails', registryError(500, 'UNKNOWN'), 'REGISTRY_ERROR'],
    ['is a web page', WEB_PAGE, 'MANIFEST_INVALID'],
    ['is a web page that is not found', { ...WEB_PAGE, status: 404 }, 'REGISTRY_ERROR'],
  ])('are an error when the tag %s: unreadable is not absent', async (_what, answer, code) => {
    const { client, repository } = await startFaultBench(withTag(NO_API, answer));
    await expect(client.listReferrers(repository, SUBJECT)).rejects.toMatchObject({ code });
  });
});

/** A registry without the API, that has `tagged` under the fall-back tag. */
function withTag(api: FaultAnswer, tagged: FaultAnswer): FaultHandler {
  return ({ path }) => (path.includes('/referrers/') ? api : tagged);
}

function toPage(manifests: readonly unknown[], headers: Record<string, string> = {}): PlainAnswer {
  return { headers: { 'content-type': MEDIA_TYPES.ociIndex, ...headers }, body: toList(manifests) };
}

function sort(descriptors: readonly { readonly digest: string }[]): readonly unknown[] {
  return [...descriptors].sort((left, right) => (left.digest < right.digest ? -1 : 1));
}
