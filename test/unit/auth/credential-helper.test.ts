import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { askHelper } from '../../../src/auth/credential-helper.ts';
import { installHelper } from '../../support/fake-helper.ts';
import { REAL_CLOCK } from '../../support/make-client.ts';
import { makeTempDir } from '../../support/temp-dir.ts';

const CANARY = 'canary-hunter2';

describe('a credential helper', () => {
  it('gets the server on its input and "get" as its only argument', async () => {
    const file = join(makeTempDir(), 'seen');
    await ask(`echo "$#:$1" > ${file}; cat >> ${file}; echo '{"Username":"u","Secret":"s"}'`, 'ghcr.io');
    expect(readFileSync(file, 'utf8')).toBe('1:get\nghcr.io');
  });

  it('answers with a user name and a secret', async () => {
    const found = await ask(`cat >/dev/null; echo '{"ServerURL":"x","Username":"weaver","Secret":"warp"}'`);
    expect(found).toEqual({
      kind: 'password',
      username: 'weaver',
      password: 'warp',
      source: 'credentials from docker-credential-test',
    });
  });

  it('answers with an identity token', async () => {
    expect(await ask(`echo '{"Username":"<token>","Secret":"idt"}'`)).toMatchObject({
      kind: 'identity-token',
      token: 'idt',
    });
  });

  it('may have nothing', async () => {
    expect(await ask(`echo 'credentials not found in native keychain'; exit 1`)).toBeUndefined();
  });

  it.each([
    ['on its output', `echo 'vault is sealed'; exit 2`, /vault is sealed/],
    [
      'on standard error, the last line of it',
      `echo 'Traceback' >&2; echo 'vault is sealed' >&2; exit 2`,
      /2: vault is s/,
    ],
    ['on both, the output first', `echo 'no vault'; echo 'warning: old' >&2; exit 2`, /: no vault$/],
    ['at length', `yes sealed | tr '\\n' ' ' | head -c 100000 >&2; exit 2`, /^.{1,320}$/],
  ])('that fails is quoted, whether it says why %s', async (_where, body, message) => {
    await expect(ask(body)).rejects.toMatchObject({
      code: 'CREDENTIAL_HELPER_FAILED',
      message: expect.stringMatching(message),
    });
  });

  it.each([
    ['it fails with a secret on standard error', `echo '{"Secret":"${CANARY}"}' >&2; exit 1`],
    ['it fails', `echo 'vault is sealed'; exit 2`],
    ['it writes no JSON', `echo hello ${CANARY}`],
    ['it leaves out the secret', `echo '{"Username":"u","Token":"${CANARY}"}'`],
    ['it writes too much', `head -c 200000 /dev/zero | tr '\\0' x`],
    ['it fails after having written the secret', `echo '{"Username":"u","Secret":"${CANARY}"}'; exit 1`],
    ['it is killed', `kill -9 $$`],
  ])('is an error when %s, and never shows a secret', async (_what, body) => {
    const error = await ask(body).catch((caught) => caught);
    expect(error).toMatchObject({
      code: 'CREDENTIAL_HELPER_FAILED',
      message: expect.stringContaining('docker-credential-test'),
    });
    expect(`${error.message} ${error.hint} ${String(error.cause)}`).not.toContain(CANARY);
  });

  it('is an error when it is not installed', async () => {
    const asked = askHelper('not-there', 'ghcr.io', { environment: { PATH: '/usr/bin' }, clock: REAL_CLOCK });
    await expect(asked).rejects.toMatchObject({
      code: 'CREDENTIAL_HELPER_FAILED',
      message: expect.stringContaining('PATH'),
    });
  });

  it.each(['../evil', 'a/b', 'a b', '', '$(id)', 'a;b'])('is never started under the name %j', async (name) => {
    const asked = askHelper(name, 'ghcr.io', { environment: {}, clock: REAL_CLOCK });
    await expect(asked).rejects.toMatchObject({
      code: 'CREDENTIAL_HELPER_FAILED',
      message: expect.stringContaining('name'),
    });
  });

  it('is killed when it does not answer in time, with children that hold its output', async () => {
    const environment = installHelper('test', 'sleep 60 & sleep 60');
    const started = performance.now();
    const asked = askHelper('test', 'ghcr.io', { environment, clock: REAL_CLOCK, timeoutMs: 200 });
    await expect(asked).rejects.toMatchObject({ code: 'CREDENTIAL_HELPER_FAILED' });
    expect(performance.now() - started).toBeLessThan(5000);
  });

  it('may end without reading its input', async () => {
    expect(await ask(`exec 0<&-; echo '{"Username":"u","Secret":"s"}'`)).toMatchObject({ username: 'u' });
  });
});

function ask(body: string, server = 'ghcr.io'): ReturnType<typeof askHelper> {
  return askHelper('test', server, { environment: installHelper('test', body), clock: REAL_CLOCK });
}
