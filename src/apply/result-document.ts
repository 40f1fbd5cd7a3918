import * as z from 'zod';
import { computeDigestOf, type Digest } from '../oci/digest.ts';
import { formatRepository } from '../oci/repository.ts';
import { listCanonicalPieces } from '../plan/canonical-json.ts';
import type { Change, Plan } from '../plan/plan.ts';
import type { ApplyResult, ChangeResult } from './apply-result.ts';
import { type ResultDocument, resultDocumentSchema } from './result-schema.ts';

/** The major number changes when an older Plait could misread a result. */
export const RESULT_VERSION = '1.0';

export interface ResultFacts {
  readonly version: string;
  /** Wall clock, milliseconds. */
  readonly finishedAt: number;
  /** Requests of the whole run, by method. */
  readonly requests: Readonly<Record<string, number>>;
}

/** Pure: how every tag of the plan ended, those that a guard held back among them. */
export function toResultDocument(plan: Plan, result: ApplyResult, facts: ResultFacts): ResultDocument {
  const document = {
    formatVersion: RESULT_VERSION,
    tool: { name: 'plait', version: facts.version },
    finishedAt: new Date(facts.finishedAt).toISOString(),
    interrupted: result.interrupted,
    changes: [...result.changes.map(toChange), ...plan.blocked.map(toBlocked)],
    unreadable: plan.unreadable.map(({ reference, left, code, message, hint }) => ({
      reference,
      left: [...left],
      code,
      message,
      hint,
    })),
    requests: { ...facts.requests },
  };
  return { ...document, checksum: computeResultChecksum(document) };
}

const UNSUMMED: ReadonlySet<string> = new Set(['checksum']);

/** Over the canonical JSON without the checksum itself: what is rolled back is what was done. */
export function computeResultChecksum(document: Partial<ResultDocument>): Digest {
  return computeDigestOf(listCanonicalPieces(document, UNSUMMED));
}

/** The JSON Schema of the result document. */
export function makeResultJsonSchema(): object {
  const { $schema, ...schema } = z.toJSONSchema(resultDocumentSchema, { target: 'draft-7' });
  return { $schema, title: 'Plait apply result', ...schema };
}

type DocumentChange = ResultDocument['changes'][number];

function toChange(change: ChangeResult): DocumentChange {
  const { id, origin, repository, index, tags } = change;
  return { id, origin, repository: formatRepository(repository), index, tags: tags.map((tag) => ({ ...tag })) };
}

function toBlocked(change: Change): DocumentChange {
  const [guard] = change.guards.filter((record) => record.result === 'blocked');
  const words = {
    code: null,
    message: guard?.message ?? null,
    hint: guard === undefined ? null : `${guard.by.startsWith('--') ? 'allow' : 'set'} with ${guard.by}`,
  };
  return {
    id: change.id,
    origin: change.origin,
    repository: formatRepository(change.repository),
    index: change.index,
    tags: change.tags.map(({ name, expect }) => ({ name, status: 'blocked', before: expect, after: expect, ...words })),
  };
}
