import { mkdirSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { parseRepository, type Repository } from '../../src/oci/repository.ts';
import { buildImage, buildIndex } from '../../src/playground/images.ts';
import { startPlayground } from '../../src/playground/server.ts';
import type { RegistryClient } from '../../src/registry/client.ts';
import type { RegistryClientOptions } from '../../src/registry/create-client.ts';
import { makeCertificate } from '../support/certificates.ts';
import { makeClient } from '../support/make-client.ts';
import { pushImage } from '../support/push-content.ts';
import {
  describeWithRegistry,
  type RealRegistry,
  type RegistryVariant,
  startRegistry,
  TEST_USER,
} from '../support/real-registry.ts';
import { makeTempDir } from '../support/temp-dir.ts';
import { startTokenServer, type TokenServer, type TokenServerOptions } from '../support/token-server.ts';

const IMAGE = buildImage({ platform: { os: 'linux', architecture: 'amd64' }, text: 'access', format: 'oci' });
const EMPTY = buildIndex({ images: [], format: 'oci' });

async function start(variant: RegistryVariant): Promise<RealRegistry & { readonly repository: Repository }> {
  const registry = await startRegistry(variant);
  onTestFinished(() => registry.stop());
  return { ...registry, repository: parseRepository(`${registry.host}/team/app`) };
}

async function startTokens(options: TokenServerOptions = {}): Promise<TokenServer> {
  const tokens = await startTokenServer(options);
  onTestFinished(() => tokens.stop());
  return tokens;
}

function connect(options: Partial<RegistryClientOptions> = {}): RegistryClient {
  const client = makeClient(options);
  onTestFinished(() => client.close());
  return client;
}

/** A home folder whose Docker config knows this password for `host`. */
function makeHome(host: string, password: string): string {
  const home = makeTempDir();
  const auth = Buffer.from(`${TEST_USER.username}:${password}`).toString('base64');
  mkdirSync(join(home, '.docker'));
  writeFileSync(join(home, '.docker', 'config.json'), JSON.stringify({ auths: { [host]: { auth } } }));
  return home;
}

describeWithRegistry('a registry that wants a password', () => {
  it('accepts the one in the Docker config', async () => {
    const { host, repository } = await start({ auth: 'htpasswd' });
    const client = connect({ homeDirectory: makeHome(host, TEST_USER.password) });
    await client.putManifest(repository, 'tag', EMPTY.manifest);
    expect(await client.headManifest(repository, 'tag')).toMatchObject({ digest: EMPTY.manifest.digest });
  });

  it('accepts the one in the environment variables that the settings name', async () => {
    const { repository } = await start({ auth: 'htpasswd' });
    const client = connect({
      settings: () => ({ plainHttp: true, auth: { kind: 'env', usernameEnv: 'USER_NAME', passwordEnv: 'PASS_WORD' } }),
      environment: { USER_NAME: TEST_USER.username, PASS_WORD: TEST_USER.password },
    });
    expect(await client.headManifest(repository, 'tag')).toBeUndefined();
  });

  it.each([
    ['a wrong one', (host: string) => makeHome(host, 'wrong')],
    ['none', () => makeTempDir()],
  ])('is an error with %s, not an absent tag', async (_what, home) => {
    const { host, repository } = await start({ auth: 'htpasswd' });
    const client = connect({ homeDirectory: home(host) });
    await expect(client.headManifest(repository, 'tag')).rejects.toMatchObject({ code: 'REGISTRY_UNAUTHORIZED' });
  });
});

describeWithRegistry('a registry with a token server', () => {
  it('is read with a token that can only pull', async () => {
    const tokens = await startTokens();
    const { repository } = await start({ auth: tokens.service });
    const client = connect({ access: 'read' });
    expect(await client.headManifest(repository, 'tag')).toBeUndefined();
    expect(tokens.requests.map(({ scopes }) => scopes)).toEqual([['repository:team/app:pull']]);
  });

  it('gives out one token for many requests at once', async () => {
    const tokens = await startTokens();
    const { repository } = await start({ auth: tokens.service });
    const client = connect({ access: 'read' });
    const tags = Array.from({ length: 20 }, (_, number) => `tag-${number}`);
    await Promise.all(tags.map((tag) => client.headManifest(repository, tag)));
    expect(tokens.requests).toHaveLength(1);
    expect(client.requestCounts()).toMatchObject({ TOKEN: 1 });
  });

  it('is written to with a token that can push', async () => {
    const tokens = await startTokens();
    const { repository } = await start({ auth: tokens.service });
    const client = connect();
    await client.putManifest(repository, 'tag', EMPTY.manifest);
    expect(await client.headManifest(repository, 'tag')).toBeDefined();
    expect(tokens.requests.flatMap(({ scopes }) => scopes)).toContain('repository:team/app:pull,push');
  });

  it('is asked for both repositories when a blob is mounted', async () => {
    const tokens = await startTokens();
    const { host, repository } = await start({ auth: tokens.service });
    const client = connect();
    const { digest, bytes } = IMAGE.blobs[0]!;
    const descriptor = { digest, size: bytes.length, mediaType: 'application/octet-stream' };
    const job = { from: repository, to: parseRepository(`${host}/team/other`), descriptor };
    await client.copyBlob(job).catch(() => undefined); // the source is empty: what counts is what was asked for
    const mount = tokens.requests.find(({ scopes }) => scopes.length === 2);
    expect(mount?.scopes).toEqual(['repository:team/other:pull,push', 'repository:team/app:pull']);
  });

  it('gets the password from the Docker config', async () => {
    const tokens = await startTokens({ user: TEST_USER });
    const { host, repository } = await start({ auth: tokens.service });
    const client = connect({ homeDirectory: makeHome(host, TEST_USER.password) });
    expect(await client.headManifest(repository, 'tag')).toBeUndefined();
  });

  it('is an error when the token server refuses the password, and is not asked again without one', async () => {
    const tokens = await startTokens({ user: TEST_USER });
    const { host, repository } = await start({ auth: tokens.service });
    const client = connect({ homeDirectory: makeHome(host, 'wrong') });
    await expect(client.headManifest(repository, 'tag')).rejects.toMatchObject({ code: 'REGISTRY_UNAUTHORIZED' });
    expect(tokens.requests.filter(({ authorization }) => authorization === undefined)).toEqual([]);
  });

  it('is an error when its tokens are never good', async () => {
    const tokens = await startTokens({ lifetimeSeconds: -120 });
    const { repository } = await start({ auth: tokens.service });
    const client = connect();
    await expect(client.headManifest(repository, 'tag')).rejects.toMatchObject({ code: 'REGISTRY_UNAUTHORIZED' });
    expect(tokens.requests.length).toBeLessThanOrEqual(2);
  });
});

describeWithRegistry('a registry with https', () => {
  it('is trusted through the authority in the settings', async () => {
    const tls = makeCertificate();
    const { repository } = await start({ tls });
    const ca = join(makeTempDir(), 'ca.pem');
    writeFileSync(ca, tls.certificate);
    const client = connect({ settings: () => ({ ca }) });
    expect(await client.headManifest(repository, 'tag')).toBeUndefined();
  });

  it('is trusted when the settings say not to look', async () => {
    const { repository } = await start({ tls: makeCertificate() });
    const client = connect({ settings: () => ({ insecureSkipVerify: true }) });
    expect(await client.headManifest(repository, 'tag')).toBeUndefined();
  });

  it.each([
    ['an unknown authority', {}, false],
    ['another name', { names: ['registry.test'], ipv4: ['192.0.2.1'] }, true],
    ['an end in the past', { notAfter: Date.now() - 60_000 }, true],
  ])('is refused with a certificate for %s', async (_what, options, isTrusted) => {
    const tls = makeCertificate(options);
    const { repository } = await start({ tls });
    const ca = join(makeTempDir(), 'ca.pem');
    writeFileSync(ca, tls.certificate);
    const client = connect({ settings: () => (isTrusted ? { ca } : {}) });
    await expect(client.headManifest(repository, 'tag')).rejects.toMatchObject({ code: 'REGISTRY_TLS' });
  });

  it('is an error over plain http, with a hint', async () => {
    const { repository } = await start({ tls: makeCertificate() });
    const failure = await connect()
      .headManifest(repository, 'tag')
      .catch((error: unknown) => error);
    expect(failure).toMatchObject({
      code: expect.stringMatching(/^REGISTRY_/),
      hint: expect.stringContaining('plainHttp'),
    });
  });
});

describeWithRegistry('a registry with its own ways', () => {
  it('tells that it is read-only', async () => {
    const { repository } = await start({ readOnly: true });
    const write = connect().putManifest(repository, 'tag', EMPTY.manifest);
    await expect(write).rejects.toMatchObject({ code: 'REGISTRY_READ_ONLY' });
  });

  it('takes uploads at relative locations', async () => {
    const [from, to] = await Promise.all([startSource(), start({ relativeUrls: true })]);
    const { digest, bytes } = IMAGE.blobs[1]!;
    const descriptor = { digest, size: bytes.length, mediaType: 'application/octet-stream' };
    expect(await connect().copyBlob({ from, to: to.repository, descriptor })).toBe('uploaded');
  });

  it('is spoken to in plain http on this machine without any settings', async () => {
    const { repository } = await start({});
    expect(await connect({ settings: () => ({}) }).headManifest(repository, 'tag')).toBeUndefined();
  });
});

/** A repository of the playground that holds {@link IMAGE}. */
async function startSource(): Promise<Repository> {
  const playground = await startPlayground();
  onTestFinished(() => playground.close());
  await pushImage({ url: playground.url, repository: 'team/app' }, IMAGE);
  return parseRepository(`${playground.host}/team/app`);
}

describe('what is no registry', () => {
  it('is an error when nobody listens', async () => {
    const server = createServer();
    const port = await new Promise<number>((resolve) => {
      server.listen(0, '127.0.0.1', () => resolve((server.address() as { port: number }).port));
    });
    await new Promise((resolve) => server.close(resolve));
    const repository = parseRepository(`127.0.0.1:${port}/team/app`);
    await expect(connect().headManifest(repository, 'tag')).rejects.toMatchObject({ code: 'REGISTRY_UNREACHABLE' });
  });

  it('is an error when a manifest of 20 MiB comes', async () => {
    const playground = await startPlayground({
      intercept: (_request, response) => {
        const type = 'application/vnd.oci.image.index.v1+json';
        response.writeHead(200, { 'content-type': type }).end(Buffer.alloc(20 * 1024 * 1024, ' '));
        return true;
      },
    });
    onTestFinished(() => playground.close());
    const read = connect().getManifest(parseRepository(`${playground.host}/team/app`), 'tag');
    await expect(read).rejects.toMatchObject({ code: 'MANIFEST_TOO_LARGE' });
  });
});
