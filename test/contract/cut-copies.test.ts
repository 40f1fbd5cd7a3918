import { randomBytes } from 'node:crypto';
import { expect, it, onTestFinished } from 'vitest';
import { computeDigest } from '../../src/oci/digest.ts';
import { parseRepository } from '../../src/oci/repository.ts';
import { buildImage } from '../../src/playground/images.ts';
import { startCuttingProxy } from '../support/cutting-proxy.ts';
import { makeClient } from '../support/make-client.ts';
import { pushBlob, pushImage } from '../support/push-content.ts';
import {
  describeWithDistribution28,
  describeWithRegistry,
  type RealRegistry,
  startRegistry,
} from '../support/real-registry.ts';

const MIB = 1024 * 1024;
const BYTES = randomBytes(12 * MIB + 7);
const BLOB = { mediaType: 'application/octet-stream', digest: computeDigest(BYTES), size: BYTES.byteLength };

async function start(): Promise<RealRegistry> {
  const registry = await startRegistry();
  onTestFinished(() => registry.stop());
  return registry;
}

function connect(): ReturnType<typeof makeClient> {
  const client = makeClient({ retry: { attempts: 4, baseDelayMs: 10 } });
  onTestFinished(() => client.close());
  return client;
}

describeWithRegistry('a large blob on its way from one registry to another', () => {
  it.each(['sent', 'received'] as const)('arrives though the connection is cut while it is %s', async (watch) => {
    const [source, target] = await Promise.all([start(), start()]);
    await pushBlob({ url: source.url, repository: 'from/x' }, { digest: BLOB.digest, bytes: BYTES });
    const to = watch === 'sent' ? target.host : source.host;
    const proxy = await startCuttingProxy({ to, watch, cutAfterBytes: [7 * MIB] });
    const [from, into] = watch === 'sent' ? [source.host, proxy.host] : [proxy.host, target.host];
    const job = { from: parseRepository(`${from}/from/x`), to: parseRepository(`${into}/to/y`), descriptor: BLOB };
    const client = connect();
    expect(await client.copyBlob(job)).toBe('uploaded');
    expect(proxy.cuts()).toBe(1);
    const read = await client.readBlob(job.to, BLOB, { maxBytes: BLOB.size });
    expect(computeDigest(read)).toBe(BLOB.digest);
  });
});

describeWithDistribution28('a tag that is read again', () => {
  it('is confirmed by a 304 without headers', async () => {
    const registry = await start();
    const image = buildImage({ platform: { os: 'linux', architecture: 'amd64' }, text: 'again', format: 'oci' });
    await pushImage({ url: registry.url, repository: 'a/b', tag: 'x' }, image);
    const client = connect();
    const repository = parseRepository(`${registry.host}/a/b`);
    const first = await client.headManifest(repository, 'x');
    expect(await client.headManifest(repository, 'x')).toEqual(first);
    await expect.poll(() => registry.log()).toMatch(/"HEAD \/v2\/a\/b\/manifests\/x HTTP\/1\.1" 304 /);
  });
});
