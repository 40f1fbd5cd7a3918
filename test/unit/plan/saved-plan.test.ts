import { describe, expect, it } from 'vitest';
import { computeDigest } from '../../../src/oci/digest.ts';
import { computeChecksum, toPlanDocument } from '../../../src/plan/document.ts';
import { fromPlanDocument } from '../../../src/plan/from-document.ts';
import { makePlan } from '../../../src/plan/make-plan.ts';
import type { PlanDocument } from '../../../src/plan/plan-document.ts';
import { openPlanFile, readPlanDocument } from '../../../src/plan/read-document.ts';
import { verifyPlanDocument } from '../../../src/plan/verify-document.ts';
import { build, declare, entry, imageState, indexOf, planInput, present } from '../../support/states.ts';

const content = build({
  entries: [entry('linux/amd64', 'a'), entry('linux/arm64', 'b')],
  source: 'docker.io/acme/builds:1',
  annotations: { version: '1' },
});
const live = { '1.0.0': present(indexOf([entry('linux/amd64', 'c')])) };
const plan = makePlan(planInput([imageState(declare(), content, live)]));
const document = toPlanDocument(plan, {
  version: '0.1.0',
  createdAt: 0,
  configSha256: 'f'.repeat(64),
  gitCommit: null,
  requests: {},
});

const bytesOf = (value: unknown) => new TextEncoder().encode(JSON.stringify(value));
const read = (value: unknown) => readPlanDocument(openPlanFile(bytesOf(value)));

/** An edit by somebody who also knows how to make a new checksum. */
function reseal(edit: (copy: PlanDocument) => void): PlanDocument {
  const copy = structuredClone(document);
  edit(copy);
  return { ...copy, checksum: computeChecksum(copy) };
}

describe('a saved plan', () => {
  it('becomes the plan that was saved', () => {
    const saved = read(document);
    const restored = fromPlanDocument(saved, verifyPlanDocument(saved));

    expect(restored.changes).toEqual(plan.changes);
    expect([...restored.indexes.keys()]).toEqual([...plan.indexes.keys()]);
  });

  it('is refused when anything in it was edited', () => {
    const edited = { ...document, config: { ...document.config, gitCommit: 'another' } };

    expect(() => verifyPlanDocument(read(edited))).toThrow(expect.objectContaining({ code: 'PLAN_INVALID' }));
  });

  it('is refused under a new checksum when the content is not that of its digest', () => {
    const edited = reseal((copy) => {
      for (const index of Object.values(copy.indexes)) index.content = Buffer.from('{}').toString('base64');
    });

    expect(() => verifyPlanDocument(read(edited))).toThrow(expect.objectContaining({ code: 'PLAN_INVALID' }));
  });

  it('is refused under a new checksum when the description hides what is pushed', () => {
    const other = build({ entries: [entry('linux/amd64', 'e'), entry('linux/arm64', 'b')] }).stored;
    const edited = reseal((copy) => {
      const { bytes, digest, mediaType } = other;
      copy.indexes[digest] = { mediaType, size: bytes.length, content: Buffer.from(bytes).toString('base64') };
      for (const change of copy.changes) change.index = digest;
    });

    expect(computeDigest(other.bytes)).toBe(edited.changes[0]?.index);
    expect(() => verifyPlanDocument(read(edited))).toThrow(expect.objectContaining({ code: 'PLAN_INVALID' }));
  });

  it('is refused under a new checksum when the digests of two contents were swapped', () => {
    const other = build({ entries: [entry('linux/amd64', 'e')] }).stored;
    const withTwo = reseal((copy) => {
      const [first = ''] = Object.keys(copy.indexes);
      const { bytes, digest, mediaType } = other;
      const content = { mediaType, size: bytes.length, content: Buffer.from(bytes).toString('base64') };
      copy.indexes = { [digest]: copy.indexes[first]!, [first]: content };
    });

    expect(() => verifyPlanDocument(read(withTwo))).toThrow(expect.objectContaining({ code: 'PLAN_INVALID' }));
  });

  it.each([
    ['another major version', { ...document, formatVersion: '2.0' }, 'PLAN_VERSION'],
    ['a key nobody knows', { ...document, extra: 1 }, 'PLAN_INVALID'],
    ['a missing key', { ...document, changes: undefined }, 'PLAN_INVALID'],
    ['something else', { hello: 'world' }, 'PLAN_INVALID'],
    ['a list', [], 'PLAN_INVALID'],
  ])('is refused with %s', (_what, value, code) => {
    expect(() => read(value)).toThrow(expect.objectContaining({ code }));
  });

  it.each(['', '{', 'not json', '{"a":1,"a":2}'])('is refused when it is %j', (text) => {
    expect(() => openPlanFile(new TextEncoder().encode(text))).toThrow(
      expect.objectContaining({ code: 'PLAN_INVALID' }),
    );
  });

  it('of a newer minor version is read', () => {
    expect(read({ ...document, formatVersion: '1.9' }).formatVersion).toBe('1.9');
  });
});
