import { describe, expect, it } from 'vitest';
import { computeDigest } from '../../../src/oci/digest.ts';
import { computeChecksum, toPlanDocument } from '../../../src/plan/document.ts';
import { makePlan } from '../../../src/plan/make-plan.ts';
import type { PlanDocument } from '../../../src/plan/plan-document.ts';
import { openPlanFile } from '../../../src/plan/read-document.ts';
import { readStoredPlan } from '../../../src/plan/stored-plan.ts';
import { verifyStoredPlan } from '../../../src/plan/verify-document.ts';
import { build, declare, entry, imageState, indexOf, planInput, present } from '../../support/states.ts';
import { readBack, readVerified } from '../../support/stored-plans.ts';

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

/** An edit by somebody who also knows how to make a new checksum. */
function reseal(edit: (copy: PlanDocument) => void): PlanDocument {
  const copy = structuredClone(document);
  edit(copy);
  return { ...copy, checksum: computeChecksum(copy) };
}

describe('a saved plan', () => {
  it('becomes the plan that was saved', () => {
    const restored = readVerified(document);

    expect(restored.changes).toEqual(plan.changes);
    expect([...restored.indexes.keys()]).toEqual([...plan.indexes.keys()]);
    expect(JSON.stringify(readBack(document).document)).toBe(JSON.stringify(document));
  });

  it('is refused when anything in it was edited', () => {
    const edited = { ...document, config: { ...document.config, gitCommit: 'another' } };

    expect(() => readVerified(edited)).toThrow(expect.objectContaining({ code: 'PLAN_INVALID' }));
  });

  it('is refused under a new checksum when the content is not that of its digest', () => {
    const edited = reseal((copy) => {
      for (const index of Object.values(copy.indexes)) index.content = Buffer.from('{}').toString('base64');
    });

    expect(() => readVerified(edited)).toThrow(expect.objectContaining({ code: 'PLAN_INVALID' }));
  });

  it('is refused under a new checksum when the description hides what is pushed', () => {
    const other = build({ entries: [entry('linux/amd64', 'e'), entry('linux/arm64', 'b')] }).stored;
    const edited = reseal((copy) => {
      const { bytes, digest, mediaType } = other;
      copy.indexes[digest] = { mediaType, size: bytes.length, content: Buffer.from(bytes).toString('base64') };
      for (const change of copy.changes) change.index = digest;
    });

    expect(computeDigest(other.bytes)).toBe(edited.changes[0]?.index);
    expect(() => readVerified(edited)).toThrow(expect.objectContaining({ code: 'PLAN_INVALID' }));
  });

  it('is refused under a new checksum when the digests of two contents were swapped', () => {
    const other = build({ entries: [entry('linux/amd64', 'e')] }).stored;
    const withTwo = reseal((copy) => {
      const [first = ''] = Object.keys(copy.indexes);
      const { bytes, digest, mediaType } = other;
      const content = { mediaType, size: bytes.length, content: Buffer.from(bytes).toString('base64') };
      copy.indexes = { [digest]: copy.indexes[first]!, [first]: content };
    });

    expect(() => readVerified(withTwo)).toThrow(expect.objectContaining({ code: 'PLAN_INVALID' }));
  });

  it.each([
    ['another major version', { ...document, formatVersion: '2.0' }, 'PLAN_VERSION'],
    ['a key nobody knows', { ...document, extra: 1 }, 'PLAN_INVALID'],
    ['a missing key', { ...document, changes: undefined }, 'PLAN_INVALID'],
    ['something else', { hello: 'world' }, 'PLAN_INVALID'],
    ['a list', [], 'PLAN_INVALID'],
  ])('is refused with %s', (_what, value, code) => {
    expect(() => readBack(value)).toThrow(expect.objectContaining({ code }));
  });

  it.each(['', '{', 'not json', '{"a":1,"a":2}'])('is refused when it is %j', (text) => {
    expect(() => openPlanFile(new TextEncoder().encode(text))).toThrow(
      expect.objectContaining({ code: 'PLAN_INVALID' }),
    );
  });

  it.each([
    ['a key twice in a change', '"action":"update"', '"action":"update","action":"update"'],
    ['a key twice in the indexes', '"indexes":{', '"indexes":{"sha256:a":1,"sha256:a":1,'],
    ['a member twice', '"blocked":[]', '"blocked":[],"blocked":[]'],
    ['a comma too much', '"changes":[', '"changes":[,'],
    ['two values for an entry', '"changes":[', '"changes":[1 '],
    ['an entry without a key', '"indexes":{', '"indexes":{1,'],
    ['a mapping for a list', '"unchanged":[]', '"unchanged":{}'],
    ['another bracket at the end', '"unchanged":[]', '"unchanged":[}'],
    ['a line end in a text', '"source-moved"', '"source\nmoved"'],
    ['a list that is too deep', '"blocked":[]', `"blocked":[${'['.repeat(63)}${']'.repeat(63)}]`],
    ['more after its end', /$/, '{"changes":[]}'],
  ])('is refused with %s', (_what, from, to) => {
    const text = JSON.stringify(document).replace(from, to);

    expect(text).not.toBe(JSON.stringify(document));
    expect(() => readStoredPlan(openPlanFile(Buffer.from(text)))).toThrow(
      expect.objectContaining({ code: 'PLAN_INVALID' }),
    );
  });

  it('is refused when a text in a change is no UTF-8', () => {
    const bytes = Buffer.from(JSON.stringify(document));
    bytes[bytes.indexOf('source-moved')] = 0xff;

    expect(() => readStoredPlan(openPlanFile(bytes))).toThrow(expect.objectContaining({ code: 'PLAN_INVALID' }));
  });

  it('is the same with its keys in another order, and spelled in another way', () => {
    const entries = Object.entries(structuredClone({ ...document })).reverse();
    const text = JSON.stringify(Object.fromEntries(entries), null, 7)
      .replace('"changes"', '"ch\\u0061nges"')
      .replace('"indexes"', '"ind\\u0065xes"');

    const stored = readStoredPlan(openPlanFile(Buffer.from(text)));

    expect(verifyStoredPlan(stored).size).toBe(1);
    expect(stored.plan.changes).toEqual(plan.changes);
  });

  it('of a newer minor version is read', () => {
    expect(readBack({ ...document, formatVersion: '1.9' }).document.formatVersion).toBe('1.9');
  });
});
