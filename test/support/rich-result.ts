import type { ChangeResult, TagResult } from '../../src/apply/apply-result.ts';
import { toResultDocument } from '../../src/apply/result-document.ts';
import type { ResultReport } from '../../src/report/report.ts';
import { FACTS, richReport } from './rich-plan.ts';
import { digestOf } from './states.ts';

/** How the changes of the rich plan might end, one of each way. */
const ENDS: Readonly<Record<string, Partial<TagResult>>> = {
  fresh: { status: 'done' },
  api: { status: 'stale', code: 'TAG_STALE', message: 'moved since the plan', hint: 'plan again' },
  broken: { status: 'already' },
  shrunk: { status: 'failed', code: 'REGISTRY_DENIED', message: 'could not push: 403', hint: 'check the rights' },
  annotated: { status: 'not-started' },
};

/** The result of applying the rich plan, with its plan. */
export function richResult(): ResultReport {
  const planned = richReport();
  const changes = planned.plan.changes.map(({ id, origin, repository, index, tags }): ChangeResult => {
    const nothing = { code: null, message: null, hint: null };
    const end = { status: 'done' as const, ...nothing, ...ENDS[id] };
    const ended = tags.map(({ name, expect }) => ({ name, before: expect, after: digestOf('0'), ...end }));
    return { id, origin, repository, index, tags: ended };
  });
  const facts = { version: '0.1.0', finishedAt: FACTS.createdAt, requests: { HEAD: 9, PUT: 4 } };
  const document = toResultDocument(planned.plan, { changes, interrupted: true }, facts);
  return { kind: 'apply', document, planned, folder: '' };
}
