import type { DriftField } from '../config/run-rules.ts';
import type { FieldChange, GUARD_NAMES, PlatformChange } from './plan.ts';

/**
 * The plan document, as `-O json` prints it and `schemas/plan.schema.json` describes it. Written out because it is part of
 * the public API; the compiler compares it with `planDocumentSchema`.
 */
export interface PlanDocument {
  formatVersion: string;
  tool: { name: string; version: string };
  /** ISO 8601, as `expiresAt`. */
  createdAt: string;
  expiresAt: string;
  status: { complete: boolean; applyable: boolean; errored: boolean };
  config: { sha256: string; lockSha256: string | null; gitCommit: string | null };
  scope: PlanDocumentScope;
  summary: PlanDocumentSummary;
  /** Requests sent to make the plan, by method. */
  requests: Record<string, number>;
  /** By digest; `content` is the exact bytes in base64. */
  indexes: Record<string, { mediaType: string; size: number; content: string }>;
  changes: PlanDocumentChange[];
  unchanged: { id: string; repository: string; tags: PlanDocumentTag[] }[];
  /** Held back by a guard. */
  blocked: PlanDocumentChange[];
  unreadable: PlanDocumentUnreadable[];
  notices: { id: string; code: string; message: string }[];
  /** What floating sources were; only in a plan to be recorded in a lock file. */
  sources?: { id: string; name: string; digest: string }[] | undefined;
  /** Only in the findings of `plait drift`, which are not to be applied. */
  drift?: PlanDocumentDrift | undefined;
  checksum: string;
}

export interface PlanDocumentScope {
  targets: string[];
  exclude: string[];
  selector: string | null;
  /** `I/N`: the part by target repository, counted from 1. */
  shard: string | null;
  partial: boolean;
}

export interface PlanDocumentSummary {
  create: number;
  update: number;
  delete: number;
  blocked: number;
  unreadable: number;
  unchanged: number;
}

export interface PlanDocumentTag {
  name: string;
  digest: string;
  /** What the tag holds, as containerd spells it. */
  platforms?: string[] | undefined;
}

/** One index, the tags that are to hold it, and what changes in it. */
export interface PlanDocumentChange {
  id: string;
  /** `file:line:column` of the declaration. */
  origin: string;
  repository: string;
  action: 'create' | 'update' | 'delete' | 'repair';
  /** Only with a lock file. */
  class?: 'pending' | 'drift' | 'conflict' | 'adopt' | undefined;
  tags: PlanDocumentMove[];
  /** Key into `indexes`; null for tags to delete. */
  index: string | null;
  platforms: PlanDocumentPlatform[];
  fields: PlanDocumentField[];
  copies: { from: string; digest: string; how: 'mount' | 'stream' }[];
  /** Signatures and the like, copied along with what they describe. */
  referrers: { from: string; subject: string; digest: string; artifactType: string }[];
  guards: PlanDocumentGuard[];
}

/** A tag, and what it must hold when it is moved; null: it must not exist. */
export interface PlanDocumentMove {
  name: string;
  expect: string | null;
}

export interface PlanDocumentPlatform {
  platform: string;
  action: PlatformChange['action'];
  before: string | null;
  after: string | null;
  /** Null for what was found live. */
  source: string | null;
  reason: PlatformChange['reason'];
}

export interface PlanDocumentField {
  field: FieldChange['field'];
  key: string;
  before: string | null;
  after: string | null;
}

export interface PlanDocumentGuard {
  guard: (typeof GUARD_NAMES)[number];
  result: 'allowed' | 'blocked';
  message: string;
  /** The allowance that lifted it, or what would lift it. */
  by: string;
}

export interface PlanDocumentUnreadable {
  id: string;
  origin: string;
  reference: string;
  /** Tags that stay as they are because of it. */
  left: string[];
  code: string;
  message: string;
  hint: string | null;
}

export interface PlanDocumentDrift {
  /** Tags by how they stand. */
  tags: {
    inSync: number;
    drift: number;
    pending: number;
    conflict: number;
    adopt: number;
    ignored: number;
    unreadable: number;
  };
  ignored: PlanDocumentIgnored[];
}

/** Drift that is accepted until the day `until`, by the entry of `drift.ignore` at `rule`. */
export interface PlanDocumentIgnored {
  id: string;
  origin: string;
  repository: string;
  tags: PlanDocumentMove[];
  index: string | null;
  fields: DriftField[];
  reason: string;
  until: string;
  rule: string;
}
