import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { inject } from 'vitest';
import { callApi } from '../support/api-call.ts';
import { makeCertificate } from '../support/certificates.ts';
import { TEST_USER } from '../support/distribution-config.ts';
import { startRegistry } from '../support/real-registry.ts';
import type { RegistryProgram } from '../support/registry-program.ts';
import { makeTempDir } from '../support/temp-dir.ts';
import { startTokenServer, type TokenServer } from '../support/token-server.ts';
import { GIVES_PAGES, WANTS_A_CERTIFICATE } from './details.ts';
import { findBuild } from './find-build.ts';
import type { InteropServer, Launched } from './server.ts';

const NO_MULTI_TAG = { multiTag: 'it ignores the tags in the query of a push, and confirms none' };
const BASIC = `Basic ${Buffer.from(`${TEST_USER.username}:${TEST_USER.password}`).toString('base64')}`;

/** The ways in which CNCF distribution is set up in the world, on whatever version of it `program` is. */
const SET_UPS: readonly (Omit<InteropServer, 'launch'> & {
  readonly launch: (program?: RegistryProgram) => Promise<Launched>;
})[] = [
  { title: 'plain', launch: (program) => startRegistry({}, program) },
  {
    title: 'relative locations',
    launch: (program) => startRegistry({ relativeUrls: true }, program),
  },
  {
    title: 'htpasswd',
    launch: async (program) => ({
      ...(await startRegistry({ auth: 'htpasswd' }, program)),
      access: { user: TEST_USER },
      key: { addHeaders: () => ({ authorization: BASIC }) },
    }),
  },
  { title: 'token server and TLS', launch: launchWithTokens },
  { title: 'client certificates', details: [WANTS_A_CERTIFICATE], launch: launchWithClientCertificates },
  {
    title: 'read-only',
    limits: { write: 'it is set to read-only' },
    launch: launchReadOnly,
  },
  {
    title: 'pull-through',
    limits: { write: 'it is a cache of another registry' },
    launch: launchPullThrough,
  },
  {
    title: 'below /nested/',
    limits: { read: 'its API is not where the distribution API says', write: 'it cannot be reached' },
    launch: (program) => startRegistry({ prefix: '/nested/' }, program),
  },
];

const { program: found, tried } = inject('registrySearch');
const built = findBuild('distribution');

/** The program that the other tests use, in Debian version 2.8, in all set-ups. */
export const DISTRIBUTION_SERVERS: readonly InteropServer[] = SET_UPS.map(({ title, limits, launch, ...rest }) => ({
  ...rest,
  title: `distribution ${found?.version ?? '2.8'}, ${title}`,
  ...(found === undefined ? { leftOut: `none could be had: ${tried.join('; ')}` } : {}),
  limits: { ...NO_MULTI_TAG, ...limits },
  launch: () => launch(found),
}));

/** Its successor, where that differs: pages of tags by `Link` headers. */
export const DISTRIBUTION_3_SERVERS: readonly InteropServer[] = [
  {
    ...built.line('five tags a page'),
    limits: NO_MULTI_TAG,
    details: [GIVES_PAGES],
    launch: () => startRegistry({ maxTags: 5 }, toProgram()),
  },
  {
    ...built.line('token server and TLS'),
    limits: NO_MULTI_TAG,
    launch: () => launchWithTokens(toProgram()),
  },
];

function toProgram(): RegistryProgram {
  return { kind: 'binary', path: built.path(), version: built.version };
}

async function launchWithTokens(program?: RegistryProgram): Promise<Launched> {
  const tokens = await startTokenServer({ user: TEST_USER });
  const tls = makeCertificate();
  const registry = await startRegistry({ auth: tokens.service, tls }, program);
  return {
    ...registry,
    tls,
    access: { settings: { ca: writePem('ca', tls.certificate) }, user: TEST_USER },
    key: { addHeaders: async (path) => ({ authorization: `Bearer ${await fetchToken(tokens, path)}` }) },
    stop: async () => {
      await Promise.all([registry.stop(), tokens.stop()]);
    },
  };
}

/** For the tests: a token for everything in the repository that a request goes to. */
async function fetchToken({ service: { realm, service } }: TokenServer, path: string): Promise<string> {
  const repository = /^\/v2\/(.+)\/(?:manifests|blobs|tags)\//.exec(path)?.[1] ?? '';
  const scope = `repository:${repository}:pull,push,delete`;
  const query = new URLSearchParams({ service, scope });
  const { text } = await callApi(`${realm}?${query.toString()}`, { headers: { authorization: BASIC } });
  return (JSON.parse(text) as { readonly token: string }).token;
}

async function launchWithClientCertificates(program?: RegistryProgram): Promise<Launched> {
  const [server, client] = [makeCertificate(), makeCertificate()];
  const tls = { ...server, clientAuthority: client.certificate };
  return {
    ...(await startRegistry({ tls }, program)),
    tls,
    access: {
      settings: {
        ca: writePem('ca', server.certificate),
        clientCert: writePem('client', client.certificate),
        clientKey: writePem('client-key', client.key),
      },
    },
    key: { certificate: { cert: client.certificate, key: client.key } },
  };
}

/** What it holds comes to its folder through a second one, which takes writes. */
async function launchReadOnly(program?: RegistryProgram): Promise<Launched> {
  const folder = makeTempDir();
  const [readOnly, writable] = await Promise.all([
    startRegistry({ folder, readOnly: true }, program),
    startRegistry({ folder }, program),
  ]);
  return joinContent(readOnly, writable);
}

async function launchPullThrough(program?: RegistryProgram): Promise<Launched> {
  const upstream = await startRegistry({}, program);
  return joinContent(await startRegistry({ upstream: upstream.url }, program), upstream);
}

function joinContent(server: Launched, content: Launched): Launched {
  return {
    url: server.url,
    contentUrl: content.url,
    stop: async () => {
      await Promise.all([server.stop(), content.stop()]);
    },
  };
}

function writePem(name: string, text: string): string {
  const path = join(makeTempDir(), `${name}.pem`);
  writeFileSync(path, text);
  return path;
}
