import { describe, expect, it } from 'vitest';
import { computeDigest } from '../../../src/oci/digest.ts';
import { toCanonicalJson } from '../../../src/plan/canonical-json.ts';
import { computeChecksum, type DocumentFacts, toPlanDocument } from '../../../src/plan/document.ts';
import { planDocumentSchema } from '../../../src/plan/document-schema.ts';
import { makePlan } from '../../../src/plan/make-plan.ts';
import { build, declare, digestOf, entry, imageState, planInput } from '../../support/states.ts';
import { readBack } from '../../support/stored-plans.ts';

const plan = makePlan(
  planInput([imageState(declare(), build({ entries: [entry('linux/amd64', 'a')], source: 'docker.io/acme/b:1' }), {})]),
);
const facts: DocumentFacts = {
  version: '0.1.0',
  createdAt: Date.UTC(2026, 8, 1, 2),
  configSha256: 'f'.repeat(64),
  gitCommit: null,
  requests: { HEAD: 2, GET: 1 },
};

describe('the plan document', () => {
  const document = toPlanDocument(plan, facts);

  it('fits its own schema', () => {
    expect(planDocumentSchema.parse(document)).toEqual(document);
  });

  it('holds the exact bytes of every index under their digest', () => {
    const [[digest, index] = ['', undefined]] = Object.entries(document.indexes);

    expect(computeDigest(Buffer.from(index?.content ?? '', 'base64'))).toBe(digest);
    expect(document.changes[0]?.index).toBe(digest);
  });

  it('names the lock file and what floating sources were', () => {
    const source = { id: 'app', name: 'docker.io/acme/b:1', digest: digestOf('a') };
    const recorded = toPlanDocument({ ...plan, sources: [source] }, { ...facts, lockSha256: 'e'.repeat(64) });

    expect(planDocumentSchema.parse(recorded)).toEqual(recorded);
    expect(recorded).toMatchObject({ config: { lockSha256: 'e'.repeat(64) }, sources: [source] });
    expect(readBack(recorded).plan.sources).toEqual([source]);
    expect(document.config.lockSha256).toBeNull();
  });

  it('lasts a week', () => {
    expect([document.createdAt, document.expiresAt]).toEqual(['2026-09-01T02:00:00Z', '2026-09-08T02:00:00Z']);
  });

  it('has a checksum that the two times and the requests do not change', () => {
    const later = toPlanDocument(plan, { ...facts, createdAt: facts.createdAt + 5000, requests: { HEAD: 99 } });

    expect(later.checksum).toBe(document.checksum);
  });

  it('has a checksum that every other edit changes', () => {
    const edited = { ...document, changes: document.changes.map((change) => ({ ...change, repository: 'evil/app' })) };

    expect(computeChecksum(document)).toBe(document.checksum);
    expect(computeChecksum(edited)).not.toBe(document.checksum);
  });

  it('says where everything comes from and how it gets there', () => {
    expect(document.changes[0]).toMatchObject({
      origin: 'manifests.yaml:3:5',
      repository: 'registry.example/app',
      copies: [{ from: 'docker.io/acme/b', how: 'stream' }],
      platforms: [{ source: 'docker.io/acme/b:1' }],
    });
  });
});

it('writes canonical JSON whatever the order of keys', () => {
  expect(toCanonicalJson({ b: [1, { d: null, c: 'x' }], a: true })).toBe('{"a":true,"b":[1,{"c":"x","d":null}]}');
});
