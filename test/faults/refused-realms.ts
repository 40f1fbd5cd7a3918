import { expect } from 'vitest';
import { parseRepository } from '../../src/oci/repository.ts';
import { toChallenge, toGrant } from '../support/auth-servers.ts';
import { makeCertificate } from '../support/certificates.ts';
import { openClient } from '../support/client-bench.ts';
import { startFaultServer } from '../support/fault-server.ts';
import { makeTransport, toRequest } from '../support/make-transport.ts';
import { findOutsideAddress, withCredentials } from './fault-bench.ts';
import { expectCode } from './fault-row.ts';

/**
 * Names realms that must not be asked, and lets trap servers listen where they lead. A registry that is not on the
 * loopback interface is one on an address of this machine; where it has no other, that a name is looked up before it is
 * connected to is still shown, for a registry that was never spoken to.
 */
export async function refuseRealms(): Promise<void> {
  const trap = await startFaultServer(() => toGrant('t'));
  const secureTrap = await startFaultServer(() => toGrant('t'), { tls: makeCertificate() });
  const [port, securePort] = [trap, secureTrap].map(({ host }) => host.split(':')[1]);
  await refuseForRegistryHere();
  const address = findOutsideAddress();
  if (address !== undefined) {
    const realms = [
      `http://127.0.0.1:${port}/token`,
      `http://localhost:${port}/token`,
      `https://localhost:${securePort}/token`,
      `https://127.0.0.1:${securePort}/token`,
      `https://[::ffff:127.0.0.1]:${securePort}/token`,
      'https://169.254.169.254/latest/meta-data',
      `file:///etc/passwd`,
    ];
    for (const realm of realms) await refuse(address, realm);
  }
  const request = toRequest(`https://localhost:${securePort}/token`, {
    lane: 'token',
    onBehalfOf: new URL('https://registry.example'),
  });
  await expectCode(makeTransport().send(request, { maxBytes: 10 }), 'REDIRECT_REFUSED');
  expect([trap.seen, secureTrap.seen]).toEqual([[], []]);
}

async function refuseForRegistryHere(): Promise<void> {
  for (const realm of ['http://registry.example/token', 'file:///etc/passwd', 'https://169.254.169.254/token'])
    await refuse('127.0.0.1', realm);
}

/** Both with credentials, which the user even trusts the realm with, and without. */
async function refuse(address: string, realm: string): Promise<void> {
  const registry = await startFaultServer(() => toChallenge(`Bearer realm="${realm}"`), { address });
  const repository = parseRepository(`${registry.host}/a/b`);
  const trustedRealms = ['localhost', '127.0.0.1', '169.254.169.254', '[::ffff:7f00:1]'];
  const { settings, ...options } = withCredentials();
  for (const client of [
    openClient({ retry: { attempts: 1 } }),
    openClient({ ...options, settings: (host) => ({ ...settings?.(host), trustedRealms }) }),
  ]) {
    const error = await expectCode(client.headManifest(repository, 'x'), 'REALM_REFUSED');
    expect(error.message).toContain(registry.host);
  }
}
