import { describe, expect, it } from 'vitest';
import { AMD64, startClientBench, startFaultBench } from '../../support/client-bench.ts';
import { type FaultAnswer, registryError, startFaultServer } from '../../support/fault-server.ts';
import { pushImage, pushManifest } from '../../support/push-content.ts';

describe('the tags of a repository', () => {
  it('are all of them, over as many pages as it takes', async () => {
    const bench = await startClientBench({ maxPageItems: 3 });
    const target = { url: bench.playground.url, repository: 'a/b' };
    await pushImage(target, AMD64);
    const tags = Array.from({ length: 10 }, (_, number) => `t${number}`);
    for (const tag of tags) await pushManifest({ ...target, tag }, AMD64.manifest);
    bench.playground.clearRequests();
    expect(await bench.client.listTags(bench.repository('a/b'))).toEqual(tags);
    expect(bench.traffic()).toHaveLength(4);
  });

  it('are none when there is no such repository', async () => {
    const bench = await startClientBench();
    expect(await bench.client.listTags(bench.repository('no/where'))).toEqual([]);
  });

  it.each<[string, FaultAnswer]>([
    ['null', toPage(null)],
    ['an empty list', toPage([])],
    ['no list', { body: '{"name":"a/b"}' }],
  ])('are none when the answer holds %s', async (_what, answer) => {
    const { client, repository } = await startFaultBench(() => answer);
    expect(await client.listTags(repository)).toEqual([]);
  });

  it('are without what is no tag, as digests in Artifactory', async () => {
    const { client, repository } = await startFaultBench(() =>
      toPage(['a', `sha256:${'0'.repeat(64)}`, '../x', 7, 'b']),
    );
    expect(await client.listTags(repository)).toEqual(['a', 'b']);
  });

  it.each([
    '</v2/a/b/tags/list?n=2&last=b>; rel="next"',
    '<?n=2&last=b>;rel=next',
    '<list?n=2&last=b>; title="a, b"; rel="prev next"',
    '</first>; rel="first", </v2/a/b/tags/list?n=2&last=b> ; REL = "next"',
  ])('go on where Link says: %s', async (link) => {
    const { client, repository } = await startFaultBench(({ path }) =>
      path.includes('last=b') ? toPage(['c']) : { ...toPage(['a', 'b']), headers: { link } },
    );
    expect(await client.listTags(repository)).toEqual(['a', 'b', 'c']);
  });

  it('are asked for further after a full page without Link', async () => {
    const all = Array.from({ length: 2500 }, (_, number) => `t${String(number).padStart(4, '0')}`);
    const { client, repository, server } = await startFaultBench(({ path }) => {
      const last = new URL(path, 'http://x').searchParams.get('last') ?? '';
      return toPage(all.filter((tag) => tag > last).slice(0, 1000));
    });
    expect(await client.listTags(repository)).toEqual(all);
    expect(server.seen).toHaveLength(3);
  });

  it('end when the registry does not know where it was, as zot', async () => {
    const all = Array.from({ length: 1000 }, (_, number) => `t${number}`);
    const { client, repository } = await startFaultBench((_request, number) =>
      number === 1 ? toPage(all) : registryError(404, 'NAME_UNKNOWN'),
    );
    expect(await client.listTags(repository)).toHaveLength(1000);
  });

  it('end when a page repeats, as with servers that ignore where to go on', async () => {
    const all = Array.from({ length: 1500 }, (_, number) => `t${number}`);
    const { client, repository, server } = await startFaultBench(() => toPage(all));
    expect(await client.listTags(repository)).toHaveLength(1500);
    expect(server.seen).toHaveLength(2);
  });

  it('end when Link goes in a circle', async () => {
    const { client, repository, server } = await startFaultBench((_request, number) => ({
      ...toPage([`t${number}`]),
      headers: { link: '</v2/a/b/tags/list?n=1000>; rel="next"' },
    }));
    expect(await client.listTags(repository)).toEqual(['t1']);
    expect(server.seen).toHaveLength(1);
  });

  it('are not looked for on another host', async () => {
    const trap = await startFaultServer(() => toPage(['evil']));
    const { client, repository } = await startFaultBench(() => ({
      ...toPage(['a']),
      headers: { link: `<${trap.url}/x>; rel="next"` },
    }));
    await expect(client.listTags(repository)).rejects.toMatchObject({ code: 'REGISTRY_PROTOCOL' });
    expect(trap.seen).toEqual([]);
  });

  it.each<[string, FaultAnswer, string]>([
    ['a web page', { status: 200, body: '<html>' }, 'REGISTRY_PROTOCOL'],
    [
      'a web page instead of a 404',
      { status: 404, headers: { 'content-type': 'text/html' }, body: '<html>' },
      'REGISTRY_ERROR',
    ],
    ['a refusal', registryError(403, 'DENIED'), 'REGISTRY_DENIED'],
    ['a page without end', { body: ' '.repeat(17 * 1024 * 1024) }, 'REGISTRY_PROTOCOL'],
  ])('are an error when the answer is %s', async (_what, answer, code) => {
    const { client, repository } = await startFaultBench(() => answer);
    await expect(client.listTags(repository)).rejects.toMatchObject({ code });
  });
});

function toPage(tags: readonly unknown[] | null): { body: string } {
  return { body: JSON.stringify({ name: 'a/b', tags }) };
}
