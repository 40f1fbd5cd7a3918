import { dirname, join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { createHostFiles, type HostFiles } from '../../../src/transport/host-files.ts';
import type { HostProfile } from '../../../src/transport/host-profile.ts';
import type { BufferedResponse } from '../../../src/transport/message.ts';
import { toNetworkError } from '../../../src/transport/network-error.ts';
import { createSchemeFinder } from '../../../src/transport/scheme.ts';
import { makeCertificate } from '../../support/certificates.ts';
import { startFaultServer } from '../../support/fault-server.ts';
import { REAL_CLOCK } from '../../support/make-client.ts';
import { makeTransport, sendSmall } from '../../support/make-transport.ts';
import { makeTempDir } from '../../support/temp-dir.ts';
import { startTlsServer, type TlsServer } from '../../support/tls-server.ts';
import { writeFiles } from '../../support/write-files.ts';

const AUTHORITY = makeCertificate({ subject: 'authority' });
const SERVER = makeCertificate({ issuer: AUTHORITY });
const CLIENT = makeCertificate({ issuer: AUTHORITY, subject: 'weaver', names: [], ipv4: [] });
const OTHER = makeCertificate({ subject: 'other' });

describe('a client certificate', () => {
  it('is shown as the config says', async () => {
    const server = await startTlsServer({ certificate: SERVER, clients: AUTHORITY });
    const root = makeFolder({ 'ca.pem': AUTHORITY.certificate, 'c.pem': CLIENT.certificate, 'c.key': CLIENT.key });
    const profile = { ca: join(root, 'ca.pem'), clientCert: join(root, 'c.pem'), clientKey: join(root, 'c.key') };
    expect((await send(server, { profile })).status).toBe(200);
    expect(server.seen.map(({ client }) => client)).toEqual(['weaver']);
  });

  it('that is missing is hinted at when the connection is cut', async () => {
    const server = await startTlsServer({ certificate: SERVER, clients: AUTHORITY });
    const ca = join(makeFolder({ 'ca.pem': AUTHORITY.certificate }), 'ca.pem');
    await expect(send(server, { profile: { ca } })).rejects.toMatchObject({
      hint: expect.stringMatching(/`clientCert`.*certs\.d/),
    });
    expect(server.seen).toEqual([]);
  });

  it.each([
    'ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED',
    'ERR_SSL_SSLV3_ALERT_BAD_CERTIFICATE',
    'ERR_SSL_TLSV1_ALERT_UNKNOWN_CA',
  ])('is what an alert asks for: %s', (code) => {
    const error = toNetworkError(Object.assign(new Error('alert'), { code }), new URL('https://a.b'), 'read it');
    expect(error).toMatchObject({ code: 'REGISTRY_TLS', hint: expect.stringMatching(/`clientCert`.*certs\.d/) });
  });

  it('with the key of another one is refused before anything is sent', async () => {
    const server = await startTlsServer({ certificate: SERVER, clients: AUTHORITY });
    const root = makeFolder({ 'c.pem': CLIENT.certificate, 'c.key': OTHER.key });
    const profile = { clientCert: join(root, 'c.pem'), clientKey: join(root, 'c.key') };
    await expect(send(server, { profile })).rejects.toMatchObject({
      code: 'REGISTRY_TLS',
      message: expect.stringContaining(server.host),
    });
  });

  it('is not shown to a host that a redirect leads to', async () => {
    const stranger = await startTlsServer({ certificate: SERVER });
    const headers = { location: `${stranger.url}/away` };
    const server = await startTlsServer({
      certificate: SERVER,
      clients: AUTHORITY,
      answer: () => ({ status: 307, headers }),
    });
    const root = makeFolder(
      {
        'etc/docker/certs.d/HOST/ca.crt': AUTHORITY.certificate,
        'etc/docker/certs.d/HOST/me.cert': CLIENT.certificate,
        'etc/docker/certs.d/HOST/me.key': CLIENT.key,
        [`etc/docker/certs.d/${stranger.host}/ca.crt`]: AUTHORITY.certificate,
      },
      server,
    );
    expect((await send(server, { root })).status).toBe(200);
    expect([server.seen[0]?.client, stranger.seen[0]?.client]).toEqual(['weaver', undefined]);
  });
});

describe('certs.d', () => {
  it.each(['home/containers', 'etc/containers', 'etc/docker'])(
    'in %s names authorities and a client pair',
    async (parent) => {
      const server = await startTlsServer({ certificate: SERVER, clients: AUTHORITY });
      const root = makeFolder(
        {
          [`${parent}/certs.d/HOST/ca.crt`]: AUTHORITY.certificate,
          [`${parent}/certs.d/HOST/me.cert`]: CLIENT.certificate,
          [`${parent}/certs.d/HOST/me.key`]: CLIENT.key,
          [`${parent}/certs.d/HOST/README`]: 'not looked at',
        },
        server,
      );
      expect((await send(server, { root })).status).toBe(200);
      expect(server.seen[0]?.client).toBe('weaver');
    },
  );

  it('of the user comes before that of the machine', async () => {
    const server = await startTlsServer({ certificate: SERVER });
    const root = makeFolder(
      {
        'home/containers/certs.d/HOST/ca.crt': AUTHORITY.certificate,
        'etc/docker/certs.d/HOST/ca.crt': 'not a certificate',
      },
      server,
    );
    expect((await send(server, { root })).status).toBe(200);
  });

  it.each([
    ['me.cert', 'me.key'],
    ['me.key', 'me.cert'],
  ])('with %s but no %s is an error that names both', async (there, missing) => {
    const server = await startTlsServer({ certificate: SERVER });
    const root = makeFolder({ [`etc/docker/certs.d/HOST/${there}`]: CLIENT.certificate }, server);
    await expect(send(server, { root })).rejects.toMatchObject({
      code: 'HOST_FILE_INVALID',
      message: expect.stringMatching(new RegExp(`certs\\.d/${server.host}/${there}.*${missing}`)),
    });
    expect(server.seen).toEqual([]);
  });

  it('is named when a registry cannot be trusted in spite of it', async () => {
    const server = await startTlsServer({ certificate: SERVER });
    const root = makeFolder({ 'etc/docker/certs.d/HOST/ca.crt': OTHER.certificate }, server);
    await expect(send(server, { root })).rejects.toMatchObject({
      code: 'REGISTRY_TLS',
      hint: expect.stringContaining(`etc/docker/certs.d/${server.host}`),
    });
  });

  it.each([
    ['is missing', 'none.pem', 'there is no such file'],
    ['is a folder', '.', 'is no file'],
    ['has no end', '/dev/zero', 'more than 1048576 bytes'],
    ['holds no certificate', 'empty.pem', 'no certificate'],
  ])('of the config that %s is told before anything is sent', async (_name, path, problem) => {
    const server = await startTlsServer({ certificate: SERVER });
    const root = makeFolder({ 'empty.pem': '' }, server);
    await expect(send(server, { root, profile: { ca: resolve(root, path) } })).rejects.toMatchObject({
      code: 'REGISTRY_TLS',
      message: expect.stringContaining(problem),
      hint: expect.stringContaining(`\`ca\` of ${server.host}`),
    });
    expect(server.seen).toEqual([]);
  });

  it('gives way to `ca` of the config', async () => {
    const server = await startTlsServer({ certificate: SERVER });
    const root = makeFolder(
      { 'etc/docker/certs.d/HOST/ca.crt': OTHER.certificate, 'ca.pem': AUTHORITY.certificate },
      server,
    );
    expect((await send(server, { root, profile: { ca: join(root, 'ca.pem') } })).status).toBe(200);
  });
});

describe('hosts.toml', () => {
  const PATH = 'etc/containerd/certs.d/HOST/hosts.toml';

  it.each([
    ['at the top', 'ca = "ca.pem"\nclient = [["c.pem", "c.key"]]'],
    ['in the section of the registry itself', '[host."https://HOST"]\nca = ["ca.pem"]\nclient = [["c.pem", "c.key"]]'],
    ['in one file', 'ca = "ca.pem"\nclient = "both.pem"'],
  ])('names authorities and a client pair, %s', async (_where, text) => {
    const server = await startTlsServer({ certificate: SERVER, clients: AUTHORITY });
    const folder = dirname(PATH);
    const root = makeFolder(
      {
        [PATH]: text.replace('HOST', server.host),
        [`${folder}/ca.pem`]: AUTHORITY.certificate,
        [`${folder}/c.pem`]: CLIENT.certificate,
        [`${folder}/c.key`]: CLIENT.key,
        [`${folder}/both.pem`]: CLIENT.certificate + CLIENT.key,
      },
      server,
    );
    expect((await send(server, { root })).status).toBe(200);
    expect(server.seen[0]?.client).toBe('weaver');
  });

  it('may be in a folder without a colon, and accept any certificate', async () => {
    const server = await startTlsServer({ certificate: OTHER });
    const folder = server.host.replace(/:(\d+)$/, '_$1_');
    const root = makeFolder({ [`etc/containerd/certs.d/${folder}/hosts.toml`]: 'skip_verify = true' });
    expect((await send(server, { root })).status).toBe(200);
  });

  it('accepts no certificate in the name of a mirror, nor against a config that names an authority', async () => {
    const server = await startTlsServer({ certificate: OTHER });
    const mirror = makeFolder({ [PATH]: '[host."https://mirror.example"]\nskip_verify = true' }, server);
    await expect(send(server, { root: mirror })).rejects.toMatchObject({ code: 'REGISTRY_TLS' });
    const root = makeFolder({ [PATH]: 'skip_verify = true', 'ca.pem': AUTHORITY.certificate }, server);
    await expect(send(server, { root, profile: { ca: join(root, 'ca.pem') } })).rejects.toMatchObject({
      code: 'REGISTRY_TLS',
    });
    expect(server.seen).toEqual([]);
  });

  it.each([
    ['secret = hunter2', /hosts\.toml.*line 1/],
    ['skip_verify = "yes"', /hosts\.toml.*skip_verify/],
    ['server = "https://a.b/some/path"', /hosts\.toml.*server/],
    ['ca = 1', /hosts\.toml.*ca/],
    ['ca = "gone.pem"', /hosts\.toml.*gone\.pem/],
  ])('that cannot be used is an error that names the file, and shows no text: %s', async (text, message) => {
    const server = await startTlsServer({ certificate: SERVER });
    const root = makeFolder({ [PATH]: text }, server);
    const sent = send(server, { root });
    await expect(sent).rejects.toMatchObject({ code: 'HOST_FILE_INVALID', message: expect.stringMatching(message) });
    await expect(sent).rejects.not.toMatchObject({ message: expect.stringContaining('hunter2') });
  });
});

describe('files of the machine', () => {
  it('make a registry on this machine one that is spoken to in https', async () => {
    const server = await startFaultServer(() => ({}));
    const root = makeFolder({ [`etc/docker/certs.d/${server.host}/ca.crt`]: AUTHORITY.certificate });
    expect(await createSchemeFinder(() => ({}), REAL_CLOCK, openFiles(root)).find(server.host)).toBe('https:');
    expect(await createSchemeFinder(() => ({}), REAL_CLOCK).find(server.host)).toBe('http:');
  });
});

interface Sending {
  readonly root?: string;
  readonly profile?: HostProfile;
}

function send(server: TlsServer, { root, profile = {} }: Sending): Promise<BufferedResponse> {
  const own = (host: string): HostProfile => (host === server.host ? profile : {});
  const hostFiles = openFiles(root ?? makeTempDir());
  return sendSmall(makeTransport({ profile: own, hostFiles }), `${server.url}/`);
}

function openFiles(root: string): HostFiles {
  return createHostFiles({ systemDirectory: join(root, 'etc'), configDirectory: join(root, 'home') });
}

/** A folder with these files; `HOST` in a path is the host of the server. */
function makeFolder(files: Readonly<Record<string, string>>, server?: TlsServer): string {
  const named = Object.entries(files).map(([name, text]) => [name.replace('HOST', server?.host ?? ''), text] as const);
  return writeFiles(Object.fromEntries(named));
}
