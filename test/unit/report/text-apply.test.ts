import { describe, expect, it } from 'vitest';
import type { ApplyResult, TagResult } from '../../../src/apply/apply-result.ts';
import { parseRepository } from '../../../src/oci/repository.ts';
import { PLAIN } from '../../../src/report/style.ts';
import { renderTextApply } from '../../../src/report/text-apply.ts';
import { digestOf } from '../../support/states.ts';

function tag(name: string, status: TagResult['status'], more: Partial<TagResult> = {}): TagResult {
  return { name, status, before: null, after: null, code: null, message: null, hint: null, ...more };
}

const result: ApplyResult = {
  interrupted: true,
  changes: [
    {
      id: 'api',
      origin: 'manifests.yaml:3:5',
      repository: parseRepository('ghcr.io/acme/api'),
      index: digestOf('a'),
      tags: [
        tag('1.8.2', 'done', { after: digestOf('a') }),
        tag('1.8', 'done', { before: digestOf('b'), after: digestOf('a') }),
        tag('1', 'already', { before: digestOf('a'), after: digestOf('a') }),
        tag('latest', 'stale', {
          message: 'ghcr.io/acme/api:latest moved since the plan: bbbbbbb then, ccccccc now',
          hint: 'plan again: what is live now may be newer than what would be pushed',
        }),
      ],
    },
    {
      id: 'web',
      origin: 'manifests.yaml:9:5',
      repository: parseRepository('ghcr.io/acme/web'),
      index: digestOf('d'),
      tags: [
        tag('1', 'failed', {
          message: 'could not push ghcr.io/acme/web:1: ghcr.io answers 403',
          hint: 'check the rights',
        }),
        tag('2', 'not-started'),
      ],
    },
    {
      id: 'worker',
      origin: 'manifests.yaml:15:5',
      repository: parseRepository('ghcr.io/acme/worker'),
      index: digestOf('e'),
      tags: [tag('1', 'done', { before: digestOf('e'), after: digestOf('e') })],
    },
  ],
};

describe('the text of an apply', () => {
  it('reads as the golden file', async () => {
    const text = renderTextApply(result, { style: PLAIN, requests: { HEAD: 6, PUT: 3, TOKEN: 1 } });

    await expect(text).toMatchFileSnapshot('../../golden/apply.txt');
  });

  it('says that there was nothing to do', () => {
    const text = renderTextApply({ changes: [], interrupted: false }, { style: PLAIN, requests: {} });

    expect(text).toBe('Apply: nothing to do\nRequests: none.\n');
  });
});
