import { expect } from 'vitest';
import { describeResult, weave } from '../support/run-plan.ts';
import { startApplyBench, TARGET } from './apply-bench.ts';

/** Lets a registry refuse every write while another one takes them. */
export async function readOnlyRegistries(): Promise<void> {
  await refuseWrites({ 'content-type': 'text/plain', allow: 'GET, HEAD' }, 'Method not allowed\n');
  const errors = [{ code: 'UNSUPPORTED', message: 'The operation is unsupported.' }];
  await refuseWrites({ 'content-type': 'application/json' }, JSON.stringify({ errors }));
}

async function refuseWrites(headers: Readonly<Record<string, string>>, body: string): Promise<void> {
  const writable = await startApplyBench();
  const settings = (): object => ({ plainHttp: true, concurrency: 2 });
  const bench = await startApplyBench({}, { settings });
  bench.hooks.before = (request, response) => {
    if (request.method === 'GET' || request.method === 'HEAD') return false;
    response.writeHead(405, headers).end(body);
    return true;
  };
  const source = { 'linux/amd64': `${bench.playground.host}/demo/builds/hello:1.0.0-amd64` };
  const inside = Array.from({ length: 12 }, (_, number) =>
    weave(`${bench.playground.host}/out/app${number}`, ['1'], source),
  );
  const outside = weave(`${writable.playground.host}/${TARGET}`, ['1'], source);
  const result = await bench.apply(await bench.plan(...inside, outside));
  expect(describeResult(result).filter((line) => line.endsWith(' done'))).toEqual([`${TARGET}:1 done`]);
  const failed = result.changes.flatMap(({ tags }) => tags).filter(({ status }) => status === 'failed');
  expect(failed.map(({ code }) => code)).toEqual(inside.map(() => 'REGISTRY_READ_ONLY'));
  expect(failed[0]?.message).toContain('takes no writes');
  const before = bench.writes().length;
  expect(before).toBeLessThan(inside.length);
  await bench.apply(await bench.plan(...inside));
  expect(bench.writes()).toHaveLength(before);
}
