import * as z from 'zod';
import { DRIFT_FIELDS } from '../config/run-rules.ts';
import { GUARD_NAMES } from './plan.ts';
import type { PlanDocument } from './plan-document.ts';
import { toShard } from './shard.ts';

const digest = z.string().regex(/^[a-z0-9]+(?:[+._-][a-z0-9]+)*:[a-zA-Z0-9=_-]+$/);
const nullableDigest = digest.nullable();
const count = z.int().nonnegative();

const platform = z.strictObject({
  platform: z.string().describe('Published platform, as containerd spells it'),
  action: z.enum(['add', 'update', 'remove', 'keep', 'restore']),
  before: nullableDigest,
  after: nullableDigest,
  source: z.string().nullable().describe('Declared source; null for what was found live'),
  reason: z.enum([
    'new',
    'source-moved',
    'platform-changed',
    'undeclared',
    'unchanged',
    'unmanaged',
    'optional',
    'child-missing',
  ]),
});

const field = z.strictObject({
  field: z.enum(['annotations', 'descriptor-annotations', 'media-type', 'platform', 'attestation', 'encoding']),
  key: z.string(),
  before: z.string().nullable(),
  after: z.string().nullable(),
});

const guard = z.strictObject({
  guard: z.enum(GUARD_NAMES),
  result: z.enum(['allowed', 'blocked']),
  message: z.string(),
  by: z.string().describe('The allowance that lifted it, or what would lift it'),
});

const move = z.strictObject({ name: z.string(), expect: nullableDigest.describe('null: must not exist') });

/** One change of a plan document. */
export const changeSchema = z.strictObject({
  id: z.string(),
  origin: z.string().describe('file:line:column of the declaration'),
  repository: z.string(),
  action: z.enum(['create', 'update', 'delete', 'repair']),
  class: z.enum(['pending', 'drift', 'conflict', 'adopt']).optional().describe('Only with a lock file'),
  tags: z.array(move),
  index: nullableDigest.describe('Key into indexes; null for tags to delete'),
  platforms: z.array(platform),
  fields: z.array(field),
  copies: z.array(z.strictObject({ from: z.string(), digest, how: z.enum(['mount', 'stream']) })),
  referrers: z
    .array(z.strictObject({ from: z.string(), subject: digest, digest, artifactType: z.string() }))
    .describe('Signatures and the like, copied along with what they describe'),
  guards: z.array(guard),
});

/** Something that could not be read. */
export const unreadableSchema = z.strictObject({
  id: z.string(),
  origin: z.string(),
  reference: z.string(),
  left: z.array(z.string()).describe('Tags that stay as they are because of it'),
  code: z.string(),
  message: z.string(),
  hint: z.string().nullable(),
});

/** How many images need what. */
export const summarySchema = z.strictObject({
  create: count,
  update: count,
  delete: count,
  blocked: count,
  unreadable: count,
  unchanged: count,
});

/** Drift that is accepted for a while. */
export const ignoredSchema = z.strictObject({
  id: z.string(),
  origin: z.string().describe('file:line:column of the declaration'),
  repository: z.string(),
  tags: z.array(move),
  index: nullableDigest.describe('What is declared; null for tags that are not to exist'),
  fields: z.array(z.enum(DRIFT_FIELDS)),
  reason: z.string(),
  until: z
    .string()
    .regex(/^\d{4}-\d{2}-\d{2}$/)
    .describe('The last day on which it is accepted, in UTC'),
  rule: z.string().describe('file:line:column of the entry of drift.ignore'),
});

const drift = z
  .strictObject({
    tags: z
      .strictObject({
        inSync: count,
        drift: count,
        pending: count,
        conflict: count,
        adopt: count,
        ignored: count,
        unreadable: count,
      })
      .describe('Tags by how they stand'),
    ignored: z.array(ignoredSchema),
  })
  .describe('Only in the findings of plait drift, which are not to be applied');

/** The plan document: one schema for its validation and `schemas/plan.schema.json`. */
export const planDocumentSchema = z.strictObject({
  formatVersion: z.string().regex(/^\d+\.\d+$/),
  tool: z.strictObject({ name: z.string(), version: z.string() }),
  createdAt: z.iso.datetime(),
  expiresAt: z.iso.datetime(),
  status: z.strictObject({ complete: z.boolean(), applyable: z.boolean(), errored: z.boolean() }),
  config: z.strictObject({
    sha256: z.string(),
    lockSha256: z.string().nullable(),
    gitCommit: z.string().nullable(),
  }),
  scope: z.strictObject({
    targets: z.array(z.string()),
    exclude: z.array(z.string()),
    selector: z.string().nullable(),
    shard: z
      .string()
      .refine((text) => toShard(text) !== undefined)
      .nullable()
      .describe('I/N: the part by target repository, counted from 1'),
    partial: z.boolean(),
  }),
  summary: summarySchema,
  requests: z.record(z.string(), count),
  indexes: z.record(
    digest,
    z.strictObject({ mediaType: z.string(), size: count, content: z.base64().describe('The exact bytes') }),
  ),
  changes: z.array(changeSchema),
  unchanged: z.array(
    z.strictObject({
      id: z.string(),
      repository: z.string(),
      tags: z.array(
        z.strictObject({
          name: z.string(),
          digest,
          platforms: z.array(z.string()).optional().describe('What the tag holds, as containerd spells it'),
        }),
      ),
    }),
  ),
  blocked: z.array(changeSchema),
  unreadable: z.array(unreadableSchema),
  notices: z.array(z.strictObject({ id: z.string(), code: z.string(), message: z.string() })),
  sources: z
    .array(z.strictObject({ id: z.string(), name: z.string().describe('repository:tag'), digest }))
    .optional()
    .describe('What floating sources were; only in a plan to be recorded in a lock file'),
  drift: drift.optional(),
  checksum: z.string().regex(/^sha256:[0-9a-f]{64}$/),
}) satisfies z.ZodType<PlanDocument, PlanDocument>;
