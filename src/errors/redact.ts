const HIDDEN = '[hidden]';

const RULES: readonly (readonly [RegExp, string])[] = [
  // scheme://user:password@host
  [/([a-z][a-z0-9+.-]*:\/\/)[^\s/@"']+@/gi, `$1${HIDDEN}@`],
  // Authorization: Bearer xxx, also inside JSON and header dumps
  [/\b(bearer|basic)\s+[a-z0-9+/=._~-]{6,}/gi, `$1 ${HIDDEN}`],
  // ?X-Amz-Signature=xxx and its relatives in pre-signed URLs
  [
    /([?&](?:x-amz-[a-z-]+|sig|signature|token|access_token|refresh_token|password|x-goog-[a-z-]+|se|sp|skoid)=)[^&\s"']+/gi,
    `$1${HIDDEN}`,
  ],
  // "token": "xxx" in a JSON answer
  [
    /("(?:token|access_token|refresh_token|identitytoken|registrytoken|password|secret|auth)"\s*:\s*")[^"]*"/gi,
    `$1${HIDDEN}"`,
  ],
];

/** Replaces everything in `text` that has the shape of a credential. Applied to every error text where it is made. */
export function redact(text: string): string {
  return RULES.reduce((result, [pattern, replacement]) => result.replace(pattern, replacement), text);
}

/** What a terminal acts on: control characters, and those that change the direction of text. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is looked for
const UNPRINTABLE = /[\u0000-\u001f\u007f-\u009f\u2028\u2029\u200e\u200f\u202a-\u202e\u2066-\u2069]/g;

/** `text` with a blank in the place of every character that a terminal would act on; columns stay where they are. */
export function blankControls(text: string): string {
  return text.replace(UNPRINTABLE, ' ');
}

/**
 * Makes text from outside safe to print: no control characters (so no terminal escapes), no credentials, white space
 * folded, at most `maxChars` characters.
 */
export function cleanText(text: string, maxChars = 300): string {
  const printable = blankControls(redact(text.slice(0, maxChars * 8)))
    .replace(/\s+/g, ' ')
    .trim();
  return printable.length > maxChars ? `${printable.slice(0, maxChars - 1)}…` : printable;
}
