import { randomBytes } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { computeDigest } from '../../../src/oci/digest.ts';
import { parseRepository } from '../../../src/oci/repository.ts';
import { findSeed } from '../../../src/registry/capabilities.ts';
import type { RegistryClient } from '../../../src/registry/client.ts';
import type { RegistryClientOptions } from '../../../src/registry/create-client.ts';
import { pushReferrer } from '../../../src/registry/push-referrer.ts';
import { buildReferrer } from '../../support/build-referrer.ts';
import { AMD64, ARM64, INDEX, openClient, startClientBench } from '../../support/client-bench.ts';
import { startCuttingProxy } from '../../support/cutting-proxy.ts';
import { startFaultServer } from '../../support/fault-server.ts';
import { createBarrier } from '../../support/hooked-registry.ts';
import { pushBlob, pushIndex } from '../../support/push-content.ts';
import { makeTempDir } from '../../support/temp-dir.ts';

const ECR = '123456789012.dkr.ecr.eu-central-1.amazonaws.com';
const OTHER = 'registry.example.com';
const MIB = 1024 * 1024;

describe('what is known of a registry beforehand', () => {
  it.each([
    'docker.io',
    'ghcr.io',
    'gcr.io',
    'eu.gcr.io',
    'europe-west1-docker.pkg.dev',
    'public.ecr.aws',
    ECR,
    '123456789012.dkr.ecr-fips.us-east-1.amazonaws.com',
    '123456789012.dkr.ecr.cn-north-1.amazonaws.com.cn',
    '123456789012.dkr-ecr.us-east-1.on.aws',
    'acme.jfrog.io',
  ])('is something for %s', (registry) => {
    expect(findSeed(registry)).not.toEqual({});
  });

  it.each([
    OTHER,
    '127.0.0.1:5000',
    'evildocker.io',
    'docker.io.evil.example',
    'my.ghcr.io',
    'ghcr.io:8443',
    'evilgcr.io',
    `x${ECR}`,
    `${ECR}.evil.example`,
    'xpublic.ecr.aws',
    'jfrog.io',
    'a.b.jfrog.io.example',
  ])('is nothing for %s', (registry) => {
    expect(findSeed(registry)).toEqual({});
  });
});

describe('a client', () => {
  it.each([
    ['docker.io', 0],
    ['ghcr.io', 0],
    [OTHER, 1],
  ])('asks %s to delete a tag %i times', async (registry, count) => {
    const server = await startFaultServer(() => ({ status: 405 }));
    const client = openAt(registry, server.url);
    expect(await client.deleteTag(parseRepository(`${registry}/a/b`), 'old')).toBe('unsupported');
    expect(server.seen).toHaveLength(count);
  });

  it.each([
    ['docker.io', {}, 3],
    ['docker.io', { concurrency: 5 }, 5],
    [OTHER, {}, 8],
  ])('asks %s with %j for %j tags at one time', async (registry, settings, peak) => {
    // Nobody is answered before that many wait.
    const pass = createBarrier(peak);
    const server = await startFaultServer(async ({ path }) => {
      if (!path.endsWith('/first')) await pass();
      return { status: 404, headers: { 'docker-distribution-api-version': 'registry/2.0' } };
    });
    const client = openAt(registry, server.url, { settings: () => ({ plainHttp: true, ...settings }) });
    const repository = parseRepository(`${registry}/a/b`);
    await client.headManifest(repository, 'first');
    await Promise.all(Array.from({ length: 8 }, (_, number) => client.headManifest(repository, `t${number}`)));
    expect(server.peak()).toBe(peak);
  });

  it.each([
    ['public.ecr.aws', 'uploaded', ['HEAD', 'HEAD', 'GET', 'POST', 'PUT']],
    ['acme.jfrog.io', 'uploaded', ['HEAD', 'HEAD', 'GET', 'POST', 'PUT']],
    [OTHER, 'mounted', ['POST']],
  ])('copies a blob inside %s: %s', async (registry, outcome, methods) => {
    const { playground } = await startClientBench();
    await pushBlob({ url: playground.url, repository: 'a/b' }, AMD64.blobs[0]!);
    playground.clearRequests();
    const client = openAt(registry, playground.url);
    const [from, to] = [parseRepository(`${registry}/a/b`), parseRepository(`${registry}/c/d`)];
    expect(await client.copyBlob({ from, to, descriptor: describeBlob(AMD64.blobs[0]!) })).toBe(outcome);
    expect(playground.requests.map(({ method }) => method)).toEqual(expect.arrayContaining(methods.slice(1)));
    expect(playground.requests.filter(({ path }) => path.includes('mount='))).toHaveLength(
      outcome === 'mounted' ? 1 : 0,
    );
  });

  it.each([
    [ECR, 0],
    ['gcr.io', 0],
    ['europe-docker.pkg.dev', 0],
    [OTHER, 1],
  ])('sends a large blob that was cut to %s in pieces: %i', async (registry, pieces) => {
    const bytes = randomBytes(12 * MIB);
    const blob = { digest: computeDigest(bytes), bytes };
    const [source, target] = await Promise.all([startClientBench(), startClientBench()]);
    await pushBlob({ url: source.playground.url, repository: 'a/b' }, blob);
    const proxy = await startCuttingProxy({ to: target.playground.host, watch: 'sent', cutAfterBytes: [7 * MIB] });
    const client = openAt(registry, `http://${proxy.host}`, { retry: { attempts: 4, baseDelayMs: 1 } });
    const to = parseRepository(`${registry}/c/d`);
    const job = { from: source.repository('a/b'), to, descriptor: describeBlob(blob) };
    expect(await client.copyBlob(job)).toBe('uploaded');
    const methods = new Set(target.playground.requests.map(({ method }) => method));
    expect(methods.has('PATCH')).toBe(pieces > 0);
  });

  it.each([
    [ECR, 1],
    ['public.ecr.aws', 1],
    [OTHER, 0],
  ])('looks into the list of %s after OCI-Subject %i times', async (registry, count) => {
    const { playground } = await startClientBench({ features: { sparse: true } });
    const client = openAt(registry, playground.url);
    const repository = parseRepository(`${registry}/a/b`);
    const first = buildReferrer({ subject: AMD64.descriptor, text: 'first' });
    const second = buildReferrer({ subject: ARM64.descriptor, text: 'second' });
    // Once the list was there, the header is believed.
    for (const { manifest } of [first, second]) {
      expect(await pushReferrer(client, { repository, manifest })).toBe('listed');
    }
    expect(playground.requests.filter(({ path }) => path.includes('/referrers/'))).toHaveLength(count);
  });

  it('writes the list itself for an ECR that sends OCI-Subject and has none', async () => {
    const { playground } = await startClientBench({
      features: { sparse: true, referrers: false },
      intercept: ({ method }, response) => {
        if (method === 'PUT') response.setHeader('oci-subject', AMD64.descriptor.digest);
        return false;
      },
    });
    const client = openAt(ECR, playground.url);
    const repository = parseRepository(`${ECR}/a/b`);
    const { manifest } = buildReferrer({ subject: AMD64.descriptor, text: 'first' });
    expect(await pushReferrer(client, { repository, manifest })).toBe('tagged');
    expect(await client.listReferrers(repository, AMD64.descriptor.digest)).toHaveLength(1);
  });
});

describe('what a registry does', () => {
  it('counts: after a push for several tags that confirmed none, no other is sent', async () => {
    const { playground, client, repository } = await startClientBench({ features: { multiTag: false } });
    await pushIndex({ url: playground.url, repository: 'a/b' }, INDEX);
    playground.clearRequests();
    const push = () => client.putManifestTags(repository('a/b'), INDEX.manifest, ['x', 'y']);
    expect([await push(), await push()]).toEqual([[], []]);
    expect(playground.requests).toHaveLength(1);
  });

  it('counts more than what was known: an ECR whose list was seen is believed', async () => {
    const { playground } = await startClientBench({ features: { sparse: true } });
    const client = openAt(ECR, playground.url);
    const repository = parseRepository(`${ECR}/a/b`);
    await client.listReferrers(repository, AMD64.descriptor.digest);
    const { manifest } = buildReferrer({ subject: AMD64.descriptor, text: 'first' });
    expect(await pushReferrer(client, { repository, manifest })).toBe('listed');
    expect(playground.requests.map(({ method }) => method)).toEqual(['GET', 'PUT']);
  });
});

/** A client on a machine where the server at `url` stands for a registry. */
function openAt(registry: string, url: string, options: Partial<RegistryClientOptions> = {}): RegistryClient {
  const systemDirectory = makeTempDir();
  const folder = join(
    systemDirectory,
    'containerd/certs.d',
    registry === 'docker.io' ? 'registry-1.docker.io' : registry,
  );
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'hosts.toml'), `server = "${url}"\n`);
  return openClient({ systemDirectory, ...options });
}

function describeBlob({ digest, bytes }: { digest: ReturnType<typeof computeDigest>; bytes: Uint8Array }) {
  return { digest, size: bytes.byteLength, mediaType: 'application/octet-stream' };
}
