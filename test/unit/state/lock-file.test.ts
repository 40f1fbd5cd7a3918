import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { EMPTY_LOCK, formatLockFile, MAX_LOCK_BYTES, parseLockFile } from '../../../src/state/lock-file.ts';
import { readLockFile } from '../../../src/state/read-lock-file.ts';
import { digestOf } from '../../support/states.ts';
import { makeTempDir } from '../../support/temp-dir.ts';

const A = digestOf('a');
const B = digestOf('b');

const TEXT = `# Written by plait lock and plait apply; to be committed. After a merge conflict take either side,
# then run  plait lock
version: 1
sources:
  - docker.io/library/redis:7@${A}
  - ghcr.io/acme/api:1.0@${B}
  - ghcr.io/acme/api:1@${A}
  - localhost:5000/x:y@${B}
tags:
  - ghcr.io/acme/out:latest@${A}
`;

const LOCK = {
  sources: new Map([
    ['localhost:5000/x:y', B],
    ['ghcr.io/acme/api:1', A],
    ['docker.io/library/redis:7', A],
    ['ghcr.io/acme/api:1.0', B],
  ]),
  tags: new Map([['ghcr.io/acme/out:latest', A]]),
};

describe('the text of a lock file', () => {
  it('has one line an entry, sorted by byte', () => {
    expect(formatLockFile(LOCK)).toBe(TEXT);
  });

  it('quotes what YAML would take for a list', () => {
    const text = formatLockFile({ sources: new Map([['[::1]:5000/x:y', A]]), tags: new Map() });

    expect(text).toContain(`  - "[::1]:5000/x:y@${A}"\n`);
  });

  it('has lists without entries where there are none', () => {
    expect(formatLockFile(EMPTY_LOCK).split('\n').slice(2)).toEqual(['version: 1', 'sources: []', 'tags: []', '']);
  });

  it('is read back', () => {
    expect(parseLockFile(TEXT, 'a.yaml')).toEqual(LOCK);
  });
});

describe('a lock file that passed through other hands', () => {
  it.each([
    ['lines that end as on Windows', TEXT.replaceAll('\n', '\r\n')],
    ['a byte order mark', `\uFEFF${TEXT}`],
    ['no line end at the end', TEXT.trimEnd()],
    ['another indentation', TEXT.replaceAll('  - ', '- ')],
    ['quotes', TEXT.replaceAll(/- (\S+)/g, '- "$1"').replace(/"(.*)"/, "'$1'")],
    ['comments and blank lines', TEXT.replaceAll('\n', ' # note\n\n  # note\n')],
    ['a document start', `---\n${TEXT}`],
    ['short names of Docker Hub', TEXT.replace('docker.io/library/', '')],
    ['the same line twice, as a merge may leave it', TEXT.replace(/( {2}- ghcr.*\n)/, '$1$1')],
    ['lists in another order', TEXT.replace(/(sources:[\s\S]*)(tags:[\s\S]*)/, '$2$1')],
  ])('is read in spite of %s', (_what, text) => {
    expect(parseLockFile(text, 'a.yaml')).toEqual(LOCK);
  });

  it('is read without the lists that it does not have', () => {
    expect(parseLockFile('version: 1\ntags:\n', 'a.yaml')).toEqual(EMPTY_LOCK);
  });
});

describe('what is no lock file', () => {
  const head = 'version: 1\nsources:\n';

  it.each([
    ['an unknown key', 'version: 1\nsource: []\n', 2],
    ['a key twice', `${head}tags: []\nsources: []\n`, 4],
    ['another version', 'version: 2\n', 1],
    ['no version', 'sources: []\n', 2],
    ['an empty file', '', 1],
    ['a reference without a digest', `${head}  - ghcr.io/acme/api:1\n`, 3],
    ['a reference without a tag', `${head}  - ghcr.io/acme/api@${A}\n`, 3],
    ['a reference that is none', `${head}  - ghcr.io/Acme/api:1@${A}\n`, 3],
    ['a digest that is none', `${head}  - ghcr.io/acme/api:1@sha256:abc\n`, 3],
    ['two digests for one source', `${head}  - a.b/c:1@${A}\n  - a.b/c:1@${B}\n`, 4],
    ['an entry of no list', `version: 1\n  - a.b/c:1@${A}\n`, 2],
    ['an entry below an empty list', `version: 1\nsources: []\n  - a.b/c:1@${A}\n`, 3],
    ['a merge conflict', `${head}<<<<<<< HEAD\n  - a.b/c:1@${A}\n=======\n>>>>>>> main\n`, 3],
    ['half of a merge conflict', `${head}  - a.b/c:1@${A}\n=======\n`, 4],
    ['a list in brackets', `version: 1\nsources: [a.b/c:1@${A}]\n`, 2],
    ['nesting', `${head}  - - a.b/c:1@${A}\n`, 3],
    ['an alias', `${head}  - *a\n`, 3],
    ['a second document', `${TEXT}---\nversion: 1\n`, 12],
    ['something else', '{"version": 1}', 1],
  ])('is refused with its line: %s', (_what, text, line) => {
    expect(() => parseLockFile(text, 'a.yaml')).toThrow(
      expect.objectContaining({ code: 'LOCK_INVALID', message: expect.stringMatching(`^a\\.yaml:${line}: `) }),
    );
  });

  it('is refused when it is too large to be looked at', () => {
    expect(() => parseLockFile(' '.repeat(MAX_LOCK_BYTES + 1), 'a.yaml')).toThrow(
      expect.objectContaining({ code: 'LOCK_INVALID' }),
    );
  });

  it.each([' '.repeat(200_000), `x:${' '.repeat(200_000)}a b`, `-${' '.repeat(200_000)}a b`, '- "'.repeat(70_000)])(
    'is refused in linear time',
    (line) => {
      expect(() => parseLockFile(`${line}\n${line}.`, 'a.yaml')).toThrow(
        expect.objectContaining({ code: 'LOCK_INVALID' }),
      );
    },
  );
});

describe('reading a lock file', () => {
  const read = (name: string) => {
    const folder = makeTempDir();
    return { folder, path: join(folder, name), run: () => readLockFile(join(folder, name), name) };
  };

  it('gives its content and its hash', async () => {
    const { path, run } = read('a.yaml');
    writeFileSync(path, 'version: 1\n');

    await expect(run()).resolves.toMatchObject({
      lock: EMPTY_LOCK,
      text: 'version: 1\n',
      sha256: expect.stringMatching(/^[0-9a-f]{64}$/),
    });
  });

  it('gives nothing when there is none', async () => {
    await expect(read('nowhere/a.yaml').run()).resolves.toBeUndefined();
  });

  it.each([
    ['a folder', (path: string) => mkdirSync(path)],
    ['no text', (path: string) => writeFileSync(path, Buffer.from([0xc3, 0x28]))],
  ])('fails for %s', async (_what, make) => {
    const { path, run } = read('a.yaml');
    make(path);

    await expect(run()).rejects.toMatchObject({ code: 'LOCK_INVALID' });
  });
});
