import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Declaration } from '../../../src/config/declaration.ts';
import type { Descriptor } from '../../../src/oci/descriptor.ts';
import { type Digest, parseDigest } from '../../../src/oci/digest.ts';
import { parseReference } from '../../../src/oci/reference.ts';
import { parseRepository } from '../../../src/oci/repository.ts';
import type { Plan } from '../../../src/plan/plan.ts';
import type { PlaygroundOptions } from '../../../src/playground/options.ts';
import { type Playground, startPlayground } from '../../../src/playground/server.ts';
import type { RegistryClient } from '../../../src/registry/client.ts';
import { buildReferrer, SBOM, SIGNATURE } from '../../support/build-referrer.ts';
import { makeClient } from '../../support/make-client.ts';
import { pushImage } from '../../support/push-content.ts';
import { applyAll, describeResult, planAll, weave } from '../../support/run-plan.ts';

const PROVENANCE = 'application/vnd.in-toto+json';
const SOURCE = 'demo/builds/hello';
const TOOL = 'demo/tool';

let playground: Playground;
let client: RegistryClient;

async function start(options: PlaygroundOptions = {}): Promise<void> {
  playground = await startPlayground({ seed: true, ...options });
  client = makeClient();
}

beforeEach(() => start());
afterEach(async () => {
  await client.close();
  await playground.close();
});

const place = (path: string) => parseRepository(`${playground.host}/${path}`);
const published = (more: Partial<Declaration> = {}, target = 'out/app'): Declaration => ({
  ...weave(`${playground.host}/${target}`, ['1'], { 'linux/amd64': `${playground.host}/${SOURCE}:1.0.0-amd64` }),
  ...more,
});

/** Signs, or attests to, what is at `subject`, in the way of tools that know the referrers API, or of those before it. */
async function describeImage(subject: Digest, artifactType: string, text = artifactType): Promise<Descriptor> {
  const head = await client.headManifest(place(SOURCE), subject);
  const described = head ?? expect.fail('no such image');
  const referrer = buildReferrer({ subject: described, text, artifactType });
  await pushImage({ url: playground.url, repository: SOURCE }, referrer);
  await client.announceReferrers({ repository: place(SOURCE), subject, referrers: [referrer.descriptor] });
  return referrer.descriptor;
}

async function findImage(): Promise<Digest> {
  return (await client.headManifest(place(SOURCE), '1.0.0-amd64'))?.digest ?? expect.fail('no image');
}

const listed = async (path: string, subject: Digest) =>
  (await client.listReferrers(place(path), subject)).map((referrer) => referrer.digest).sort();

function named(plan: Plan): readonly string[] {
  return plan.changes.flatMap((change) => change.referrers).map((referrer) => referrer.digest);
}

const SERVERS = [
  ['with the referrers API', true],
  ['with the fall-back tag only', false],
] as const;

describe.each(SERVERS)('referrers of a copied image, on a registry %s', (_name, referrers) => {
  beforeEach(async () => {
    await client.close();
    await playground.close();
    await start({ features: { referrers } });
  });

  it('stay behind unless asked for', async () => {
    await describeImage(await findImage(), SIGNATURE);
    expect(named(await planAll(client, published()))).toEqual([]);
  });

  it('follow when all are asked for, and what describes them', async () => {
    const image = await findImage();
    const sbom = await describeImage(image, SBOM);
    const signature = await describeImage(sbom.digest, SIGNATURE);
    const result = await applyAll(client, await planAll(client, published({ referrers: { kind: 'all' } })));

    expect(describeResult(result)).toEqual(['out/app:1 done']);
    expect(await listed('out/app', image)).toEqual([sbom.digest]);
    expect(await listed('out/app', sbom.digest)).toEqual([signature.digest]);
  });

  it('follow by their type', async () => {
    const image = await findImage();
    await describeImage(image, SIGNATURE);
    const sbom = await describeImage(image, SBOM);
    const plan = await planAll(client, published({ referrers: { kind: 'types', artifactTypes: [SBOM] } }));
    await applyAll(client, plan);

    expect(named(plan)).toEqual([sbom.digest]);
    expect(await listed('out/app', image)).toEqual([sbom.digest]);
  });

  it('are in place before the tag is', async () => {
    await describeImage(await findImage(), SIGNATURE);
    const plan = await planAll(client, published({ referrers: { kind: 'all' } }));
    playground.clearRequests();
    await applyAll(client, plan);
    const puts = playground.requests.filter(({ method }) => method === 'PUT').map(({ path }) => path);

    expect(puts.at(-1)).toBe('/v2/out/app/manifests/1');
    expect(puts.some((path) => path.endsWith(named(plan)[0] ?? ''))).toBe(true);
  });

  it('of an index that is copied as it is follow as well', async () => {
    await applyAll(client, await planAll(client, published({}, TOOL)));
    const index = await client.headManifest(place(TOOL), '1');
    const content = { kind: 'copy', from: parseReference(`${playground.host}/${TOOL}:1`) } as const;
    const signature = buildReferrer({ subject: index ?? expect.fail('no index'), text: 'signed' });
    await pushImage({ url: playground.url, repository: TOOL }, signature);
    const subject = index?.digest ?? expect.fail();
    await client.announceReferrers({ repository: place(TOOL), subject, referrers: [signature.descriptor] });
    await applyAll(client, await planAll(client, published({ content, referrers: { kind: 'all' } })));

    expect(await listed('out/app', subject)).toEqual([signature.descriptor.digest]);
  });
});

describe('attestations that are published as referrers only', () => {
  it('follow the image by default', async () => {
    const image = await findImage();
    const provenance = await describeImage(image, PROVENANCE);
    await describeImage(image, SIGNATURE);
    await applyAll(client, await planAll(client, published()));

    expect(await listed('out/app', image)).toEqual([provenance.digest]);
  });

  it('are dropped when told so', async () => {
    await describeImage(await findImage(), PROVENANCE);
    expect(named(await planAll(client, published({ attestations: 'drop' })))).toEqual([]);
  });

  it('are enough where one is required', async () => {
    const bare = await planAll(client, published({ attestations: 'require' }));
    expect(bare.unreadable).toMatchObject([{ code: 'ATTESTATION_MISSING' }]);
    await describeImage(await findImage(), SIGNATURE);
    const signed = await planAll(client, published({ attestations: 'require' }));
    expect(signed.unreadable).toMatchObject([{ code: 'ATTESTATION_MISSING' }]);
    await describeImage(await findImage(), PROVENANCE);
    const attested = await planAll(client, published({ attestations: 'require' }));

    expect(attested.unreadable).toEqual([]);
    expect(attested.changes).toHaveLength(1);
  });

  it('cost no request inside one repository, nor once the image is there', async () => {
    const isAsked = () => playground.requests.some(({ path }) => path.includes('/referrers/'));
    await planAll(client, published({}, SOURCE));
    expect(isAsked()).toBe(false);
    await applyAll(client, await planAll(client, published()));
    playground.clearRequests();
    await planAll(makeClient(), published());
    expect(isAsked()).toBe(false);
  });
});

describe('referrers that cannot be read', () => {
  beforeEach(async () => {
    await client.close();
    await playground.close();
    await start({
      intercept: (request, response) => {
        if (request.url?.includes('/referrers/') !== true) return false;
        response.writeHead(403).end();
        return true;
      },
    });
  });

  it('keep the image from being planned when they are asked for', async () => {
    const plan = await planAll(client, published({ referrers: { kind: 'all' } }));

    expect(plan).toMatchObject({ changes: [], unreadable: [{ code: 'REGISTRY_DENIED' }] });
  });

  it('are only told about when nobody asked for them', async () => {
    const plan = await planAll(client, published());

    expect(plan.changes).toHaveLength(1);
    expect(plan.notices).toMatchObject([{ code: 'referrers-unreadable' }]);
  });
});

describe('referrers of a source index of which another index is built', () => {
  it('cannot follow, and that is told', async () => {
    await applyAll(client, await planAll(client, published({ annotations: { a: 'b' } }, TOOL)));
    const index = (await client.headManifest(place(TOOL), '1')) ?? expect.fail('no index');
    const signature = buildReferrer({ subject: index, text: 'signed' });
    await pushImage({ url: playground.url, repository: TOOL }, signature);
    const content = { kind: 'from', from: parseReference(`${playground.host}/${TOOL}:1`) } as const;
    const plan = await planAll(client, published({ content, referrers: { kind: 'all' } }));

    expect(plan.notices).toMatchObject([{ code: 'referrers-left-behind' }]);
    expect(plan.changes).toHaveLength(1);
  });
});

describe('a referrer that was deleted since the plan', () => {
  it('is left out', async () => {
    const image = await findImage();
    const gone = await describeImage(image, SIGNATURE, 'gone');
    const kept = await describeImage(image, SIGNATURE, 'kept');
    const plan = await planAll(client, published({ referrers: { kind: 'all' } }));
    await fetch(`${playground.url}/v2/${SOURCE}/manifests/${parseDigest(gone.digest)}`, { method: 'DELETE' });
    const result = await applyAll(client, plan);

    expect(describeResult(result)).toEqual(['out/app:1 done']);
    expect(await listed('out/app', image)).toEqual([kept.digest]);
  });
});
