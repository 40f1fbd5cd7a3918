import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { parseRepository } from '../../../src/oci/repository.ts';
import type { RegistryClient } from '../../../src/registry/client.ts';
import { makeClient } from '../../support/make-client.ts';

const HEADERS = {
  'content-type': 'application/vnd.oci.image.index.v1+json',
  'docker-content-digest': `sha256:${'a'.repeat(64)}`,
};

describe('a connection', () => {
  let server: Server;
  let client: RegistryClient;
  let connections: number;
  beforeEach(async () => {
    connections = 0;
    client = makeClient();
    server = createServer((_request, response) => {
      response.writeHead(200, { ...HEADERS, 'content-length': 2 }).end();
    });
    server.on('connection', () => {
      connections += 1;
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  });
  afterEach(async () => {
    await client.close();
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });

  it('serves one HEAD after another instead of being closed', async () => {
    const repository = parseRepository(`127.0.0.1:${(server.address() as AddressInfo).port}/app`);
    for (const tag of ['1', '2', '3', '4']) await client.headManifest(repository, tag);

    expect(client.requestCounts()).toMatchObject({ HEAD: 4 });
    // The pool may open a second one while the first is being put back.
    expect(connections).toBeLessThanOrEqual(2);
  });
});
