import { describe, expect, it } from 'vitest';
import { PlaitError } from '../../../src/errors/plait-error.ts';
import { createStyle, PLAIN } from '../../../src/report/style.ts';
import { renderTextLock } from '../../../src/report/text-lock.ts';
import type { LockReport } from '../../../src/state/lock-update.ts';
import { digestOf } from '../../support/states.ts';

const [A, B] = [digestOf('a'), digestOf('b')];
const failures = [
  {
    name: 'ghcr.io/acme/web:ci',
    error: new PlaitError('REGISTRY_UNREACHABLE', 'no answer from ghcr.io', { hint: 'is the registry up?' }),
  },
];

const updated: LockReport = {
  sources: [
    { name: 'ghcr.io/acme/api:ci-amd64', status: 'pinned', before: null, after: A },
    { name: 'ghcr.io/acme/api:ci-arm64', status: 'updated', before: A, after: B },
    { name: 'ghcr.io/acme/api:ci-riscv64', status: 'absent', before: null, after: null },
    { name: 'ghcr.io/acme/api:old', status: 'dropped', before: A, after: null },
    { name: 'ghcr.io/acme/db:ci', status: 'kept', before: A, after: A },
    { name: 'ghcr.io/acme/web:ci', status: 'missing', before: null, after: null },
  ],
  tags: [{ name: 'ghcr.io/acme/out:1', status: 'dropped', before: B, after: null }],
  failures,
};

const checked: LockReport = {
  sources: [
    { name: 'ghcr.io/acme/api:ci-amd64', status: 'missing', before: null, after: A },
    { name: 'ghcr.io/acme/api:ci-arm64', status: 'moved', before: A, after: B },
    { name: 'ghcr.io/acme/api:ci-s390x', status: 'moved', before: A, after: null },
    { name: 'ghcr.io/acme/api:old', status: 'unneeded', before: A, after: null },
    { name: 'ghcr.io/acme/db:ci', status: 'ok', before: A, after: A },
    { name: 'ghcr.io/acme/tool:ci', status: 'gone', before: A, after: null },
  ],
  tags: [],
  failures: [],
};

const options = { style: PLAIN, path: 'manifests.lock.yaml' };

describe('what plait lock says', () => {
  it('reads as the golden file', async () => {
    const text = renderTextLock(updated, { ...options, isCheck: false });

    await expect(text).toMatchFileSnapshot('../../golden/lock.txt');
  });

  it('reads as the golden file after a check', async () => {
    const text = renderTextLock(checked, { ...options, isCheck: true });

    await expect(text).toMatchFileSnapshot('../../golden/lock-check.txt');
  });

  it('is one line when there is nothing to say', () => {
    const nothing = { sources: [], tags: [], failures: [] };

    expect(renderTextLock(nothing, { ...options, isCheck: true })).toBe('manifests.lock.yaml: nothing to pin\n');
  });

  it('has colours only when asked for', () => {
    const style = createStyle(1);

    expect(renderTextLock(updated, { ...options, style, isCheck: false })).toContain('\u001b[');
  });
});
