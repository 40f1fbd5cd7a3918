import type { ErrorBody } from '../transport/error-body.ts';

const STATUSES: ReadonlySet<number> = new Set([400, 403, 405, 409, 412]);
const CODES: ReadonlySet<string> = new Set([
  'TAG_INVALID',
  'PRECONDITION',
  'DENIED',
  'UNSUPPORTED',
  'UNKNOWN',
  'BLOB_UPLOAD_INVALID',
  'MANIFEST_INVALID',
  'CONFLICT',
]);
const TEXT =
  /immutab|cannot be (overwritten|updated)|already ?exists|does not allow updating|operation is disallowed|enabled tag immutability/i;

/** True when a refused PUT looks like the refusal to move a tag: the texts of ECR, Harbor, Nexus, GAR, Quay, ACR. */
export function looksImmutable(status: number, body: ErrorBody): boolean {
  if (!STATUSES.has(status) || !TEXT.test(body.text)) return false;
  return body.codes.length === 0 || body.codes.some((code) => CODES.has(code));
}
