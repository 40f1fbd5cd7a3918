/** Bounds on what a config may ask of us. Real files stay far below; beyond them lies only harm. */

/** Of one file, before anything looks at it. */
export const MAX_FILE_BYTES = 10 * 1024 * 1024;

/** Of one file; the YAML reader needs about 250 bytes of memory for each that is not in a long list of entries. */
export const MAX_TOKENS = 2_000_000;

/** Aliases in one file: far below the other bounds, as each is dear to follow. */
export const MAX_ALIASES = 50_000;

/** Files that are included in one run, and their characters all together. */
export const MAX_INCLUDED_FILES = 1000;
export const MAX_INCLUDED_CHARS = 64 * 1024 * 1024;

/** Files that include each other, the first one counted. */
export const MAX_INCLUDE_DEPTH = 10;

/** Files and folders that one glob of `include` may come by. */
export const MAX_WALKED = 100_000;

/** Nested lists and mappings, in the text and again after aliases are followed. */
export const MAX_DEPTH = 100;

/** Values in one file after aliases are followed. */
export const MAX_VALUES = 500_000;

/** Values in all images of a run after every matrix is expanded: 100,000 images have them. */
export const MAX_EXPANDED_VALUES = 1_500_000;

/** Images that one `matrix` makes. */
export const MAX_MATRIX_ROWS = 10_000;

/** Entries of `matrix.include` and of `matrix.exclude`, which are compared with every row. */
export const MAX_MATRIX_EDITS = 1000;

/** Characters of one string after substitution. */
export const MAX_TEXT_CHARS = 64 * 1024;

/** Characters of all strings that substitution makes in a run. */
export const MAX_EXPANDED_CHARS = 64 * 1024 * 1024;

/** Characters of a user's regular expression, and of a value it is tried on. */
export const MAX_PATTERN_CHARS = 1024;

/** Diagnostics of one run; a file that is wrong more often is wrong as a whole. */
export const MAX_DIAGNOSTICS = 1000;

/** Milliseconds for a glob on one name. */
export const MAX_PATTERN_MS = 1000;
