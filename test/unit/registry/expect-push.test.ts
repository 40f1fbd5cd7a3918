import { describe, expect, it } from 'vitest';
import { parseRepository, type Repository } from '../../../src/oci/repository.ts';
import type { RegistryClient } from '../../../src/registry/client.ts';
import type { RegistryClientOptions } from '../../../src/registry/create-client.ts';
import { type AuthServers, type AuthServersOptions, listScopes, startAuthServers } from '../../support/auth-servers.ts';
import { AMD64, NO_DIGEST, openClient } from '../../support/client-bench.ts';
import { startFaultServer } from '../../support/fault-server.ts';

const { manifest: MANIFEST } = AMD64;
const PUSH = (path: string) => [`repository:${path}:pull,push`];

/** A client that a registry has told where tokens are made, by a read that found nothing. */
async function meet(
  options: AuthServersOptions = {},
  more: Partial<RegistryClientOptions> = {},
): Promise<AuthServers & { readonly client: RegistryClient; readonly at: (path: string) => Repository }> {
  const servers = await startAuthServers({
    answer: ({ method }) =>
      method === 'PUT' ? { status: 201, headers: { 'docker-content-digest': MANIFEST.digest } } : { status: 404 },
    ...options,
  });
  const client = openClient(more);
  const at = (path: string): Repository => parseRepository(`${servers.registry.host}/${path}`);
  await client.hasBlob(at('read'), NO_DIGEST);
  return { ...servers, client, at };
}

describe('a push that is expected', () => {
  it('has its token when it comes', async () => {
    const { registry, tokens, client, at } = await meet();
    client.expectPush(at('app'));
    await expect.poll(() => listScopes(tokens)).toEqual([['repository:read:pull'], PUSH('app')]);
    await client.putManifest(at('app'), 'v1', MANIFEST);

    expect(tokens.seen).toHaveLength(2);
    expect(registry.seen.map(({ method }) => method)).toEqual(['HEAD', 'HEAD', 'PUT']);
  });

  it('waits for the token that is on its way, and asks for no other', async () => {
    const { tokens, client, at } = await meet();
    client.expectPush(at('app'));
    await client.putManifest(at('app'), 'v1', MANIFEST);

    expect(listScopes(tokens)).toEqual([['repository:read:pull'], PUSH('app')]);
  });

  it('is refused for the reason for which its token was', async () => {
    const grant: AuthServersOptions['grant'] = ({ path }) =>
      path.includes('push') ? { status: 403 } : { headers: {}, body: '{"token":"t"}' };
    const { tokens, client, at } = await meet({ grant });
    client.expectPush(at('app'));
    await expect.poll(() => tokens.seen.length).toBe(2);
    const push = client.putManifest(at('app'), 'v1', MANIFEST);

    await expect(push).rejects.toMatchObject({
      code: 'REGISTRY_UNAUTHORIZED',
      message: expect.stringContaining(':v1'),
    });
  });

  it.each<[string, Partial<RegistryClientOptions>]>([
    ['a command that only reads', { access: 'read' }],
    ['a registry that is only to be read', { settings: () => ({ plainHttp: true, readOnly: true }) }],
  ])('is none of %s', async (_who, options) => {
    const { tokens, client, at } = await meet({}, options);
    client.expectPush(at('app'));
    await client.hasBlob(at('last'), NO_DIGEST);

    expect(listScopes(tokens)).toEqual([['repository:read:pull'], ['repository:last:pull']]);
  });

  it('is nothing to a registry that was not asked for anything, or wants no token', async () => {
    const open = await startFaultServer(() => ({ status: 404 }));
    const client = openClient();
    const app = parseRepository(`${open.host}/app`);
    client.expectPush(app);
    await client.hasBlob(app, NO_DIGEST);
    client.expectPush(app);
    await client.close();

    expect(open.seen.map(({ method }) => method)).toEqual(['HEAD']);
  });

  it('is one of many, of which only the first get their tokens ahead', async () => {
    const { tokens, client, at } = await meet();
    for (let number = 0; number < 200; number += 1) client.expectPush(at(`app-${number}`));
    await expect.poll(() => tokens.seen.length).toBe(65);
    await client.hasBlob(at('last'), NO_DIGEST);

    expect(tokens.seen).toHaveLength(66);
  });
});
