import type { DiagnosticCode } from '../diagnostic-codes.ts';
import type { Findings, Place } from '../findings.ts';
import { quote } from '../scalar-text.ts';
import { findOrigin, type Located } from '../source-file.ts';

/** What is taken already, and where. */
export type Claims = Map<string, Located>;

interface Claim {
  /** The folded platform. */
  readonly name: string;
  readonly where: Place;
  readonly findings: Findings;
}

/** Takes a platform for one entry; false when another entry has it, and then both places are reported. */
export function claimPlatform(claims: Claims, { name, where, findings }: Claim): boolean {
  const first = claims.get(name);
  if (first === undefined) {
    claims.set(name, where.node);
    return true;
  }
  const { line, column } = findOrigin(first);
  findings.error({
    code: 'duplicate-platform' satisfies DiagnosticCode,
    where,
    message: `the platform ${quote(name)} is already given in line ${line}, column ${column}`,
    hint: 'keep one of the two; other names of a platform are the same platform',
  });
  return false;
}
