import { expect } from 'vitest';
import { describeManifest, INDEX, NO_DIGEST, startFaultBench } from '../support/client-bench.ts';
import { type FaultAnswer, registryError } from '../support/fault-server.ts';
import { applyAll, describeResult, weave } from '../support/run-plan.ts';
import { countLines, firstTag, isTagPut, startApplyBench, TARGET } from './apply-bench.ts';
import { countMethod, LIVE, OTHER } from './fault-bench.ts';
import { expectCode, type FaultRow } from './fault-row.ts';
import { repairChildren } from './missing-children.ts';
import { readOnlyRegistries } from './read-only-registries.ts';
import { mountBadly } from './refused-mounts.ts';

const TAG_PUT = /^PUT .*\/manifests\/1\.0\.0$/;

export const WRITE_ROWS: readonly FaultRow[] = [
  {
    number: 29,
    fault: 'ECONNRESET after the body of a PUT was sent',
    expected: 'a HEAD; counts as success when it shows the digest',
    run: async () => {
      const bench = await startApplyBench();
      const plan = await bench.plan(bench.declare(['1.0.0']));
      bench.hooks.after = (request) => isTagPut(request) && request.socket.destroy() !== undefined;
      const result = await bench.apply(plan);
      expect(describeResult(result)).toEqual([`${TARGET}:1.0.0 done`]);
      expect(countLines(bench.manifests(), TAG_PUT)).toBe(1);
      expect(bench.manifests().slice(-3)).toEqual([
        `PUT /v2/${TARGET}/manifests/1.0.0`,
        `HEAD /v2/${TARGET}/manifests/1.0.0`,
        `HEAD /v2/${TARGET}/manifests/1.0.0`,
      ]);
    },
  },
  {
    number: 30,
    fault: 'a PUT is answered 500 and stored all the same',
    expected: 'as for a reset: one PUT, success',
    run: async () => {
      const bench = await startApplyBench();
      const plan = await bench.plan(bench.declare(['1.0.0']));
      bench.hooks.after = (request, response) => isTagPut(request) && response.writeHead(500).end() !== undefined;
      const result = await bench.apply(plan);
      expect(describeResult(result)).toEqual([`${TARGET}:1.0.0 done`]);
      expect(countLines(bench.manifests(), TAG_PUT)).toBe(1);
    },
  },
  {
    number: 31,
    fault: 'a PUT is answered 201 with the digest of something else',
    expected: 'an error after a HEAD, with what that shows',
    run: async () => {
      const bench = await startApplyBench();
      const plan = await bench.plan(bench.declare(['1.0.0']));
      bench.hooks.after = (request, response) =>
        isTagPut(request) && response.writeHead(201, { 'docker-content-digest': NO_DIGEST }).end() !== undefined;
      const tag = firstTag(await bench.apply(plan));
      expect(tag).toMatchObject({ status: 'failed', code: 'DIGEST_MISMATCH' });
      expect(tag.message).toContain(`shows ${plan.changes[0]?.index?.slice(7, 14)}`);
      expect(
        bench
          .manifests()
          .slice(-2)
          .map((line) => line.split(' ')[0]),
      ).toEqual(['PUT', 'HEAD']);
    },
  },
  {
    number: 32,
    fault: 'MANIFEST_BLOB_UNKNOWN, MANIFEST_INVALID (zot) or 404 (crane) for an index',
    expected: 'its images are copied again once, then an error that names the digest',
    run: repairChildren,
  },
  {
    number: 33,
    fault: 'an immutable tag that holds the same or another digest (ECR, Harbor, Nexus, GAR, Quay)',
    expected: 'success, or a clear error without a second try',
    run: async () => {
      for (const refusal of IMMUTABLE) {
        const same = await startFaultBench(({ method }) => (method === 'PUT' ? refusal : LIVE));
        await same.client.putManifest(same.repository, 'x', INDEX.manifest);
        const other = await startFaultBench(({ method }) => (method === 'PUT' ? refusal : OTHER));
        const write = other.client.putManifest(other.repository, 'x', INDEX.manifest);
        await expectCode(write, 'REGISTRY_TAG_IMMUTABLE');
        expect([same, other].map(({ server }) => countMethod(server, 'PUT'))).toEqual([1, 1]);
      }
    },
  },
  {
    number: 34,
    fault: 'the tag moved between plan and apply',
    expected: 'stopped before any PUT; both digests are shown',
    run: async () => {
      const bench = await startApplyBench();
      await bench.apply(await bench.plan(bench.declare(['1.0.0'])));
      const plan = await bench.plan(bench.declare(['1.0.0'], '1.1.0'));
      const rival = weave(`${bench.playground.host}/${TARGET}`, ['1.0.0'], {
        'linux/amd64': `${bench.playground.host}/demo/builds/hello:1.1.0-amd64`,
        'linux/arm64': `${bench.playground.host}/demo/builds/hello:1.0.0-arm64`,
      });
      const moved = await bench.plan(rival);
      await bench.apply(moved);
      bench.playground.clearRequests();
      const result = await applyAll(bench.client, plan, { clock: bench.clock, plannedAt: -60_000 });
      const tag = firstTag(result);
      expect(tag).toMatchObject({ status: 'stale', code: 'TAG_STALE' });
      for (const digest of [plan.changes[0]?.tags[0]?.expect, moved.changes[0]?.index])
        expect(tag.message).toContain(digest?.slice(7, 14));
      expect(bench.writes()).toEqual([]);
    },
  },
  {
    number: 35,
    fault: 'the tag moved right after the PUT',
    expected: 'reported as overwritten by another writer',
    run: async () => {
      const bench = await startApplyBench();
      const plan = await bench.plan(bench.declare(['1.0.0']));
      let isPushed = false;
      bench.hooks.before = (request, response) => {
        if (request.method !== 'HEAD' || !isPushed) return false;
        response.writeHead(200, describeManifest(INDEX.manifest)).end();
        return true;
      };
      bench.hooks.after = (request) => {
        isPushed ||= isTagPut(request);
        return false;
      };
      const tag = firstTag(await bench.apply(plan));
      expect(tag).toMatchObject({ status: 'failed', code: 'TAG_OVERWRITTEN' });
      expect(tag.message).toContain('overwritten by another writer');
    },
  },
  {
    number: 36,
    fault: 'a mount is answered 202, 401, 404, 405 or 500',
    expected: 'uploaded instead; the session is used or cancelled; a 401 on that is ignored',
    run: mountBadly,
  },
  {
    number: 37,
    fault: 'a blob is gone from the source, its manifest is not',
    expected: 'an error that names the image and the blob; the index is not pushed',
    run: async () => {
      const source = await startApplyBench();
      const target = await startApplyBench({}, {});
      const plan = await target.plan(
        weave(`${target.playground.host}/${TARGET}`, ['1'], {
          'linux/amd64': `${source.playground.host}/demo/builds/hello:1.0.0-amd64`,
        }),
      );
      let gone = '';
      source.hooks.before = (request, response) => {
        const blob = /\/blobs\/(sha256:.*)$/.exec(request.url ?? '')?.[1];
        if (blob === undefined || (gone !== '' && gone !== blob)) return false;
        gone = blob;
        const answer = { errors: [{ code: 'BLOB_UNKNOWN', message: 'blob unknown' }] };
        response.writeHead(404, { 'content-type': 'application/json' }).end(JSON.stringify(answer));
        return true;
      };
      const tag = firstTag(await target.apply(plan));
      expect(tag).toMatchObject({ status: 'failed', code: 'BLOB_MISSING' });
      for (const digest of [gone, plan.changes[0]?.copies[0]?.digest])
        expect(tag.message).toContain(digest?.slice(7, 14));
      expect(countLines(target.writes(), /manifests/)).toBe(0);
    },
  },
  {
    number: 38,
    fault: 'an image is deleted after it was pushed, before its index is',
    expected: 'as for a missing image: copied again once, then an error that names it',
    run: async () => {
      const bench = await startApplyBench();
      const plan = await bench.plan(bench.declare(['1.0.0']));
      const child = plan.changes[0]?.copies[1]?.digest ?? '';
      let deletions = 0;
      bench.hooks.before = async (request) => {
        if (!isTagPut(request) || deletions > 0) return false;
        deletions += 1;
        await fetch(`${bench.playground.url}/v2/${TARGET}/manifests/${child}`, { method: 'DELETE' });
        return false;
      };
      const result = await bench.apply(plan);
      expect([deletions, describeResult(result)]).toEqual([1, [`${TARGET}:1.0.0 done`]]);
      expect(countLines(bench.writes(), new RegExp(`^PUT .*${child}$`))).toBe(2);
    },
  },
  {
    number: 39,
    fault: '404 for a moment after an own PUT',
    expected: 'looked for again, not for ever',
    run: async () => {
      const bench = await startApplyBench();
      const plan = await bench.plan(bench.declare(['1.0.0']));
      const child = plan.changes[0]?.copies[0]?.digest ?? '';
      let [refusals, absences] = [2, 2];
      bench.hooks.before = (request, response) => {
        if (isTagPut(request) && refusals > 0) {
          refusals -= 1;
          const errors = [{ code: 'MANIFEST_BLOB_UNKNOWN', message: 'blob unknown', detail: child }];
          response.writeHead(400, { 'content-type': 'application/json' }).end(JSON.stringify({ errors }));
          return true;
        }
        if (request.method !== 'HEAD' || refusals > 0 || absences === 0) return false;
        absences -= 1;
        response.writeHead(404, { 'content-type': 'application/json' }).end();
        return true;
      };
      expect(describeResult(await bench.apply(plan))).toEqual([`${TARGET}:1.0.0 done`]);
      expect([refusals, absences, countLines(bench.writes(), new RegExp(`^PUT .*${child}$`))]).toEqual([0, 0, 1]);
      await neverShows();
      await neverShowsChild();
    },
  },
  {
    number: 52,
    fault: 'a read-only registry: 405 as text, and as JSON of a pull-through cache',
    expected: '"takes no writes", and the whole host is left alone',
    run: readOnlyRegistries,
  },
];

const IMMUTABLE: readonly FaultAnswer[] = [
  registryError(
    400,
    'TAG_INVALID',
    "The image tag 'x' already exists in the 'a/b' repository and cannot be overwritten.",
  ),
  registryError(400, 'TAG_INVALID', 'ImageTagAlreadyExistsException: the tag is immutable'),
  registryError(412, 'PRECONDITION', "Failed to process request due to 'x' configured as immutable."),
  registryError(400, 'BLOB_UPLOAD_INVALID', 'Repository does not allow updating assets: docker'),
  registryError(400, 'MANIFEST_INVALID', 'The repository has enabled tag immutability'),
  registryError(409, 'UNKNOWN', 'tag is immutable and cannot be overwritten'),
];

/** An image that stays away after it was pushed, and a registry that does not say which one it lacks. */
async function neverShowsChild(): Promise<void> {
  const bench = await startApplyBench();
  const plan = await bench.plan(bench.declare(['1.0.0']));
  const child = plan.changes[0]?.copies[0]?.digest ?? '';
  bench.hooks.before = (request, response) => {
    const isHead = request.method === 'HEAD' && request.url?.endsWith(child) === true;
    if (!isHead && !isTagPut(request)) return false;
    const errors = [{ code: 'MANIFEST_INVALID', message: 'manifest invalid' }];
    response.writeHead(isHead ? 404 : 400, { 'content-type': 'application/json' });
    response.end(isHead ? undefined : JSON.stringify({ errors }));
    return true;
  };
  const begunMs = bench.clock.elapsed();
  expect(firstTag(await bench.apply(plan))).toMatchObject({ status: 'failed', code: 'REGISTRY_CHILD_UNKNOWN' });
  expect(bench.clock.elapsed() - begunMs).toBeLessThan(60_000);
  expect(countLines(bench.manifests(), new RegExp(`^HEAD .*${child}$`))).toBeLessThan(20);
}

/** A tag that stays away after it was pushed. */
async function neverShows(): Promise<void> {
  const bench = await startApplyBench();
  const plan = await bench.plan(bench.declare(['1.0.0']));
  let isPushed = false;
  bench.hooks.after = (request, response) => {
    isPushed ||= isTagPut(request);
    if (request.method !== 'HEAD' || !isPushed) return false;
    response.writeHead(404, { 'content-type': 'application/json' }).end();
    return true;
  };
  const begunMs = bench.clock.elapsed();
  expect(firstTag(await bench.apply(plan))).toMatchObject({ status: 'failed' });
  expect(bench.clock.elapsed() - begunMs).toBeLessThan(20_000);
}
