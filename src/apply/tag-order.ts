/** A full version, a date or a commit: a tag that names one build for ever. */
const PRECISE = /\d+\.\d+\.\d+|\d{8}|^(?:sha-)?[0-9a-f]{7,64}$/;

/**
 * True for tags that are meant to move, such as `latest`, `stable` or `1.8`. They move last, so that a run that is cut
 * off leaves users of the floating tags where they were.
 */
export function isFloatingTag(tag: string): boolean {
  return !PRECISE.test(tag);
}
