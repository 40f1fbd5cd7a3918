/**
 * The same program without a character beyond ASCII: of a text that has one, V8 keeps and reads two bytes for every character.
 * esbuild escapes those in strings; what it leaves are regular expressions and templates with a tag.
 */
export function toAscii(program) {
  const text = program.replaceAll(/[^\0-\x7f]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`);
  if (/String\.raw`[^`]*\\u/.test(text)) throw new Error('String.raw would show what a character is written as');
  return text;
}
