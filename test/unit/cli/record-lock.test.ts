import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { ApplyResult } from '../../../src/apply/apply-result.ts';
import type { CliContext } from '../../../src/cli/context.ts';
import { EXIT_CODES } from '../../../src/cli/exit-codes.ts';
import type { OpenLock } from '../../../src/cli/lock-input.ts';
import type { Output } from '../../../src/cli/output.ts';
import { type LockRecord, prepareRecord, recordLock } from '../../../src/cli/record-lock.ts';
import { parseRepository } from '../../../src/oci/repository.ts';
import { makePlan } from '../../../src/plan/make-plan.ts';
import { EMPTY_LOCK } from '../../../src/state/lock-file.ts';
import type { LockUse } from '../../../src/state/lock-use.ts';
import { REAL_CLOCK } from '../../support/make-client.ts';
import { digestOf, planInput } from '../../support/states.ts';
import { makeTempDir } from '../../support/temp-dir.ts';

interface Bench {
  readonly context: CliContext;
  readonly errors: () => string;
  readonly lock: (path: string, mode?: LockUse['mode']) => OpenLock & LockRecord;
}

function makeBench(): Bench {
  const folder = makeTempDir();
  let text = '';
  const output: Output = {
    isTerminal: false,
    columns: 80,
    write: (more) => {
      text += more;
    },
  };
  const context: CliContext = {
    stdout: output,
    stderr: output,
    environment: {},
    workingDirectory: folder,
    homeDirectory: folder,
    clock: REAL_CLOCK,
    signal: new AbortController().signal,
    isInteractive: false,
    readStandardInput: async () => Buffer.alloc(0),
    ask: async () => '',
  };
  return {
    context,
    errors: () => text,
    lock: (path, mode = 'record') => ({
      path,
      absolute: join(folder, path),
      sha256: null,
      use: { mode, lock: EMPTY_LOCK },
    }),
  };
}

const plan = makePlan(planInput([]));
const tag = { name: '1', before: null, after: digestOf('a'), code: null, message: null, hint: null };
const result: ApplyResult = {
  interrupted: true,
  changes: [
    {
      id: 'app',
      origin: 'a:1:1',
      repository: parseRepository('a.b/c'),
      index: digestOf('a'),
      tags: [
        { ...tag, status: 'done' },
        { ...tag, name: '2', status: 'not-started', after: null },
      ],
    },
  ],
};
const recording = { plan, result, failed: EXIT_CODES.partial };

describe('a lock file that cannot be written', () => {
  it('ends a run that is to record, before it begins', async () => {
    const { context, lock } = makeBench();

    await expect(prepareRecord(context, lock('nowhere/lock.yaml'))).rejects.toMatchObject({ code: 'USAGE' });
  });

  it('is noted where it is enforced, and nothing is recorded', async () => {
    const { context, lock, errors } = makeBench();
    const record = await prepareRecord(context, lock('nowhere/lock.yaml', 'enforce'));

    expect(record).toBeUndefined();
    expect(errors()).toMatch(/^Note: nowhere\/lock\.yaml cannot be written/);
    expect(await recordLock(context, record, recording)).toEqual([]);
  });

  it('is an exit code more after everything is applied', async () => {
    const { context, lock, errors } = makeBench();

    expect(await recordLock(context, lock('nowhere/lock.yaml'), recording)).toEqual([EXIT_CODES.partial]);
    expect(errors()).toContain('OUTPUT_FAILED');
  });
});

describe('a lock file that is written', () => {
  it('holds what an interrupted run has done, and nothing else', async () => {
    const { context, lock } = makeBench();
    const place = lock('lock.yaml');

    expect(await recordLock(context, place, recording)).toEqual([]);
    expect(readFileSync(place.absolute, 'utf8')).toContain(`tags:\n  - a.b/c:1@${digestOf('a')}\n`);
    expect(readFileSync(place.absolute, 'utf8')).not.toContain('a.b/c:2');
  });

  it('is not made when there is nothing to say', async () => {
    const { context, lock, errors } = makeBench();
    const place = lock('lock.yaml');
    await recordLock(context, place, { ...recording, result: { changes: [], interrupted: false } });

    expect(existsSync(place.absolute)).toBe(false);
    expect(errors()).toBe('');
  });

  it('is none of the business of a run without one', async () => {
    const { context, lock } = makeBench();

    await expect(prepareRecord(context, { ...lock('lock.yaml'), use: undefined })).resolves.toBeUndefined();
  });
});
