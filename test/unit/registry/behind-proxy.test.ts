import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parseRepository, type Repository } from '../../../src/oci/repository.ts';
import type { RegistryClient } from '../../../src/registry/client.ts';
import type { RegistrySettings } from '../../../src/registry/settings.ts';
import { makeCertificate } from '../../support/certificates.ts';
import { openClient } from '../../support/client-bench.ts';
import { type ProxyServer, startProxyServer } from '../../support/proxy-server.ts';
import { makeTempDir } from '../../support/temp-dir.ts';
import { startTlsServer, type TlsServer } from '../../support/tls-server.ts';

const REGISTRY = 'registry.one.test';
const REALM = 'auth.two.test';
const BASIC = `Basic ${Buffer.from('weaver:hunter2').toString('base64')}`;

/** Behind a proxy these names are of two strangers, as on the internet; on this machine alone they would be one. */
describe('a token server on another host', () => {
  it('gets the credentials when the user trusts it, and the proxy sees none', async () => {
    const { tokens, proxy, client, repository } = await startBench({ trustedRealms: [REALM] });
    await client.listTags(repository).catch(() => undefined);
    expect(tokens.seen[0]?.headers.authorization).toBe(BASIC);
    expect(proxy.plain).toEqual([]);
    expect(JSON.stringify(proxy.seen)).not.toMatch(/hunter2|authorization/i);
  });

  it('gets nothing otherwise, and the error says what to set', async () => {
    const { tokens, client, repository } = await startBench({});
    await expect(client.listTags(repository)).rejects.toMatchObject({
      code: 'REALM_REFUSED',
      hint: expect.stringContaining(`trustedRealms: [${REALM}`),
    });
    expect(tokens.seen).toEqual([]);
  });
});

interface Bench {
  readonly tokens: TlsServer;
  readonly proxy: ProxyServer;
  readonly client: RegistryClient;
  readonly repository: Repository;
}

async function startBench(more: RegistrySettings): Promise<Bench> {
  const certificate = makeCertificate({ names: [REGISTRY, REALM] });
  const ca = join(makeTempDir(), 'ca.pem');
  writeFileSync(ca, certificate.certificate);
  const tokens = await startTlsServer({ certificate });
  const challenge = `Bearer realm="https://${REALM}:${tokens.port}/token",service="x"`;
  const server = await startTlsServer({
    certificate,
    answer: () => ({ status: 401, headers: { 'www-authenticate': challenge } }),
  });
  const proxy = await startProxyServer();
  const registry = `${REGISTRY}:${server.port}`;
  const auths = { [registry]: { username: 'weaver', password: 'hunter2' } };
  const environment = { HTTPS_PROXY: `http://${proxy.host}`, DOCKER_AUTH_CONFIG: JSON.stringify({ auths }) };
  const client = openClient({ settings: () => ({ ca, ...more }), environment });
  return { tokens, proxy, client, repository: parseRepository(`${registry}/a/b`) };
}
