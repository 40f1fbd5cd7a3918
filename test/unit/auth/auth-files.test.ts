import { symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { listAuthFiles } from '../../../src/auth/auth-file.ts';
import { toChallenge } from '../../support/auth-servers.ts';
import { type FaultServer, registryError, startFaultServer } from '../../support/fault-server.ts';
import { makeClient } from '../../support/make-client.ts';
import { writeFiles } from '../../support/write-files.ts';

const DOCKERCFG = 'home/.dockercfg';
const RUN = 'run/1000/auth.json';
const toEntry = (user: string): object => ({ auth: Buffer.from(`${user}:hunter2`).toString('base64') });

describe('the files that may hold credentials', () => {
  it('are those of docker, then those of podman, then the old one of docker', () => {
    expect(listPlaces({}, '/run/containers/1000')).toEqual([
      '~/.docker/config.json',
      '/run/containers/1000/auth.json',
      '~/.config/containers/auth.json',
      '~/.dockercfg',
    ]);
  });

  it.each([
    [{ XDG_RUNTIME_DIR: '/x' }, '/x/containers/auth.json'],
    [{ XDG_RUNTIME_DIR: '' }, '/run/containers/1000/auth.json'],
  ])('are in the folder of the session where there is one: %j', (environment, expected) => {
    expect(listPlaces(environment, '/run/containers/1000')[1]).toBe(expected);
  });

  it('are in no such folder where users have no number', () => {
    expect(listPlaces({}, undefined)).toEqual([
      '~/.docker/config.json',
      '~/.config/containers/auth.json',
      '~/.dockercfg',
    ]);
  });

  it('are only the one that REGISTRY_AUTH_FILE names', () => {
    expect(listPlaces({ REGISTRY_AUTH_FILE: '/a.json' }, '/run/containers/1000')).toEqual(['/a.json']);
  });
});

describe('a registry gets the credentials', () => {
  it.each([
    [['home/.docker/config.json', RUN, 'home/.config/containers/auth.json', DOCKERCFG], 'home/.docker/config.json'],
    [[RUN, 'home/.config/containers/auth.json', DOCKERCFG], RUN],
    [['home/.config/containers/auth.json', DOCKERCFG], 'home/.config/containers/auth.json'],
    [[DOCKERCFG], DOCKERCFG],
  ])('of the first file that has some: of %j it is %s', async (present, expected) => {
    const registry = await startBasicServer();
    const folder = writeFiles(Object.fromEntries(present.map((name) => [name, toText(name, registry.host)])));
    await ask(registry, folder);
    expect(listUsers(registry)).toEqual([undefined, expected.replaceAll(':', '')]);
  });

  it('of the first file that knows it, past those that know others', async () => {
    const registry = await startBasicServer();
    const folder = writeFiles({
      'home/.docker/config.json': toText('other', 'other.example'),
      [RUN]: toText('other', `${registry.host}/elsewhere`),
      [DOCKERCFG]: toText(DOCKERCFG, `https://${registry.host}/v1/`),
    });
    await ask(registry, folder);
    expect(listUsers(registry)).toEqual([undefined, DOCKERCFG]);
  });

  it('of another file when the folder of podman in /run is not for us', async () => {
    const registry = await startBasicServer();
    const folder = writeFiles({ [DOCKERCFG]: toText(DOCKERCFG, registry.host) });
    symlinkSync('run', join(folder, 'run'));
    await ask(registry, folder);
    expect(listUsers(registry)).toEqual([undefined, DOCKERCFG]);
  });
});

describe('a file of credentials that cannot be used', () => {
  it.each([
    [DOCKERCFG, '~/.dockercfg', 'auth = hunter2\nemail = a@b'],
    [DOCKERCFG, '~/.dockercfg', '["hunter2"]'],
    [DOCKERCFG, '~/.dockercfg', '{"HOST": "hunter2"}'],
    [DOCKERCFG, '~/.dockercfg', '{"HOST": {"auth": "hunter2"}}'],
    [DOCKERCFG, '~/.dockercfg', ' '.repeat(1024 * 1024 + 1)],
    [RUN, 'run/1000/auth.json', '{"auths": {"HOST": hunter2'],
    [RUN, 'run/1000/auth.json', '{"auths": "hunter2"}'],
    [RUN, 'run/1000/auth.json', '{"auths": {"HOST": {"auth": 1, "secret": "hunter2"}}}'],
  ])('is an error that names it and shows nothing of it: %s, %s', async (name, place, text) => {
    const registry = await startBasicServer();
    const folder = writeFiles({ [name]: text.replace('HOST', registry.host) });
    const error = await ask(registry, folder).catch((caught) => caught);
    expect(error).toMatchObject({ code: 'CREDENTIALS_INVALID', message: expect.stringContaining(place) });
    expect(`${error.message} ${error.hint}`).not.toContain('hunter2');
    expect(error.hint).not.toBe('');
    expect(listUsers(registry)).toEqual([undefined]);
  });

  it('does not matter when an earlier one knows the registry', async () => {
    const registry = await startBasicServer();
    const folder = writeFiles({ [RUN]: toText(RUN, registry.host), [DOCKERCFG]: 'broken' });
    await ask(registry, folder);
    expect(listUsers(registry)).toEqual([undefined, RUN]);
  });

  it('may be one that cannot be read', async () => {
    const registry = await startBasicServer();
    const folder = writeFiles({ 'home/x': '' });
    symlinkSync('.dockercfg', join(folder, DOCKERCFG));
    await expect(ask(registry, folder)).rejects.toMatchObject({
      code: 'CREDENTIALS_INVALID',
      message: expect.stringContaining('~/.dockercfg'),
    });
  });

  it.each([DOCKERCFG, RUN])('may be a folder: %s', async (name) => {
    const registry = await startBasicServer();
    const folder = writeFiles({ [`${name}/x`]: '' });
    await expect(ask(registry, folder)).rejects.toMatchObject({
      code: 'CREDENTIALS_INVALID',
      message: expect.stringContaining(name.replace('home/', '')),
    });
  });
});

function listPlaces(
  environment: Readonly<Record<string, string>>,
  runDirectory: string | undefined,
): readonly string[] {
  const run = runDirectory === undefined ? {} : { runDirectory };
  return listAuthFiles({ environment, homeDirectory: '/home/weaver', ...run }).map(({ place }) => place);
}

/** Lets in everybody who comes with a password. */
function startBasicServer(): Promise<FaultServer> {
  return startFaultServer(({ headers }) =>
    headers.authorization === undefined ? toChallenge('Basic realm="r"') : registryError(404, 'MANIFEST_UNKNOWN'),
  );
}

/** What `name` holds for one registry; the name of the user is that of the file. */
function toText(name: string, key: string): string {
  const auths = { [key]: toEntry(name) };
  return JSON.stringify(name === DOCKERCFG ? auths : { auths });
}

async function ask(registry: FaultServer, folder: string): Promise<void> {
  const client = makeClient({ homeDirectory: join(folder, 'home'), runDirectory: join(folder, 'run/1000') });
  try {
    await client.headManifest({ registry: registry.host, path: 'a/b' }, 'latest');
  } finally {
    await client.close();
  }
}

function listUsers(registry: FaultServer): readonly (string | undefined)[] {
  return registry.seen
    .filter(({ method }) => method === 'HEAD')
    .map(({ headers: { authorization } }) =>
      authorization === undefined
        ? undefined
        : Buffer.from(authorization.slice('Basic '.length), 'base64').toString().split(':', 1)[0],
    );
}
