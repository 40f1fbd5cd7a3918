import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { describe, expect, it } from 'vitest';

/** A script is no module of the program: it has no types. */
const script: unknown = await import(pathToFileURL(resolve('scripts/release/notes.mjs')).href);
const { cutNotes } = script as { cutNotes: (changelog: string, version: string) => string };

const CHANGELOG = `# Changelog

## [Unreleased]

## [1.10.0] - 2026-03-01

### Fixed

- This.

## [1.1.0] - 2026-02-01

- That.

[1.1.0]: https://example.com/1.1.0
`;

describe('the notes of a release', () => {
  it('are its section, without the heading', () => {
    expect(cutNotes(CHANGELOG, '1.10.0')).toBe('### Fixed\n\n- This.\n');
  });

  it('end where the links of the page begin', () => {
    expect(cutNotes(CHANGELOG, '1.1.0')).toBe('- That.\n');
  });

  it.each(['1.1', '2.0.0', 'Unreleased'])('are refused for %s, of which nothing is said', (version) => {
    expect(() => cutNotes(CHANGELOG, version)).toThrow('CHANGELOG.md');
  });
});
