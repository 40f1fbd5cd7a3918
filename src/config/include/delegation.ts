import { formatRepository } from '../../oci/repository.ts';
import type { Findings } from '../findings.ts';
import { type Cursor, type MapNode, placeOfKey } from '../node.ts';
import { matchesSome } from '../read-pattern.ts';
import type { WrittenTo } from '../run/check-writes.ts';
import type { SourcePattern } from '../run-rules.ts';
import { quote } from '../scalar-text.ts';
import { configSchema } from '../schema/config-schema.ts';
import { findOrigin, type SourceFile } from '../source-file.ts';

/** What a file may do, and how it came into the run. */
export interface Delegation {
  /** From the file that the run was given to this one. */
  readonly chain: readonly [SourceFile, ...SourceFile[]];
  /** Keys that the file may have besides `version`; undefined for all of them. */
  readonly keys: ReadonlySet<string> | undefined;
  /** Each of them must allow a repository; of the including files, too. */
  readonly targets: readonly TargetLimit[];
  /** The entry of `include` that names the file; undefined for a file that the run was given. */
  readonly by: Cursor | undefined;
}

/** `allowTargets` of one entry of `include`. */
export interface TargetLimit {
  readonly patterns: readonly SourcePattern[];
  readonly by: Cursor;
}

/** A file that the run was given may do everything. */
export function delegateAll(file: SourceFile): Delegation {
  return { chain: [file], keys: undefined, targets: [], by: undefined };
}

/** Reports keys of the file that it may not have. Those that no file has are reported elsewhere. */
export function checkKeys(root: MapNode, { keys, by }: Delegation, findings: Findings): void {
  if (keys === undefined || by === undefined) return;
  for (const key of root.entries.keys()) {
    if (key === 'version' || keys.has(key) || !Object.hasOwn(configSchema.shape, key)) continue;
    findings.error({
      code: 'key-not-allowed',
      where: placeOfKey({ node: root, path: [] }, key),
      message: `${quote(key)} may not stand in this file`,
      hint: `${nameOrigin(by)} includes it with  allow: [${[...keys].join(', ')}]`,
    });
  }
}

/** Reports repositories in which the file may not declare tags, each place once. */
export function checkTargets(writes: readonly WrittenTo[], { targets }: Delegation, findings: Findings): void {
  for (const { patterns, by } of targets) {
    for (const { repository, where } of writes) {
      const name = formatRepository(repository);
      if (matchesSome(patterns, name, { where, findings })) continue;
      findings.error({
        code: 'target-not-allowed',
        where,
        message: `this file may not declare tags in ${quote(name, 200)}`,
        hint: `${nameOrigin(by)} includes it with  allowTargets: [${patterns.map(({ text }) => quote(text)).join(', ')}]`,
      });
    }
  }
}

function nameOrigin({ node }: Cursor): string {
  const { file, line } = findOrigin(node);
  return `${file}:${line}`;
}
