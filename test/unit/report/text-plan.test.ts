import { describe, expect, it } from 'vitest';
import { PlaitError } from '../../../src/errors/plait-error.ts';
import { parsePlatform } from '../../../src/oci/platform.ts';
import { parseRepository } from '../../../src/oci/repository.ts';
import { makePlan } from '../../../src/plan/make-plan.ts';
import { createStyle, PLAIN } from '../../../src/report/style.ts';
import { renderTextPlan } from '../../../src/report/text-plan.ts';
import {
  attestation,
  build,
  declare,
  digestOf,
  entry,
  imageState,
  indexOf,
  planInput,
  present,
  unreadable,
} from '../../support/states.ts';

const at = (path: string, ...tags: string[]) => [{ repository: parseRepository(path), tags }];
const timeout = new PlaitError('REGISTRY_UNREACHABLE', 'no answer from registry.example after 6 attempts', {
  hint: 'is the registry up, and the name right?',
});

/** One of everything that a plan can show. */
const states = [
  imageState(
    declare({ id: 'api', targets: at('ghcr.io/acme/api', 'latest', '1.8', '1'), unmanagedPlatforms: 'keep' }),
    build({
      source: 'ghcr.io/acme/builds/api:1.8.2',
      entries: [entry('linux/amd64', 'a'), entry('linux/arm64', 'e'), entry('linux/arm/v7', '7')],
      attestations: [attestation('a', '5')],
      annotations: { 'org.opencontainers.image.version': '1.8.2' },
    }),
    {
      latest: present(
        indexOf([entry('linux/amd64', 'a'), entry('linux/arm64', '4'), entry('linux/riscv64', 'c')], {
          annotations: { 'org.opencontainers.image.version': '1.8.1', 'com.acme.old': 'x' },
        }),
      ),
      '1.8': present(
        indexOf([entry('linux/amd64', 'a'), entry('linux/arm64', '3'), entry('linux/riscv64', 'c')], {
          annotations: { 'org.opencontainers.image.version': '1.8.0', 'com.acme.old': 'x' },
        }),
      ),
    },
  ),
  imageState(
    declare({ id: 'fresh', targets: at('docker.io/acme/fresh', '2024', 'edge') }),
    build({
      source: 'docker.io/acme/fresh-ci:2024',
      entries: [entry('linux/amd64', '1'), entry('windows(10.0.20348.2227)/amd64', '2')],
    }),
    {},
  ),
  imageState(
    declare({ id: 'echo', targets: at('docker.io/bookadmusic/echo-platform', '20240716') }),
    build({
      source: 'docker.io/bookadmusic/echo-platform-arm64:20240716',
      entries: [{ ...entry('linux/arm64', '6'), platform: parsePlatform('linux(ubuntu22.04)/arm64') }],
    }),
    { '20240716': present(indexOf([entry('linux/arm64', '6')])) },
  ),
  imageState(
    declare({ id: 'web', targets: at('ghcr.io/acme/web', '1.8.2') }),
    build({ entries: [entry('linux/amd64', '8')] }),
    { '1.8.2': present(indexOf([entry('linux/amd64', '9'), entry('linux/s390x', 'd')])) },
  ),
  imageState(
    declare({ id: 'db', targets: at('ghcr.io/acme/db', '1', '2') }),
    build({ entries: [entry('linux/amd64', 'f')] }),
    {
      '2': unreadable(timeout),
    },
  ),
  imageState(
    declare({ id: 'same', targets: at('ghcr.io/acme/same', '1') }),
    build({ entries: [entry('linux/amd64', 'f')] }),
    {
      '1': present(indexOf([entry('linux/amd64', 'f')])),
    },
  ),
];
const plan = makePlan(planInput(states));
const options = { style: PLAIN, short: false, showUnchanged: false, requests: { HEAD: 214, GET: 9 } };

describe('the text plan', () => {
  it('reads as the golden file', async () => {
    await expect(renderTextPlan(plan, options)).toMatchFileSnapshot('../../golden/plan.txt');
  });

  it('reads as the golden file with unchanged tags and platforms', async () => {
    const text = renderTextPlan(plan, { ...options, showUnchanged: true });

    await expect(text).toMatchFileSnapshot('../../golden/plan-unchanged.txt');
  });

  it('reads as the golden file when short', async () => {
    await expect(renderTextPlan(plan, { ...options, short: true })).toMatchFileSnapshot('../../golden/plan-short.txt');
  });

  it('reads as the golden file with a lock file in use', async () => {
    const pin = `ghcr.io/acme/pinned-ci:1@${digestOf('e')}`;
    const pinned = imageState(
      declare({ id: 'pinned', targets: at('ghcr.io/acme/pinned', '1') }),
      build({ source: pin, entries: [entry('linux/amd64', 'e')] }),
      { '1': present(indexOf([entry('linux/amd64', '0')])) },
    );
    const [apiLatest] = plan.changes.find(({ id }) => id === 'api')?.tags ?? [];
    const lock = {
      sources: new Map(),
      tags: new Map([
        ['ghcr.io/acme/api:latest', apiLatest?.expect ?? digestOf('0')],
        ['ghcr.io/acme/api:1.8', digestOf('0')],
        [
          'ghcr.io/acme/pinned:1',
          pinned.desired.kind === 'resolved' ? pinned.desired.content.stored.digest : digestOf('0'),
        ],
      ]),
    };
    const text = renderTextPlan(makePlan(planInput([...states, pinned], { lock })), options);

    await expect(text).toMatchFileSnapshot('../../golden/plan-locked.txt');
  });

  it('says so first when it is about a part of the config', () => {
    const part = { ...plan, scope: { targets: ['api'], exclude: [], selector: 'tier=release', shard: null } };

    expect(renderTextPlan(part, options).split('\n')[0]).toBe(
      'Part of the config only: --target api --selector tier=release',
    );
  });

  it('says that there is nothing to do', () => {
    const empty = makePlan(planInput(states.slice(-1)));

    expect(renderTextPlan(empty, options)).toBe('Plan: nothing to do; 1 unchanged\nRequests: 214 HEAD, 9 GET.\n');
  });

  it('has colours only when asked for', () => {
    expect(renderTextPlan(plan, options)).not.toContain('\u001b');
    expect(renderTextPlan(plan, { ...options, style: createStyle(1) })).toContain('\u001b[');
  });
});
