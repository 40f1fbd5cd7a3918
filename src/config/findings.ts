import { ConfigError, type Diagnostic, formatOrigin, type Severity } from './diagnostic.ts';
import type { DiagnosticCode } from './diagnostic-codes.ts';
import { formatKeyPath, type KeyPath } from './key-path.ts';
import { MAX_DIAGNOSTICS } from './limits.ts';
import { findOrigin, type Located } from './source-file.ts';

/** Where a finding points: at what stands there, and how it is reached from the root of its file. */
export interface Place {
  readonly node: Located;
  readonly path: KeyPath;
}

/** A diagnostic in the making. `message` and `hint` must already be safe to print. */
export interface Finding {
  readonly code: DiagnosticCode;
  readonly where: Place;
  readonly message: string;
  readonly hint?: Hint | undefined;
}

/** A hint that takes a search is only made for findings that are new. */
export type Hint = string | (() => string | undefined);

/**
 * Collects what every stage finds in the files of one run, so that all of it is reported at once. The same finding at
 * the same place counts once: rows of a matrix and users of an anchor share their text.
 */
export class Findings {
  readonly #found = new Map<string, Diagnostic>();
  /** Places of unquoted values: that such a value is no tag either, say, is not worth a line of its own. */
  readonly #misread = new Set<string>();
  readonly #files: string[];
  #errors = 0;

  /** `files`: the paths in the order in which their diagnostics are to be listed. */
  constructor(files: readonly string[] = []) {
    this.#files = [...files];
  }

  /** Diagnostics of the file are to be listed after those of the files before. */
  addFile(path: string): void {
    this.#files.push(path);
  }

  /** Errors found so far, repeated ones included: unchanged means that all was well in between. */
  get errorCount(): number {
    return this.#errors;
  }

  error(finding: Finding): void {
    this.#errors += 1;
    this.#add('error', finding);
  }

  warn(finding: Finding): void {
    this.#add('warning', finding);
  }

  note(finding: Finding): void {
    this.#add('note', finding);
  }

  /** By file, then line, then column. */
  list(): readonly Diagnostic[] {
    const rank = new Map(this.#files.map((file, index) => [file, index]));
    const rankOf = (diagnostic: Diagnostic): number => rank.get(diagnostic.origin.file) ?? rank.size;
    return [...this.#found.values()].sort(
      (a, b) => rankOf(a) - rankOf(b) || a.origin.line - b.origin.line || a.origin.column - b.origin.column,
    );
  }

  /** Throws a ConfigError with everything found when there is an error among it. */
  assertNoError(): void {
    if (this.#errors > 0) throw new ConfigError(this.list());
  }

  #add(severity: Severity, { code, where, message, hint }: Finding): void {
    // The first error is always kept, or a flood of warnings could hide why the config is refused.
    if (this.#found.size >= MAX_DIAGNOSTICS && !(severity === 'error' && this.#errors === 1)) return;
    const origin = findOrigin(where.node);
    const place = formatOrigin(origin);
    const key = JSON.stringify([code, place, message]);
    if (this.#misread.has(place) || this.#found.has(key)) return;
    if (code === 'not-text') this.#misread.add(place);
    const path = formatKeyPath(where.path);
    const words = typeof hint === 'function' ? hint() : hint;
    this.#found.set(key, { severity, code, message, ...(words === undefined ? {} : { hint: words }), path, origin });
  }
}
