import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { type Playground, startPlayground } from '../../src/playground/server.ts';
import { parseMetrics } from '../support/parse-metrics.ts';
import { runHere } from '../support/run-here.ts';
import { writeConfig } from '../support/scenario.ts';
import { makeTempDir } from '../support/temp-dir.ts';

let playground: Playground;
let folder: string;
beforeEach(async () => {
  playground = await startPlayground({ seed: true });
  folder = makeTempDir();
  declare('1.0.0');
  return () => playground.close();
});

function declare(version: string, more = ''): void {
  writeConfig(
    folder,
    `version: 1
images:
  - target: ${playground.host}/out/app
    tags: ["1", latest]
    platforms: [linux/amd64, linux/arm64]
    source: ${playground.host}/demo/builds/hello:${version}-{arch}
${more}`,
  );
}

const BROKEN = () =>
  `  - { target: ${playground.host}/out/bad, tags: [x], platforms: { linux/amd64: "${playground.host}/no:1" } }\n`;
const run = (...args: readonly string[]) =>
  runHere([...args, '--metrics-file', 'plait.prom'], { cwd: folder, home: folder });
const metrics = () => parseMetrics(readFileSync(join(folder, 'plait.prom'), 'utf8'));

describe('--metrics-file', () => {
  it('tells of a plan what differs, what it asked, how long it took and when it went well', async () => {
    const before = Math.floor(Date.now() / 1000);
    const { code } = await run('plan');
    const found = metrics();

    expect(code).toBe(0);
    expect(found).toMatchObject({
      'plait_changes{command="plan",action="create"}': 1,
      'plait_changes{command="plan",action="update"}': 0,
      'plait_changes{command="plan",action="delete"}': 0,
      'plait_blocked{command="plan"}': 0,
      'plait_unreadable{command="plan"}': 0,
      'plait_unchanged{command="plan"}': 0,
      'plait_exit_code{command="plan"}': 0,
    });
    expect(found['plait_requests{command="plan",method="HEAD"}']).toBe(
      playground.requests.filter(({ method }) => method === 'HEAD').length,
    );
    expect(found['plait_duration_seconds{command="plan"}']).toBeGreaterThan(0);
    expect(found['plait_last_run_timestamp_seconds{command="plan"}']).toBeGreaterThanOrEqual(before);
    expect(found['plait_last_success_timestamp_seconds{command="plan"}']).toBeGreaterThanOrEqual(before);
  });

  it('tells of an apply how its tags ended, and what it wrote', async () => {
    const { code } = await run('apply', '--yes');

    expect(code).toBe(0);
    expect(metrics()).toMatchObject({
      'plait_changes{command="apply",action="create"}': 1,
      'plait_applied_tags{command="apply",status="done"}': 2,
      'plait_applied_tags{command="apply",status="failed"}': 0,
      'plait_applied_tags{command="apply",status="stale"}': 0,
      'plait_requests{command="apply",method="PUT"}': playground.requests.filter(({ method }) => method === 'PUT')
        .length,
    });
  });

  it('tells the same of a saved plan', async () => {
    await run('plan', '-o', 'plan.json');
    await run('apply', 'plan.json');

    expect(metrics()).toMatchObject({
      'plait_changes{command="apply",action="create"}': 1,
      'plait_applied_tags{command="apply",status="done"}': 2,
    });
  });

  it('tells of drift how many tags stand how; differences found are a check that went well', async () => {
    await run('apply', '--yes');
    declare('1.1.0');
    const { code } = await run('drift');

    expect(code).toBe(2);
    expect(metrics()).toMatchObject({
      'plait_drift_tags{command="drift",state="drift"}': 2,
      'plait_drift_tags{command="drift",state="in_sync"}': 0,
      'plait_exit_code{command="drift"}': 2,
      'plait_last_success_timestamp_seconds{command="drift"}': expect.any(Number),
    });
  });

  it('tells of a guard that holds something back', async () => {
    await run('apply', '--yes');
    declare('1.0.0');
    writeConfig(folder, readFileSync(join(folder, 'manifests.yaml'), 'utf8').replace('linux/amd64, ', ''));
    const { code } = await run('plan');

    expect(code).toBe(3);
    expect(metrics()).toMatchObject({ 'plait_blocked{command="plan"}': 1, 'plait_exit_code{command="plan"}': 3 });
  });

  it('keeps the time of the last success when a later run fails', async () => {
    await run('plan');
    const file = join(folder, 'plait.prom');
    const name = 'plait_last_success_timestamp_seconds{command="plan"}';
    writeFileSync(file, readFileSync(file, 'utf8').replace(/(last_success.*"\}) \d+/, '$1 1700000000'));
    declare('1.0.0', BROKEN());
    const { code } = await run('plan');
    const failed = metrics();
    declare('1.0.0');
    await run('plan');

    expect(code).toBe(1);
    expect(failed).toMatchObject({ [name]: 1_700_000_000, 'plait_unreadable{command="plan"}': 1 });
    expect(metrics()[name]).toBeGreaterThan(1_700_000_000);
  });

  it('has no success to tell of when there was none', async () => {
    declare('1.0.0', BROKEN());
    await run('plan');

    expect(Object.keys(metrics()).filter((key) => key.includes('success'))).toEqual([]);
  });

  it('is written for a config that is refused, too, with what is known', async () => {
    declare('1.0.0', '  - { target: x }\n');
    const { code } = await run('plan');

    expect([code, playground.requests]).toEqual([64, []]);
    expect(metrics()).toMatchObject({ 'plait_exit_code{command="plan"}': 64 });
    expect(Object.keys(metrics()).filter((key) => key.includes('changes'))).toEqual([]);
  });

  it('is refused before any request when it cannot be written', async () => {
    mkdirSync(join(folder, 'plait.prom'));
    const { code } = await run('apply', '--yes');

    expect([code, playground.requests]).toEqual([64, []]);
  });

  it('takes the place of the file before as a whole, and leaves nothing beside it', async () => {
    writeFileSync(join(folder, 'plait.prom'), 'not metrics at all\n'.repeat(10_000));
    await run('plan');

    expect(Object.keys(metrics()).length).toBeGreaterThan(8);
    expect(readdirSync(folder).filter((name) => name.startsWith('plait.prom'))).toEqual(['plait.prom']);
  });

  it('is not made without a name', async () => {
    await runHere(['plan'], { cwd: folder, home: folder });

    expect(existsSync(join(folder, 'plait.prom'))).toBe(false);
  });
});
