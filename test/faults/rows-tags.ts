import { expect } from 'vitest';
import { AMD64, NO_DIGEST, startFaultBench } from '../support/client-bench.ts';
import { type FaultAnswer, registryError, startFaultServer } from '../support/fault-server.ts';
import { describeResult } from '../support/run-plan.ts';
import { startApplyBench, TARGET } from './apply-bench.ts';
import { listRequests } from './fault-bench.ts';
import { expectCode, type FaultRow } from './fault-row.ts';

const MANY = Array.from({ length: 100_000 }, (_, number) => `t${String(number).padStart(6, '0')}`);

export const TAG_ROWS: readonly FaultRow[] = [
  {
    number: 40,
    fault: 'tags/list: null, empty, a page again, Link to another host, a full page without Link, 100,000 tags',
    expected: 'no loop, no leak, bounded memory',
    run: async () => {
      for (const tags of [null, []]) {
        const { client, repository } = await startFaultBench(() => toPage(tags));
        expect(await client.listTags(repository)).toEqual([]);
      }
      const same = await startFaultBench(() => toPage(MANY.slice(0, 1000), '</v2/a/b/tags/list?n=1000&last=x>'));
      expect(await same.client.listTags(same.repository)).toHaveLength(1000);
      expect(same.server.seen.length).toBeLessThanOrEqual(2);
      await leadAway();
      const noLink = await startFaultBench(({ path }) => toPage(pageAfter(path)));
      expect(await noLink.client.listTags(noLink.repository)).toEqual(MANY);
      expect(noLink.server.seen).toHaveLength(101);
      const endless = await startFaultBench((_request, number) =>
        toPage([`t${number}`], `</v2/a/b/tags/list?last=t${number}>`),
      );
      expect(await endless.client.listTags(endless.repository)).toHaveLength(10_000);
      const large = await startFaultBench(() => ({ body: `{"tags":["${'x'.repeat(17 * 1024 * 1024)}"]}` }));
      await expectCode(large.client.listTags(large.repository), 'REGISTRY_PROTOCOL');
    },
  },
  {
    number: 41,
    fault: 'several tags in one PUT: ignored (201 without OCI-Tag), or confirmed in part',
    expected: 'the other tags by single PUTs',
    run: async () => {
      const ignoring = await startApplyBench({ features: { multiTag: false } });
      const all = await ignoring.apply(await ignoring.plan(ignoring.declare(['1.0.0', '1.0', 'latest'])));
      expect(describeResult(all).every((line) => line.endsWith(' done'))).toBe(true);
      expect(listTagPuts(ignoring.writes())).toEqual(['?tag', '1.0.0', '1.0', 'latest']);
      const partial = await startApplyBench({ features: { multiTag: false } });
      partial.hooks.after = async (request, response) => {
        if (request.url?.includes('?tag=') !== true) return false;
        await storeUnder('1.0', partial.playground.url, request.url);
        response.writeHead(201, { 'oci-tag': '1.0' }).end();
        return true;
      };
      const some = await partial.apply(await partial.plan(partial.declare(['1.0.0', '1.0', 'latest'])));
      expect(describeResult(some).every((line) => line.endsWith(' done'))).toBe(true);
      // The one PUT of 1.0 is the registry's own, which stores what it confirms.
      expect([...listTagPuts(partial.writes())].sort()).toEqual(['1.0', '1.0.0', '?tag', 'latest']);
    },
  },
  {
    number: 42,
    fault: 'DELETE of a tag: 400, 405, 404',
    expected: 'unsupported, or gone already; the digest is never deleted instead',
    run: async () => {
      for (const [answer, outcome] of [
        [registryError(400, 'DIGEST_INVALID', 'provided digest did not match uploaded content'), 'unsupported'],
        [registryError(405, 'UNSUPPORTED'), 'unsupported'],
        [registryError(404, 'MANIFEST_UNKNOWN'), 'absent'],
        [{ status: 202 }, 'deleted'],
      ] as const) {
        const { client, repository, server } = await startFaultBench(() => answer);
        expect(await client.deleteTag(repository, 'old')).toBe(outcome);
        expect(listRequests(server)).toEqual(['DELETE /v2/a/b/manifests/old']);
      }
      const { client, repository, server } = await startFaultBench(() => ({ status: 202 }));
      for (const digest of [NO_DIGEST, AMD64.manifest.digest])
        await expectCode(client.deleteTag(repository, digest), 'REFERENCE_INVALID');
      expect(server.seen).toEqual([]);
    },
  },
];

function toPage(tags: readonly string[] | null, next?: string): FaultAnswer {
  const body = JSON.stringify({ name: 'a/b', tags });
  return next === undefined ? { body } : { body, headers: { link: `${next}; rel="next"` } };
}

function pageAfter(path: string): readonly string[] {
  const last = new URL(path, 'http://x').searchParams.get('last');
  const start = last === null ? 0 : MANY.indexOf(last) + 1;
  return MANY.slice(start, start + 1000);
}

async function leadAway(): Promise<void> {
  const trap = await startFaultServer(() => toPage(['evil']));
  for (const link of [`<${trap.url}/x>`, `<//${trap.host}/x>`, `<HTTP://${trap.host}/x>`]) {
    const { client, repository } = await startFaultBench(() => toPage(['a'], link));
    await expectCode(client.listTags(repository), 'REGISTRY_PROTOCOL');
  }
  expect(trap.seen).toEqual([]);
}

/** What each PUT of a tag, or of several, of the target was for. */
function listTagPuts(writes: readonly string[]): readonly string[] {
  return writes.flatMap((line) => {
    const reference = new RegExp(`^PUT /v2/${TARGET}/manifests/(.*)$`).exec(line)?.[1] ?? '';
    if (reference.includes('?tag=')) return ['?tag'];
    return reference === '' || reference.includes(':') ? [] : [reference];
  });
}

/** Gives the manifest of the request another tag, as the registry that confirms it would. */
async function storeUnder(tag: string, url: string, path: string): Promise<void> {
  const stored = await fetch(`${url}${path.split('?')[0]}`, { headers: { accept: '*/*' } });
  const headers = { 'content-type': stored.headers.get('content-type') ?? '' };
  await fetch(`${url}/v2/${TARGET}/manifests/${tag}`, { method: 'PUT', headers, body: await stored.arrayBuffer() });
}
