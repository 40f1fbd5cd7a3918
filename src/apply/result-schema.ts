import * as z from 'zod';

const digest = z.string().regex(/^[a-z0-9]+(?:[+._-][a-z0-9]+)*:[a-zA-Z0-9=_-]+$/);

const tag = z.strictObject({
  name: z.string(),
  status: z
    .enum(['done', 'already', 'stale', 'blocked', 'failed', 'not-started'])
    .describe('done: moved now; already: held it before; stale: moved by somebody else; blocked: held back by a guard'),
  before: digest.nullable().describe('What the tag held when it was last read; null: nothing'),
  after: digest.nullable().describe('What it holds now as far as is known'),
  code: z.string().nullable(),
  message: z.string().nullable(),
  hint: z.string().nullable(),
});

/** The result document: one schema for its type, its validation and `schemas/result.schema.json`. */
export const resultDocumentSchema = z.strictObject({
  formatVersion: z.string().regex(/^\d+\.\d+$/),
  tool: z.strictObject({ name: z.string(), version: z.string() }),
  finishedAt: z.iso.datetime(),
  interrupted: z.boolean(),
  changes: z.array(
    z.strictObject({
      id: z.string(),
      origin: z.string(),
      repository: z.string(),
      index: digest.nullable().describe('What the tags were to hold; null: nothing, they were to be deleted'),
      tags: z.array(tag),
    }),
  ),
  unreadable: z
    .array(
      z.strictObject({
        reference: z.string(),
        left: z.array(z.string()).describe('Tags that stay as they are because of it'),
        code: z.string(),
        message: z.string(),
        hint: z.string().nullable(),
      }),
    )
    .optional()
    .describe('What could not be read for the plan'),
  requests: z.record(z.string(), z.int().nonnegative()),
  checksum: z
    .string()
    .regex(/^sha256:[0-9a-f]{64}$/)
    .describe('Over the canonical JSON of everything else'),
});

export type ResultDocument = z.infer<typeof resultDocumentSchema>;
