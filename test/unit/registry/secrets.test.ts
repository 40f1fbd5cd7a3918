import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parseRepository } from '../../../src/oci/repository.ts';
import type { RegistryClient } from '../../../src/registry/client.ts';
import type { RegistryClientOptions } from '../../../src/registry/create-client.ts';
import { startAuthServers, toChallenge, toGrant } from '../../support/auth-servers.ts';
import { AMD64, NO_DIGEST, openClient } from '../../support/client-bench.ts';
import {
  type FaultAnswer,
  type FaultServer,
  hangUp,
  type SeenRequest,
  startFaultServer,
} from '../../support/fault-server.ts';
import { makeTempDir } from '../../support/temp-dir.ts';

/** No part of it may ever be seen in an error. */
const CANARY = 'canary/S3cret+word';
const ENVIRONMENT = { REG_USER: 'weaver', REG_PASSWORD: CANARY };
const FORMS = [CANARY, encodeURIComponent(CANARY), Buffer.from(`weaver:${CANARY}`).toString('base64'), 'canary-token'];

describe('a secret', () => {
  it.each<[string, (request: SeenRequest) => FaultAnswer]>([
    [
      'echoed by a registry as it came',
      ({ headers }) => ({ status: 400, body: `bad header: ${headers.authorization ?? ''}` }),
    ],
    [
      'echoed by a registry decoded',
      ({ headers }) => ({ status: 403, body: `user ${decode(headers.authorization)} may not` }),
    ],
    [
      'echoed in JSON',
      ({ headers }) => ({
        status: 500,
        body: JSON.stringify({ errors: [{ code: 'X', message: decode(headers.authorization) }] }),
      }),
    ],
    ['when the connection is cut', () => hangUp],
    ['when it is refused', () => toChallenge('Basic realm="x"')],
    [
      'when the answer is garbled',
      () => (response) => void response.socket?.end(`HTTP/1.1 200 OK\r\nbroken ${CANARY}`),
    ],
  ])('is not shown %s', async (_what, answer) => {
    const registry = await startFaultServer((request) =>
      request.headers.authorization === undefined ? toChallenge('Basic realm="x"') : answer(request),
    );
    await expectNoSecret(registry);
  });

  it.each<[string, (request: SeenRequest) => FaultAnswer]>([
    ['echoes it', ({ headers, path }) => ({ status: 401, body: `wrong: ${decode(headers.authorization)} ${path}` })],
    ['answers with it and no token', () => ({ body: JSON.stringify({ password: CANARY }) })],
    ['answers with a broken token', () => toGrant(`${CANARY}\r\nX: y`)],
    [
      'redirects with it',
      () => ({ status: 307, headers: { location: `http://weaver:${encodeURIComponent(CANARY)}@127.0.0.1/` } }),
    ],
  ])('is not shown when the token server %s', async (_what, grant) => {
    const { registry } = await startAuthServers({ grant });
    await expectNoSecret(registry);
  });

  it('is not shown when the registry echoes the token', async () => {
    const { registry } = await startAuthServers({
      grant: () => toGrant('canary-token'),
      answer: ({ headers }) => ({ status: 400, body: `cannot parse ${headers.authorization?.slice(7) ?? ''}` }),
    });
    await expectNoSecret(registry);
  });

  it('is not shown from a broken docker config', async () => {
    const homeDirectory = makeTempDir();
    mkdirSync(join(homeDirectory, '.docker'));
    writeFileSync(join(homeDirectory, '.docker', 'config.json'), `{"auths":{"x":{"password":"${CANARY}"`);
    const registry = await startFaultServer(() => toChallenge('Basic realm="x"'));
    await expectNoSecret(registry, { homeDirectory, settings: () => ({ plainHttp: true }) });
  });

  it('never reaches another host than its own', async () => {
    const trap = await startFaultServer(() => ({ status: 400 }));
    const registry = await startFaultServer(({ headers }) =>
      headers.authorization === undefined
        ? toChallenge('Basic realm="x"')
        : { status: 307, headers: { location: `${trap.url}/x` } },
    );
    await expectNoSecret(registry);
    expect(trap.seen.length).toBeGreaterThan(0);
    expect(JSON.stringify(trap.seen)).not.toContain('authorization');
  });
});

describe('a wrong password', () => {
  it('is an error that says where it came from, once', async () => {
    const registry = await startFaultServer(() => toChallenge('Basic realm="x"'));
    const client = openWithCanary();
    const read = client.headManifest(parseRepository(`${registry.host}/a/b`), 'x');
    await expect(read).rejects.toMatchObject({
      code: 'REGISTRY_UNAUTHORIZED',
      message: expect.stringContaining('credentials from REG_USER and REG_PASSWORD'),
    });
    expect(registry.seen.map(({ headers }) => headers.authorization === undefined)).toEqual([true, false]);
  });

  it('is told from none at all', async () => {
    const registry = await startFaultServer(() => toChallenge('Basic realm="x"'));
    const read = openClient().headManifest(parseRepository(`${registry.host}/a/b`), 'x');
    await expect(read).rejects.toMatchObject({
      code: 'REGISTRY_UNAUTHORIZED',
      hint: expect.stringContaining('docker login'),
    });
  });
});

/** Runs every operation against the server and looks for the secret in all that the errors say. */
async function expectNoSecret(registry: FaultServer, options: Partial<RegistryClientOptions> = {}): Promise<void> {
  const client = openWithCanary(options);
  const repository = parseRepository(`${registry.host}/a/b`);
  const descriptor = { mediaType: 'a/b', digest: NO_DIGEST, size: 1 };
  const operations = [
    () => client.headManifest(repository, 'x'),
    () => client.getManifest(repository, 'x'),
    () => client.putManifest(repository, 'x', AMD64.manifest),
    () => client.hasBlob(repository, NO_DIGEST),
    () => client.readBlob(repository, descriptor, { maxBytes: 10 }),
    () => client.copyBlob({ from: { ...repository, path: 'c/d' }, to: repository, descriptor }),
    () => client.listTags(repository),
  ];
  for (const operation of operations) {
    const error: unknown = await operation().catch((caught: unknown) => caught);
    expect(error).toBeInstanceOf(Error);
    const text = describeAll(error);
    expect(FORMS.filter((form) => text.includes(form))).toEqual([]);
  }
}

function openWithCanary(options: Partial<RegistryClientOptions> = {}): RegistryClient {
  const auth = { kind: 'env', usernameEnv: 'REG_USER', passwordEnv: 'REG_PASSWORD' } as const;
  const settings = (): { plainHttp: true; auth: typeof auth } => ({ plainHttp: true, auth });
  return openClient({ settings, environment: ENVIRONMENT, retry: { attempts: 1 }, ...options });
}

/** Message, hint and stack of an error and of all its causes. */
function describeAll(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const { message, stack, cause } = error;
  return [message, stack, JSON.stringify(error), cause === undefined ? '' : describeAll(cause)].join('\n');
}

function decode(authorization: string | undefined): string {
  return Buffer.from(authorization?.replace(/^\w+ /, '') ?? '', 'base64').toString('utf8');
}
