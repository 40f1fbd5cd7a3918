import * as z from 'zod';
import { changeSchema, ignoredSchema, summarySchema, unreadableSchema } from '../../plan/document-schema.ts';

const count = z.int().nonnegative();
const digest = z.string().nullable();

const PHASES = ['check', 'copy', 'referrers', 'push', 'tag', 'verify', 'settle', 'delete'] as const;

const progress = {
  phase: z.enum(PHASES),
  done: count,
  total: count,
  bytes: count.describe('Of blobs copied so far, over all phases'),
  what: z.string().nullable().describe('What was just done: a tag, a manifest'),
};

const tag = {
  id: z.string().describe('Of the image in the config'),
  repository: z.string(),
  tag: z.string(),
  before: digest,
  after: digest,
};

const statuses = z.strictObject({
  done: count,
  already: count,
  stale: count,
  blocked: count,
  failed: count,
  'not-started': count,
});

const event = <T extends string, Shape extends z.ZodRawShape>(type: T, shape: Shape) =>
  z.strictObject({ type: z.literal(type), ...shape });

/** One line of `-O ndjson`. Programs should leave out types that they do not know. */
export const eventSchema = z.discriminatedUnion('type', [
  event('version', {
    formatVersion: z.string(),
    tool: z.strictObject({ name: z.string(), version: z.string() }),
    report: z.enum(['plan', 'drift', 'apply']),
  }).describe('The first line'),
  event('planned', { change: changeSchema }),
  event('drift', { change: changeSchema }),
  event('blocked', { change: changeSchema }).describe('Held back by a guard'),
  event('unreadable', unreadableSchema.partial({ id: true, origin: true }).shape),
  event('ignored', { drift: ignoredSchema }).describe('Drift that is accepted for a while'),
  event('diagnostic', {
    severity: z.enum(['error', 'warning', 'note']),
    code: z.string(),
    message: z.string(),
    hint: z.string().nullable(),
    id: z.string().nullable(),
    file: z.string().nullable(),
    line: count.nullable(),
    column: count.nullable(),
  }),
  event('apply_start', { changes: count, tags: count }),
  event('apply_progress', progress),
  event('progress', { ...progress, phase: z.enum(['read', ...PHASES]) }).describe(
    'Of --progress ndjson, on standard error and not part of a report',
  ),
  event('apply_complete', { ...tag, status: z.enum(['done', 'already']) }).describe('A tag that is as it should be'),
  event('apply_errored', {
    ...tag,
    status: z.enum(['stale', 'blocked', 'failed', 'not-started']),
    code: z.string().nullable(),
    message: z.string().nullable(),
    hint: z.string().nullable(),
  }),
  event('summary', {
    plan: summarySchema.nullable(),
    checksum: z.string().nullable().describe('Of the plan; null for several of them'),
    result: statuses.nullable().describe('Tags by how they ended'),
    interrupted: z.boolean(),
    requests: z.record(z.string(), count),
  }).describe('The last line; a run without it did not come to its end'),
]);

export type ReportEvent = z.infer<typeof eventSchema>;

/** The JSON Schema of one line of events. */
export function makeEventsJsonSchema(): object {
  const { $schema, ...schema } = z.toJSONSchema(eventSchema, { target: 'draft-7' });
  return { $schema, title: 'Plait events', description: 'One line of -O ndjson', ...schema };
}
