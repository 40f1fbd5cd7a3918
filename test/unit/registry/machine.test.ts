import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parseRepository, type Repository } from '../../../src/oci/repository.ts';
import type { RegistryClient } from '../../../src/registry/client.ts';
import type { RegistrySettings } from '../../../src/registry/settings.ts';
import { toChallenge } from '../../support/auth-servers.ts';
import { AMD64, describeManifest, openClient } from '../../support/client-bench.ts';
import { type FaultServer, startFaultServer } from '../../support/fault-server.ts';
import { makeTempDir } from '../../support/temp-dir.ts';

const { manifest } = AMD64;
const toBasic = (user: string): string => `Basic ${Buffer.from(`${user}:hunter2`).toString('base64')}`;

describe('a registry that the machine blocks', () => {
  it('is sent nothing, and the file is named', async () => {
    const server = await startRegistry();
    const conf = `[[registry]]\nprefix = "${server.host}/closed"\nblocked = true\n`;
    const { client, root } = openAt({ 'etc/containers/registries.conf': conf });
    const closed = parseRepository(`${server.host}/closed/app`);
    const refused = {
      code: 'REGISTRY_BLOCKED',
      message: expect.stringContaining(join(root, 'etc/containers/registries.conf')),
    };
    await expect(client.getManifest(closed, 'latest')).rejects.toMatchObject(refused);
    await expect(client.hasBlob(closed, manifest.digest)).rejects.toMatchObject(refused);
    await expect(client.putManifest(closed, 'latest', manifest)).rejects.toMatchObject(refused);
    expect(server.seen).toEqual([]);
    expect(await client.getManifest(parseRepository(`${server.host}/open`), 'latest')).toBeDefined();
  });

  it('cannot be read with a file that cannot be read', async () => {
    const server = await startRegistry();
    const { client } = openAt({ 'etc/containers/registries.conf': '[[registry' });
    await expect(client.getManifest(place(server), 'latest')).rejects.toMatchObject({ code: 'HOST_FILE_INVALID' });
    expect(server.seen).toEqual([]);
  });

  it('is not blocked for a client that is told of no such folder', async () => {
    const server = await startRegistry();
    const client = openClient();
    expect(await client.getManifest(place(server), 'latest')).toBeDefined();
  });
});

describe('a server that stands for a registry', () => {
  it('is talked to with credentials of its own, and not those of the registry', async () => {
    const registry = await startRegistry();
    const server = await startRegistry('server');
    const { client } = openAt(
      { [`etc/containerd/certs.d/${registry.host}/hosts.toml`]: `server = "${server.url}"` },
      { [registry.host]: 'registry', [server.host]: 'server' },
    );
    expect(await client.getManifest(place(registry), 'latest')).toBeDefined();
    expect(registry.seen).toEqual([]);
    expect(server.seen.map(({ headers }) => headers.authorization)).toEqual([undefined, toBasic('server')]);
  });

  it('gets none when there are none for it', async () => {
    const registry = await startRegistry();
    const server = await startRegistry('server');
    const { client } = openAt(
      { [`etc/containerd/certs.d/${registry.host}/hosts.toml`]: `server = "${server.url}/v2"` },
      { [registry.host]: 'registry' },
    );
    await expect(client.getManifest(place(registry), 'latest')).rejects.toMatchObject({
      code: 'REGISTRY_UNAUTHORIZED',
    });
    expect(server.seen.filter(({ headers }) => headers.authorization !== undefined)).toEqual([]);
  });
});

describe('a mirror that the machine names', () => {
  const toConf = (registry: FaultServer, mirror: FaultServer): string =>
    `[[registry]]\nprefix = "${registry.host}"\n[[registry.mirror]]\nlocation = "${mirror.host}/cache"\n`;

  it('gives content of sources by digest, under its own name and with its own credentials', async () => {
    const registry = await startRegistry('registry');
    const mirror = await startRegistry('mirror');
    const { client } = openAt(
      { 'etc/containers/registries.conf.d/mirror.conf': toConf(registry, mirror) },
      { [registry.host]: 'registry', [`${mirror.host}/cache`]: 'mirror' },
    );
    expect(await client.getManifest(place(registry), manifest.digest, { mirrors: true })).toBeDefined();
    expect(mirror.seen.map(({ path, headers }) => [path, headers.authorization])).toEqual([
      [`/v2/cache/a/b/manifests/${manifest.digest}`, undefined],
      [`/v2/cache/a/b/manifests/${manifest.digest}`, toBasic('mirror')],
    ]);
    expect(registry.seen).toEqual([]);
  });

  it('is not asked for tags, nor for what is no source', async () => {
    const [registry, mirror] = [await startRegistry(), await startRegistry()];
    const { client } = openAt({ 'etc/containers/registries.conf': toConf(registry, mirror) });
    await client.getManifest(place(registry), 'latest', { mirrors: true });
    await client.getManifest(place(registry), manifest.digest);
    expect([mirror.seen.length, registry.seen.length]).toEqual([0, 2]);
  });

  it('gives way to what the config says, even when that is none', async () => {
    const [registry, mirror] = [await startRegistry(), await startRegistry()];
    const { client } = openAt({ 'etc/containers/registries.conf': toConf(registry, mirror) }, {}, { mirrors: [] });
    await client.getManifest(place(registry), manifest.digest, { mirrors: true });
    expect([mirror.seen.length, registry.seen.length]).toEqual([0, 1]);
  });
});

/** A registry that has one manifest under every name; with `user` it wants the password of that one. */
function startRegistry(user?: string): Promise<FaultServer> {
  return startFaultServer(({ headers }) =>
    user === undefined || headers.authorization === toBasic(user)
      ? { headers: describeManifest(manifest), body: manifest.bytes }
      : toChallenge('Basic realm="x"'),
  );
}

function place(server: FaultServer): Repository {
  return parseRepository(`${server.host}/a/b`);
}

/** A client on a machine with these files, for a user with the password `hunter2` at each host. */
function openAt(
  files: Readonly<Record<string, string>>,
  users: Readonly<Record<string, string>> = {},
  settings: RegistrySettings = {},
): { readonly client: RegistryClient; readonly root: string } {
  const root = makeTempDir();
  const auths = Object.fromEntries(
    Object.entries(users).map(([host, username]) => [host, { username, password: 'hunter2' }]),
  );
  for (const [name, text] of Object.entries({ ...files, 'home/.docker/config.json': JSON.stringify({ auths }) })) {
    mkdirSync(dirname(join(root, name)), { recursive: true });
    writeFileSync(join(root, name), text);
  }
  const client = openClient({
    settings: () => ({ plainHttp: true, ...settings }),
    homeDirectory: join(root, 'home'),
    systemDirectory: join(root, 'etc'),
  });
  return { client, root };
}
