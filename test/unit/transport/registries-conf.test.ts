import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { createHostFiles, type HostFiles } from '../../../src/transport/host-files.ts';
import type { BufferedResponse } from '../../../src/transport/message.ts';
import { createSchemeFinder } from '../../../src/transport/scheme.ts';
import { makeCertificate } from '../../support/certificates.ts';
import { startFaultServer } from '../../support/fault-server.ts';
import { makeClient, REAL_CLOCK } from '../../support/make-client.ts';
import { makeTransport, sendSmall } from '../../support/make-transport.ts';
import { startTlsServer, type TlsServer } from '../../support/tls-server.ts';
import { writeFiles } from '../../support/write-files.ts';

const OTHER = makeCertificate({ subject: 'other' });
const SYSTEM = 'etc/containers/registries.conf';
const USER = 'home/containers/registries.conf';
const toConf = (prefix: string, more: string): string => `[[registry]]\nprefix = "${prefix}"\n${more}\n`;
const BLOCKED = toConf('ghcr.io', 'blocked = true');
const OPEN = toConf('ghcr.io', '');

describe('registries.conf', () => {
  it('lets a registry do without a certificate that is known', async () => {
    const server = await startTlsServer({ certificate: OTHER });
    const root = writeFiles({ [SYSTEM]: toConf(server.host, 'insecure = true') });
    expect((await send(server, root)).status).toBe(200);
  });

  it.each([
    ['https://HOST', 'silent.invalid', 'insecure = true', 'https:'],
    ['other', 'other.invalid', '', 'https:'],
  ])('never makes a silent or other host one in plain http: %s', async (_title, host, more, scheme) => {
    const root = writeFiles({ [SYSTEM]: toConf(host, more) });
    expect(await createSchemeFinder(() => ({}), REAL_CLOCK, openFiles(root)).find(host)).toBe(scheme);
  });

  it.each([
    ['ghcr.io', 'ghcr.io', 'acme/api', true],
    ['ghcr.io/acme', 'ghcr.io', 'acme/api', true],
    ['ghcr.io/acme', 'ghcr.io', 'acmes/api', false],
    ['*.example.com', 'r.example.com:5000', 'a', true],
    ['*.example.com', 'example.com', 'a', false],
    ['ghcr.io', 'evilghcr.io', 'a', false],
  ])('that blocks %s blocks %s/%s: %s', async (prefix, registry, path, isBlocked) => {
    const root = writeFiles({ [SYSTEM]: toConf(prefix, 'blocked = true') });
    const asked = openFiles(root).assertAllowed(registry, path, 'read it');
    const outcome = await asked.then(
      () => 'allowed',
      (error: { code: string; message: string }) => `${error.code} ${error.message.includes(root)}`,
    );
    expect(outcome).toBe(isBlocked ? 'REGISTRY_BLOCKED true' : 'allowed');
  });

  it('counts by its longest prefix, and that of the user stands for that of the machine', async () => {
    const blocked = toConf('ghcr.io', 'blocked = true');
    const longest = openFiles(writeFiles({ [SYSTEM]: blocked + toConf('ghcr.io/acme', '') }));
    await expect(longest.assertAllowed('ghcr.io', 'acme/api', 'read it')).resolves.toBeUndefined();
    await expect(longest.assertAllowed('ghcr.io', 'other', 'read it')).rejects.toMatchObject({
      code: 'REGISTRY_BLOCKED',
    });
    const own = openFiles(writeFiles({ [SYSTEM]: blocked, [USER]: '' }));
    await expect(own.assertAllowed('ghcr.io', 'other', 'read it')).resolves.toBeUndefined();
  });

  it('makes no host insecure for the sake of a path there', async () => {
    const server = await startTlsServer({ certificate: OTHER });
    const root = writeFiles({ [SYSTEM]: toConf(`${server.host}/a`, 'insecure = true') });
    await expect(send(server, root)).rejects.toMatchObject({ code: 'REGISTRY_TLS' });
  });
});

describe('the files of registries.conf.d', () => {
  it.each([
    ['alone', { [`${SYSTEM}.d/10.conf`]: BLOCKED }, `${SYSTEM}.d/10.conf`],
    ['of the user, alone', { [`${USER}.d/10.conf`]: BLOCKED }, `${USER}.d/10.conf`],
    ['over the main file', { [SYSTEM]: OPEN, [`${SYSTEM}.d/10.conf`]: BLOCKED }, `${SYSTEM}.d/10.conf`],
    ['in the order of names', { [`${SYSTEM}.d/9.conf`]: BLOCKED, [`${SYSTEM}.d/10.conf`]: OPEN }, `${SYSTEM}.d/9.conf`],
    [
      'of the user over the system',
      { [`${SYSTEM}.d/z.conf`]: OPEN, [`${USER}.d/a.conf`]: BLOCKED },
      `${USER}.d/a.conf`,
    ],
    ['beside the file of the user', { [USER]: OPEN, [`${USER}.d/a.conf`]: BLOCKED }, `${USER}.d/a.conf`],
    ['for other prefixes', { [SYSTEM]: BLOCKED, [`${SYSTEM}.d/a.conf`]: toConf('quay.io', '') }, SYSTEM],
    [
      'of a prefix written otherwise',
      { [SYSTEM]: OPEN, [`${SYSTEM}.d/a.conf`]: toConf('GHCR.io/', 'blocked = true') },
      `${SYSTEM}.d/a.conf`,
    ],
  ])('count, %s, and the one that blocks is named', async (_title, files, expected) => {
    const root = writeFiles(files);
    await expect(openFiles(root).assertAllowed('ghcr.io', 'acme/api', 'read it')).rejects.toMatchObject({
      code: 'REGISTRY_BLOCKED',
      message: expect.stringContaining(join(root, expected)),
    });
  });

  it.each([
    ['that a later one takes back', { [`${SYSTEM}.d/1.conf`]: BLOCKED, [`${SYSTEM}.d/2.conf`]: OPEN }],
    ['that the user takes back', { [`${SYSTEM}.d/1.conf`]: BLOCKED, [`${USER}.d/1.conf`]: OPEN }],
    ['of a system whose user has a file', { [USER]: '', [SYSTEM]: BLOCKED, [`${SYSTEM}.d/1.conf`]: BLOCKED }],
    ['after another in the same file', { [SYSTEM]: OPEN + BLOCKED }],
    ['with another ending', { [`${SYSTEM}.d/1.conf.rpmsave`]: BLOCKED, [`${SYSTEM}.d/1.toml`]: BLOCKED }],
    ['in a folder below', { [`${SYSTEM}.d/more/1.conf`]: BLOCKED }],
  ])('block nothing %s', async (_title, files) => {
    await expect(openFiles(writeFiles(files)).assertAllowed('ghcr.io', 'a', 'read it')).resolves.toBeUndefined();
  });

  it('keep a client away from what they block, and from nothing else', async () => {
    const server = await startFaultServer(() => ({ status: 404 }));
    const root = writeFiles({ [`${SYSTEM}.d/50.conf`]: toConf(`${server.host}/closed`, 'blocked = true') });
    const client = makeClient({ systemDirectory: join(root, 'etc') });
    const listTags = (path: string): Promise<unknown> => client.listTags({ registry: server.host, path });
    await expect(listTags('closed/api')).rejects.toMatchObject({ code: 'REGISTRY_BLOCKED' });
    expect(server.seen).toEqual([]);
    await listTags('open').catch(() => undefined);
    expect(server.seen.map(({ path }) => path)).toEqual([expect.stringContaining('/v2/open/')]);
    await client.close();
  });

  it('let a registry do without a certificate that is known', async () => {
    const server = await startTlsServer({ certificate: OTHER });
    const root = writeFiles({ [`${USER}.d/lab.conf`]: toConf(server.host, 'insecure = true') });
    expect((await send(server, root)).status).toBe(200);
  });

  it('have a registry checked again that an earlier one did not', async () => {
    const server = await startTlsServer({ certificate: OTHER });
    const root = writeFiles({
      [SYSTEM]: toConf(server.host, 'insecure = true'),
      [`${SYSTEM}.d/9.conf`]: toConf(server.host, ''),
    });
    await expect(send(server, root)).rejects.toMatchObject({ code: 'REGISTRY_TLS' });
  });
});

describe('the mirrors of an entry', () => {
  const toMirror = (location: string, more = ''): string => `[[registry.mirror]]\nlocation = "${location}"\n${more}\n`;

  it.each([
    ['docker.io', 'mirror.example', 'docker.io', 'library/redis', ['mirror.example/library/redis']],
    ['docker.io', 'Mirror.example:5000/hub/', 'docker.io', 'library/redis', ['mirror.example:5000/hub/library/redis']],
    ['docker.io/library', 'm.example/os', 'docker.io', 'library/redis', ['m.example/os/redis']],
    ['docker.io/library/redis', 'm.example/cache', 'docker.io', 'library/redis', ['m.example/cache']],
    ['docker.io/library/redis', 'm.example', 'docker.io', 'library/redis', []],
    ['*.example.com', 'm.example/all', 'r.example.com:5000', 'a/b', ['m.example/all/a/b']],
    ['docker.io', 'm.example', 'ghcr.io', 'a/b', []],
  ])('of %s at %s have %s/%s as %j', async (prefix, location, registry, path, expected) => {
    const root = writeFiles({ [SYSTEM]: toConf(prefix, '') + toMirror(location) });
    expect(await openFiles(root).findMirrors(registry, path)).toEqual(expected);
  });

  it('are asked in their order, but for those that have only tags', async () => {
    const mirrors =
      toMirror('a.example') + toMirror('b.example', 'pull-from-mirror = "tag-only"') + toMirror('c.example');
    const root = writeFiles({ [SYSTEM]: OPEN + mirrors });
    expect(await openFiles(root).findMirrors('ghcr.io', 'x')).toEqual(['a.example/x', 'c.example/x']);
  });

  it('are none when it is blocked', async () => {
    const root = writeFiles({ [SYSTEM]: BLOCKED + toMirror('m.example') });
    expect(await openFiles(root).findMirrors('ghcr.io', 'x')).toEqual([]);
  });

  it.each(['*.m.example', 'm.example/x:tag'])('are none at %s, where nothing can follow', async (location) => {
    const root = writeFiles({ [SYSTEM]: OPEN + toMirror(location) });
    expect(await openFiles(root).findMirrors('ghcr.io', 'x')).toEqual([]);
  });
});

describe('an entry of registries.conf', () => {
  it.each(['location', 'prefix'])('may name its registry by `%s` alone', async (key) => {
    const root = writeFiles({ [SYSTEM]: `[[registry]]\n${key} = "ghcr.io"\nblocked = true\n` });
    await expect(openFiles(root).assertAllowed('ghcr.io', 'a', 'read it')).rejects.toMatchObject({
      code: 'REGISTRY_BLOCKED',
    });
  });

  it.each([
    ['another host', 'mirror.example', 'REGISTRY_TLS'],
    ['a path of the same host', 'HOST/all', 200],
  ])('that leads to %s is insecure for that one: %s', async (_what, location, expected) => {
    const server = await startTlsServer({ certificate: OTHER });
    const more = `location = "${location.replace('HOST', server.host)}"\ninsecure = true`;
    const root = writeFiles({ [SYSTEM]: toConf(server.host, more) });
    const outcome = await send(server, root).then(
      ({ status }) => status,
      ({ code }) => code,
    );
    expect(outcome).toBe(expected);
  });

  it.each([
    ['secret = hunter2', /line 1/],
    ['registry = "hunter2"', /registry/],
    ['[[registry]]\nblocked = true', /number 1/],
    [toConf('https://hunter2', 'blocked = true'), /prefix/],
    [toConf('*.hunter2.example:5000', 'blocked = true'), /prefix/],
    ['[[registry]]\nlocation = "hunter2//x"\nblocked = true', /location/],
    [toConf('ghcr.io', 'blocked = "hunter2"'), /blocked/],
    [toConf('ghcr.io', 'mirror = "hunter2"'), /mirror/],
    [`${OPEN}[[registry.mirror]]\nlocation = "http://hunter2"`, /location/],
    [`${OPEN}[[registry.mirror]]\nlocation = 1\nx = "hunter2"`, /location/],
    [toConf('ghcr.io', 'insecure = "hunter2"'), /insecure/],
    ['TOO LONG', /bytes/],
  ])('that cannot be used is an error that names the file, and shows no text: %s', async (text, message) => {
    const server = await startFaultServer(() => ({}));
    const root = writeFiles({ [`${SYSTEM}.d/50-lab.conf`]: text.replace('TOO LONG', ' '.repeat(1024 * 1024 + 1)) });
    const client = makeClient({ systemDirectory: join(root, 'etc') });
    const error = await client.listTags({ registry: server.host, path: 'a' }).catch((caught) => caught);
    expect(error).toMatchObject({ code: 'HOST_FILE_INVALID', message: expect.stringMatching(message) });
    expect(error.message).toContain(join(root, `${SYSTEM}.d/50-lab.conf`));
    expect(`${error.message} ${error.hint}`).not.toContain('hunter2');
    expect(server.seen).toEqual([]);
    await client.close();
  });
});

function send(server: TlsServer, root: string): Promise<BufferedResponse> {
  return sendSmall(makeTransport({ profile: () => ({}), hostFiles: openFiles(root) }), `${server.url}/`);
}

function openFiles(root: string): HostFiles {
  return createHostFiles({ systemDirectory: join(root, 'etc'), configDirectory: join(root, 'home') });
}
