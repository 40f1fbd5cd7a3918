import type { ServerResponse } from 'node:http';
import { expect } from 'vitest';
import { describeResult } from '../support/run-plan.ts';
import { countLines, firstTag, isTagPut, startApplyBench, TARGET } from './apply-bench.ts';

type Refuse = (response: ServerResponse, child: string) => void;

/** What registries say of an index that names an image they do not have. */
const REFUSALS: readonly Refuse[] = [
  (response, child) => refuse(response, 400, { code: 'MANIFEST_BLOB_UNKNOWN', message: 'blob unknown', detail: child }),
  (response) => refuse(response, 400, { code: 'MANIFEST_INVALID', message: 'manifest invalid' }),
  (response, child) =>
    refuse(response, 404, { code: 'MANIFEST_UNKNOWN', message: `Sub-manifest "${child}" not found` }),
];

function refuse(response: ServerResponse, status: number, error: object): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify({ errors: [error] }));
}

/** Loses an image when its index comes: once, which is put right, and again and again, which is an error. */
export async function repairChildren(): Promise<void> {
  for (const refusal of REFUSALS) {
    const once = await loseChild(refusal, 1);
    expect(describeResult(once.result)).toEqual([`${TARGET}:1.0.0 done`]);
    expect(once.childPuts).toBe(2);
    const always = await loseChild(refusal, Number.POSITIVE_INFINITY);
    const { status, code, message, hint } = firstTag(always.result);
    expect([status, code]).toEqual(['failed', 'REGISTRY_CHILD_UNKNOWN']);
    expect(`${message} ${hint}`).toContain(always.child.slice(7, 14));
    expect([always.childPuts, always.indexPuts <= 8]).toEqual([2, true]);
  }
}

async function loseChild(refusal: Refuse, times: number) {
  const bench = await startApplyBench();
  const plan = await bench.plan(bench.declare(['1.0.0']));
  const child = plan.changes[0]?.copies[0]?.digest ?? '';
  const url = `${bench.playground.url}/v2/${TARGET}/manifests/${child}`;
  let left = times;
  const isThere = async (): Promise<boolean> => (await fetch(url, { headers: { accept: '*/*' } })).status === 200;
  bench.hooks.before = async (request, response) => {
    if (!isTagPut(request)) return false;
    if (left > 0 && (await isThere())) {
      left -= 1;
      await fetch(url, { method: 'DELETE' });
    }
    if (await isThere()) return false;
    refusal(response, child);
    return true;
  };
  const result = await bench.apply(plan);
  const count = (pattern: RegExp): number => countLines(bench.writes(), pattern);
  return { result, child, childPuts: count(new RegExp(`^PUT .*${child}$`)), indexPuts: count(/^PUT .*\/1\.0\.0$/) };
}
