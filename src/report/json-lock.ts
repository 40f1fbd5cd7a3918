import type { LockReport } from '../state/lock-update.ts';

/** What the document says besides the report. */
export interface LockFacts {
  readonly lockFile: string;
  readonly isCheck: boolean;
  /** True when the lock file was written. */
  readonly written: boolean;
}

/** Pure: the document of `plait lock -O json`, as docs/lock-file.md describes it. */
export function toLockDocument(report: LockReport, { lockFile, isCheck, written }: LockFacts): object {
  return {
    lockFile,
    check: isCheck,
    written,
    sources: report.sources.map((row) => ({ ...row })),
    tags: report.tags.map((row) => ({ ...row })),
    failures: report.failures.map(({ name, error: { code, message, hint } }) => ({
      name,
      code,
      message,
      hint: hint ?? null,
    })),
  };
}
