import fc from 'fast-check';
import { expect, it } from 'vitest';
import { Composer, type Document, isMap, isScalar, isSeq, Lexer, Parser, visit } from 'yaml';
import { formatOrigin } from '../../src/config/diagnostic.ts';
import { Findings } from '../../src/config/findings.ts';
import { MAX_DIAGNOSTICS } from '../../src/config/limits.ts';
import { findOrigin, toSourceFile } from '../../src/config/source-file.ts';
import { readYamlDocument } from '../../src/config/yaml-document.ts';

/** What may be an entry of a list, and what may stand between two; a `#` is its number. */
const ENTRIES = [
  '- { target: a/b, tags: [v#] }\n',
  '- target: a/b\n  tags: [v#]\n',
  '- target: a/b # said\n  # of the tags\n  tags:\n  - v#\n  -\n    w#\n',
  '-\n  target: v#\n',
  '-\n',
  '- &e# { from: x }\n',
  '- *e\n',
  '- <<: *e\n  tags: [v#]\n',
  '- v#\n',
  '- "v#\n\n  second"\n',
  "- 'it''s #'\n",
  '- |\n  text #\n\n   more\n\n',
  '- >-\n    text #\n    more\n',
  '- |+\n\n\n',
  '- ? key\n  : v#\n',
  '- [ a,\n  b# ]\n',
  '- - v#\n  - - w\n',
  '- !!str 1#\n',
  '# said of #\n',
  '  # further in\n',
  '\n',
  '   \n',
];
const WRONG = [
  '- [ a\n',
  ' - v#\n',
  '- a: b: c\n',
  '-\tv#\n',
  '\t- v\n',
  'v#\n',
  '- "\\q"\n',
  '- *\n',
  '- !!none v\n',
  '- {a: 1} b\n',
];
const BEFORE = ['', '%YAML 1.2\n---\n', '---\n', '\uFEFF# first\n', 'x: &e { k: v }\n', '# of the list\n'];
const KEYS = [
  'images:\n',
  'images: # said\n',
  '"images":\n',
  'images: &all\n',
  'images: !!seq\n',
  '? images\n:\n',
  '&k images:\n',
  '- images\n',
  '',
];
const AFTER = ['', 'last: 1\n', '# end\n', 'more:\n- 1\n- 2\n', '...\n', '---\nother: 1\n', 'images: 2\n', '  bad\n'];

interface Text {
  readonly before: string;
  readonly key: string;
  readonly entries: readonly string[];
  readonly count: number;
  readonly indent: number;
  readonly wrong: { readonly entry: string; readonly at: number } | undefined;
  readonly after: string;
  readonly lineEnd: string;
}

const TEXTS: fc.Arbitrary<Text> = fc.record({
  before: fc.constantFrom(...BEFORE),
  key: fc.constantFrom(...KEYS),
  entries: fc.array(fc.constantFrom(...ENTRIES), { minLength: 1, maxLength: 6 }),
  // Pieces have five hundred entries.
  count: fc.integer({ min: 480, max: 1700 }),
  indent: fc.constantFrom(0, 2),
  wrong: fc.option(fc.record({ entry: fc.constantFrom(...WRONG), at: fc.nat(1700) }), { nil: undefined, freq: 3 }),
  after: fc.constantFrom(...AFTER),
  lineEnd: fc.constantFrom('\n', '\r\n'),
});

function write({ before, key, entries, count, indent, wrong, after, lineEnd }: Text): string {
  const lines = Array.from({ length: count }, (_, number) => {
    const entry = number === wrong?.at ? wrong.entry : (entries[number % entries.length] ?? '');
    return entry.replaceAll('#', (sign, at: number) => (entry[at + 1] === ' ' ? sign : String(number)));
  });
  const list = lines.join('').replaceAll(/^(?=.)/gm, ' '.repeat(indent));
  return `${before}${key}${list}${after}`.replaceAll('\n', lineEnd);
}

const OPTIONS = { version: '1.2', schema: 'core', merge: false, resolveKnownTags: false, uniqueKeys: false } as const;

/** As the `yaml` package reads it at once. */
function readAtOnce(text: string): readonly Document.Parsed[] {
  const parser = new Parser();
  const composer = new Composer(OPTIONS);
  const tokens = [...new Lexer().lex(text)].flatMap((lexeme) => [...parser.next(lexeme)]);
  return [...composer.compose([...tokens, ...parser.end()], true, text.length)];
}

/** All nodes with their places, each once: what is open in several pieces is there in each. */
function listNodes(pieces: readonly Document.Parsed[]): readonly string[] {
  const found = new Set<string>();
  for (const piece of pieces) {
    visit(piece, {
      Node: (_key, node) => {
        const place = isMap(node) || isSeq(node) ? node.range?.[0] : node.range?.join();
        const value = isScalar(node) ? `${node.type} ${String(node.value)}` : '';
        found.add(`${place} ${node.constructor.name} ${'anchor' in node ? node.anchor : ''} ${node.tag} ${value}`);
      },
    });
  }
  return [...found].sort();
}

it('a file that is read in pieces says what it says when it is read at once', () => {
  const seen = { pieces: 0, refused: 0 };
  fc.assert(
    fc.property(TEXTS, (parts) => {
      const text = write(parts);
      const findings = new Findings(['m.yaml']);
      const pieces: Document.Parsed[] = [];
      const file = toSourceFile({ path: 'm.yaml', directory: '/', text });
      const isRead = readYamlDocument(file, findings, (piece) => pieces.push(piece));
      const whole = readAtOnce(text);
      const problems = whole.flatMap(({ errors, warnings }) => [...errors, ...warnings]);

      if (isRead) {
        expect(problems).toEqual([]);
        expect(listNodes(pieces)).toEqual(listNodes(whole));
        seen.pieces += Number(pieces.length > 1);
      } else {
        const places = new Set(problems.map(({ pos: [offset] }) => formatOrigin(findOrigin({ file, offset }))));
        const told = findings.list().filter(({ code }) => ['yaml-syntax', 'yaml-tag'].includes(code));
        const shown = told.map(({ origin }) => formatOrigin(origin));
        if (findings.list().length < MAX_DIAGNOSTICS) expect(new Set(shown)).toEqual(places);
        else expect([...places]).toEqual(expect.arrayContaining(shown));
        expect(findings.errorCount).toBeGreaterThan(0);
        seen.refused += 1;
      }
    }),
    { numRuns: 120 },
  );
  expect(seen.pieces).toBeGreaterThan(10);
  expect(seen.refused).toBeGreaterThan(10);
});
