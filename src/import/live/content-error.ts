import type { ErrorCode } from '../../errors/codes.ts';
import type { PlaitError } from '../../errors/plait-error.ts';

/** What is said of content that was read, and not of a registry that did not answer. */
const CONTENT_CODES: readonly ErrorCode[] = [
  'ATTESTATION_MISSING',
  'BLOB_MISSING',
  'CONFIG_INVALID',
  'MANIFEST_INVALID',
  'MANIFEST_TOO_LARGE',
  'MEDIA_TYPE_CONFLICT',
  'PLATFORM_DUPLICATE',
  'PLATFORM_INVALID',
  'SOURCE_IS_INDEX',
  'SOURCE_MISSING',
  'SOURCE_NOT_INDEX',
  'SOURCE_PLATFORM_MISMATCH',
  'SOURCE_PLATFORM_MISSING',
  'SOURCE_UNSUPPORTED',
];

/** True when reading again would say the same. */
export function isContentError({ code }: PlaitError): boolean {
  return CONTENT_CODES.includes(code);
}
