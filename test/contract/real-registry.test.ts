import { request } from 'node:https';
import { afterEach, expect, it } from 'vitest';
import { makeCertificate } from '../support/certificates.ts';
import {
  describeWithRegistry,
  type RealRegistry,
  type RegistryVariant,
  startRegistry,
  TEST_USER,
} from '../support/real-registry.ts';
import { startTokenServer } from '../support/token-server.ts';

const running: { stop(): Promise<void> }[] = [];

async function start(variant: RegistryVariant): Promise<RealRegistry> {
  const registry = await startRegistry(variant);
  running.push(registry);
  return registry;
}

afterEach(async () => {
  await Promise.all(running.splice(0).map((server) => server.stop()));
});

const BASIC = `Basic ${Buffer.from(`${TEST_USER.username}:${TEST_USER.password}`).toString('base64')}`;
const UPLOAD = '/v2/team/app/blobs/uploads/';

describeWithRegistry('the real registry of the tests', () => {
  it('answers the version check', async () => {
    const registry = await start({});
    const answer = await fetch(`${registry.url}/v2/`);
    expect(answer.status).toBe(200);
    // It writes its log after the answer.
    await expect.poll(() => registry.log(), { timeout: 10_000 }).toContain('GET /v2/');
  });

  it('stops answering when it is stopped', async () => {
    const registry = await startRegistry();
    await registry.stop();
    await expect(fetch(`${registry.url}/v2/`)).rejects.toThrow();
  });

  it('lets only the test user in with htpasswd', async () => {
    const registry = await start({ auth: 'htpasswd' });
    const anonymous = await fetch(`${registry.url}/v2/`);
    const known = await fetch(`${registry.url}/v2/`, { headers: { authorization: BASIC } });
    expect([anonymous.status, known.status]).toEqual([401, 200]);
    expect(anonymous.headers.get('www-authenticate')).toBe('Basic realm="test"');
  });

  it('takes the tokens of the token server and no others', async () => {
    const tokens = await startTokenServer();
    running.push(tokens);
    const registry = await start({ auth: tokens.service });
    const answer = await fetch(`${tokens.service.realm}?service=registry.test&scope=repository:team/app:pull,push`);
    const { token } = (await answer.json()) as { token: string };
    const withToken = { method: 'POST', headers: { authorization: `Bearer ${token}` } };
    expect((await fetch(`${registry.url}${UPLOAD}`, { method: 'POST' })).status).toBe(401);
    expect((await fetch(`${registry.url}${UPLOAD}`, withToken)).status).toBe(202);
    expect((await fetch(`${registry.url}/v2/team/other/blobs/uploads/`, withToken)).status).toBe(401);
    expect(tokens.requests.map(({ scopes }) => scopes)).toEqual([['repository:team/app:pull,push']]);
  });

  it('serves https with the certificate it is given', async () => {
    const tls = makeCertificate();
    const registry = await start({ tls });
    const status = await new Promise((resolve, reject) => {
      request(`${registry.url}/v2/`, { ca: tls.certificate }, (answer) => resolve(answer.resume().statusCode))
        .on('error', reject)
        .end();
    });
    expect(status).toBe(200);
  });

  it('refuses writes when it is read-only', async () => {
    const registry = await start({ readOnly: true });
    const answer = await fetch(`${registry.url}${UPLOAD}`, { method: 'POST' });
    expect(answer.status).toBe(405);
  });

  it('sends relative locations when asked to', async () => {
    const registry = await start({ relativeUrls: true });
    const answer = await fetch(`${registry.url}${UPLOAD}`, { method: 'POST' });
    expect(answer.headers.get('location')).toMatch(/^\/v2\/team\/app\/blobs\/uploads\//);
  });

  it('serves below another base path when asked to', async () => {
    const registry = await start({ prefix: '/nested/' });
    expect((await fetch(`${registry.url}/nested/v2/`)).status).toBe(200);
  });
});
