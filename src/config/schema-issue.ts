import type * as z from 'zod';

type Issue = z.core.$ZodIssue;

type Path = readonly (string | number)[];

type WithPath<Kind> = Kind extends Issue ? Omit<Kind, 'path'> & { readonly path: Path } : never;

/** An issue of the schema with its full path, and no union left to look into: of that, `expected` names all types. */
export type FlatIssue =
  | WithPath<Exclude<Issue, { readonly code: 'invalid_union' | 'invalid_type' }>>
  | { readonly code: 'invalid_type'; readonly expected: string; readonly path: Path; readonly message: string };

/**
 * Of a union only the option that the value was meant for is of interest: the one whose own type fits. When none or
 * several do, the issue is that the value is of none of the types.
 */
export function flattenIssue(issue: Issue, parent: readonly PropertyKey[] = []): readonly FlatIssue[] {
  const path = [...parent, ...issue.path].map((step) => (typeof step === 'number' ? step : String(step)));
  if (issue.code !== 'invalid_union') return [{ ...issue, path }];
  const meant = issue.errors.filter((option) => !option.some((inner) => isWrongType(inner)));
  const [only] = meant;
  if (only !== undefined && meant.length === 1) return only.flatMap((inner) => flattenIssue(inner, path));
  const expected = issue.errors.flatMap((option) => option.filter((inner) => isWrongType(inner)).map(nameExpected));
  return [{ code: 'invalid_type', expected: expected.join(' or '), path, message: issue.message }];
}

/** About the value itself, not about something in it. */
function isWrongType(issue: Issue): boolean {
  return issue.path.length === 0 && (issue.code === 'invalid_type' || issue.code === 'invalid_value');
}

function nameExpected(issue: Issue): string {
  if (issue.code === 'invalid_type') return issue.expected;
  return issue.code === 'invalid_value' ? issue.values.join(', ') : '';
}
