import { describe, expect, it } from 'vitest';
import { isPlaitError } from '../../../src/errors/plait-error.ts';
import { parseDigest } from '../../../src/oci/digest.ts';
import { formatFamiliar, formatReference, parseReference, type Reference } from '../../../src/oci/reference.ts';

const F64 = 'f'.repeat(64);
const F128 = 'f'.repeat(128);
const SHA256 = `sha256:${F64}`;
const SHA512 = `sha512:${F128}`;
const T128 = 't'.repeat(128);

function findProblem(text: string): { readonly code: string; readonly words: string } {
  try {
    parseReference(text);
  } catch (error) {
    if (isPlaitError(error)) return { code: error.code, words: `${error.message} ${error.hint ?? ''}` };
    throw error;
  }
  throw new Error(`${text} was accepted`);
}

interface Row {
  readonly input: string;
  readonly registry: string;
  readonly path: string;
  readonly tag?: string;
  readonly digest?: string;
  readonly familiar: string;
}

/** The references that distribution/reference v0.6 accepts in its own tests, and some more; the number is that of its case. */
const ACCEPTED: readonly (readonly [row: number, expected: Row])[] = [
  [1, { input: 'test_com', registry: 'docker.io', path: 'library/test_com', familiar: 'test_com' }],
  [2, { input: 'test.com:tag', registry: 'docker.io', path: 'library/test.com', tag: 'tag', familiar: 'test.com:tag' }],
  [
    3,
    { input: 'test.com:5000', registry: 'docker.io', path: 'library/test.com', tag: '5000', familiar: 'test.com:5000' },
  ],
  [4, { input: 'test.com/repo:tag', registry: 'test.com', path: 'repo', tag: 'tag', familiar: 'test.com/repo:tag' }],
  [5, { input: 'test:5000/repo', registry: 'test:5000', path: 'repo', familiar: 'test:5000/repo' }],
  [6, { input: 'test:5000/repo:tag', registry: 'test:5000', path: 'repo', tag: 'tag', familiar: 'test:5000/repo:tag' }],
  [
    7,
    {
      input: `test:5000/repo@${SHA256}`,
      registry: 'test:5000',
      path: 'repo',
      digest: SHA256,
      familiar: `test:5000/repo@${SHA256}`,
    },
  ],
  [
    8,
    {
      input: `test:5000/repo:tag@${SHA256}`,
      registry: 'test:5000',
      path: 'repo',
      tag: 'tag',
      digest: SHA256,
      familiar: `test:5000/repo:tag@${SHA256}`,
    },
  ],
  [
    14,
    {
      input: `validname@${SHA512}`,
      registry: 'docker.io',
      path: 'library/validname',
      digest: SHA512,
      familiar: `validname@${SHA512}`,
    },
  ],
  [
    17,
    {
      input: 'Uppercase/lowercase:tag',
      registry: 'Uppercase',
      path: 'lowercase',
      tag: 'tag',
      familiar: 'Uppercase/lowercase:tag',
    },
  ],
  [
    19,
    {
      input: 'lowercase:Uppercase',
      registry: 'docker.io',
      path: 'library/lowercase',
      tag: 'Uppercase',
      familiar: 'lowercase:Uppercase',
    },
  ],
  [
    23,
    {
      input: 'sub-dom1.foo.com/bar/baz/quux:some-long-tag',
      registry: 'sub-dom1.foo.com',
      path: 'bar/baz/quux',
      tag: 'some-long-tag',
      familiar: 'sub-dom1.foo.com/bar/baz/quux:some-long-tag',
    },
  ],
  [
    24,
    {
      input: 'b.gcr.io/test.example.com/my-app:test.example.com',
      registry: 'b.gcr.io',
      path: 'test.example.com/my-app',
      tag: 'test.example.com',
      familiar: 'b.gcr.io/test.example.com/my-app:test.example.com',
    },
  ],
  [
    26,
    {
      input: 'foo/foo_bar.com:8080',
      registry: 'docker.io',
      path: 'foo/foo_bar.com',
      tag: '8080',
      familiar: 'foo/foo_bar.com:8080',
    },
  ],
  [27, { input: '192.168.1.1', registry: 'docker.io', path: 'library/192.168.1.1', familiar: '192.168.1.1' }],
  [
    28,
    {
      input: '192.168.1.1:5000',
      registry: 'docker.io',
      path: 'library/192.168.1.1',
      tag: '5000',
      familiar: '192.168.1.1:5000',
    },
  ],
  [29, { input: '192.168.1.1/repo', registry: '192.168.1.1', path: 'repo', familiar: '192.168.1.1/repo' }],
  [
    30,
    {
      input: '192.168.1.1:5000/repo:5050',
      registry: '192.168.1.1:5000',
      path: 'repo',
      tag: '5050',
      familiar: '192.168.1.1:5000/repo:5050',
    },
  ],
  [33, { input: '[2001:db8::1]/repo', registry: '[2001:db8::1]', path: 'repo', familiar: '[2001:db8::1]/repo' }],
  [
    34,
    {
      input: '[2001:db8::1]:5000/repo:tag',
      registry: '[2001:db8::1]:5000',
      path: 'repo',
      tag: 'tag',
      familiar: '[2001:db8::1]:5000/repo:tag',
    },
  ],
  [35, { input: '[::1]:5000/repo', registry: '[::1]:5000', path: 'repo', familiar: '[::1]:5000/repo' }],
  [40, { input: 'localhost/debian', registry: 'localhost', path: 'debian', familiar: 'localhost/debian' }],
  [42, { input: 'LOCALDOMAIN/debian', registry: 'LOCALDOMAIN', path: 'debian', familiar: 'LOCALDOMAIN/debian' }],
  [43, { input: 'docker.io/debian', registry: 'docker.io', path: 'library/debian', familiar: 'debian' }],
  [44, { input: 'index.docker.io/debian', registry: 'docker.io', path: 'library/debian', familiar: 'debian' }],
  [
    45,
    { input: 'registry-1.docker.io/library/debian', registry: 'docker.io', path: 'library/debian', familiar: 'debian' },
  ],
  [
    54,
    {
      input: 'docker---rules/docker',
      registry: 'docker.io',
      path: 'docker---rules/docker',
      familiar: 'docker---rules/docker',
    },
  ],
  [55, { input: 'dock__er/docker', registry: 'docker.io', path: 'dock__er/docker', familiar: 'dock__er/docker' }],
  [63, { input: `repo:${T128}`, registry: 'docker.io', path: 'library/repo', tag: T128, familiar: `repo:${T128}` }],
  [66, { input: 'repo:_under', registry: 'docker.io', path: 'library/repo', tag: '_under', familiar: 'repo:_under' }],
  [
    68,
    {
      input: `nginx:latest@${SHA256}`,
      registry: 'docker.io',
      path: 'library/nginx',
      tag: 'latest',
      digest: SHA256,
      familiar: `nginx:latest@${SHA256}`,
    },
  ],
  [
    73,
    {
      input: 'EXAMPLE/group-image:V42',
      registry: 'EXAMPLE',
      path: 'group-image',
      tag: 'V42',
      familiar: 'EXAMPLE/group-image:V42',
    },
  ],
  [
    74,
    {
      input: '127.0.0.1:5000/library/debian',
      registry: '127.0.0.1:5000',
      path: 'library/debian',
      familiar: '127.0.0.1:5000/library/debian',
    },
  ],
];

const REFUSED: readonly (readonly [row: number, input: string, words: RegExp])[] = [
  [9, '', /empty/],
  [10, ':justtag', /repository is missing/],
  [11, `@${SHA256}`, /repository is missing/],
  [12, `repo@sha256:${'f'.repeat(34)}`, /not a digest.*64/],
  [13, `validname@invaliddigest:${F64}`, /not supported.*sha256/],
  [16, 'Uppercase:tag', /lower case.*uppercase/],
  [18, 'test:5000/Uppercase/lowercase:tag', /lower case.*uppercase\/lowercase/],
  [22, 'aa/asdf$$^/aa', /asdf\$\$\^/],
  [32, '[2001:db8::1]:5000', /not a valid part/],
  [37, '[fe80::1%eth0]:5000/repo', /zone/],
  [38, '[2001:db8:3:4::192.0.2.33]:5000/debian', /IPv6/],
  [39, 'fc00::1:5000/debian', /brackets/],
  [48, 'docker/Docker', /lower case.*docker\/docker/],
  [49, '-docker/docker', /-docker/],
  [50, 'docker-/docker', /docker-/],
  [51, '-docker.io/docker/docker', /-docker\.io/],
  [52, 'docker///docker', /empty.*extra \//],
  [53, 'docker/', /empty.*extra \//],
  [58, 'dock-.er/docker', /host name/],
  [59, '____/____', /____/],
  [60, 'a3ed95caeb02ffe68cdd9fd84406680ae93d633cb16422d00e8a7c22955b46d4', /image id/],
  [62, 'https://github.com/docker/docker', /drop https:\/\//],
  [64, `repo:${'t'.repeat(129)}`, /more than 128/],
  [67, 'repo:', /empty/],
  [69, `repo@${SHA256}@${SHA256}`, /not a digest/],
  [71, 'example.com/a//b', /empty.*extra \//],
  [72, 'repo with space', /white space/],
];

describe('a reference', () => {
  it.each(ACCEPTED)('of row %i is read and written', (_row, { input, registry, path, tag, digest, familiar }) => {
    const expected: Reference = {
      repository: { registry, path },
      ...(tag === undefined ? {} : { tag }),
      ...(digest === undefined ? {} : { digest: parseDigest(digest) }),
    };
    const reference = parseReference(input);
    expect(reference).toStrictEqual(expected);
    expect(parseReference(formatReference(reference))).toStrictEqual(expected);
    expect(formatFamiliar(reference)).toBe(familiar);
  });

  it.each(REFUSED)('of row %i is refused with the mistake in words', (_row, input, words) => {
    const problem = findProblem(input);
    expect(problem.code).toBe('REFERENCE_INVALID');
    expect(problem.words).toMatch(words);
  });

  it.each([
    ['a scheme of another tool', 'docker://redis:7', /drop docker:\/\//],
    ['a digest in upper case', `redis@SHA256:${'F'.repeat(64)}`, /lower case/],
    ['a digest of the wrong characters', `redis@sha256:${'g'.repeat(64)}`, /not a digest/],
    ['an empty digest', 'redis@', /not a digest/],
    ['white space at the end', 'redis:7 ', /white space/],
    ['a line end', 'redis:7\n', /white space/],
    ['a letter outside ASCII', 'rédis:7', /ASCII/],
    ['a control character', 'redis\u0000:7', /ASCII/],
    ['a tag that starts with a dot', 'redis:.7', /not a tag/],
    ['a tag with an interpolation left over', 'redis:$VERSION', /not a tag/],
    ['two tags', 'example.com/redis:7:8', /redis:7/],
    ['port 0', 'example.com:0/redis', /port/],
    ['port 65536', 'example.com:65536/redis', /port/],
    ['a port with a leading zero', 'example.com:0443/redis', /port/],
    ['a port that is empty', 'example.com:/redis', /host/],
    ['a host with a dot at the end', 'example.com./redis', /host/],
    ['a host with an underscore', 'my_host.example/redis', /host/],
    ['a label of 64 characters', `${'a'.repeat(64)}.example/redis`, /host/],
    ['a host of 260 characters', `${'a.'.repeat(129)}io/redis`, /host/],
    ['a path of 256 characters', `example.com/${'a'.repeat(256)}`, /255/],
    ['a text of 64 KiB', 'a/'.repeat(32_768), /1024/],
    ['an address in short form', '127.1/redis', /not a host/],
    ['an address in hexadecimal', '0x7f.0.0.1/redis', /not a host/],
    ['a number with a port', '2130706433:5000/redis', /not a host/],
    ['an address with a leading zero', '010.0.0.1/redis', /not a host/],
    ['an address out of range', '256.0.0.1/redis', /not a host/],
    ['an IPv4 address written as IPv6', '[::ffff:7f00:1]:5000/redis', /not a host/],
    ['an IPv6 address with a hole too many', '[1::2::3]:5000/redis', /not a host/],
  ])('is not %s', (_what, input, words) => {
    const problem = findProblem(input);
    expect(problem.code).toBe('REFERENCE_INVALID');
    expect(problem.words).toMatch(words);
  });

  it('has its host in lower case', () => {
    expect(formatReference(parseReference('GHCR.io:8443/acme/api:V1'))).toBe('ghcr.io:8443/acme/api:V1');
    expect(formatReference(parseReference('LOCALHOST:5000/api'))).toBe('localhost:5000/api');
  });

  it('has one form of an IPv6 address', () => {
    expect(formatReference(parseReference('[2001:DB8:0:0:0:0:0:1]/repo'))).toBe('[2001:db8::1]/repo');
  });

  it('keeps the port that is the default', () => {
    expect(formatReference(parseReference('ghcr.io:443/acme/api'))).toBe('ghcr.io:443/acme/api');
  });

  it.each(['docker.io.example.com', 'xindex.docker.io', 'registry-1.docker.io.example', 'registry-2.docker.io'])(
    'of %s is not of Docker Hub',
    (host) => {
      expect(parseReference(`${host}/redis`).repository).toStrictEqual({ registry: host, path: 'redis' });
    },
  );

  it('may name a repository like an image id below a host or with a tag', () => {
    expect(parseReference(`ghcr.io/${F64}`).repository.path).toBe(F64);
    expect(parseReference(`${F64}:7`).repository.path).toBe(`library/${F64}`);
  });

  it.each([
    'docker.io/localhost/redis',
    'docker.io/foo.bar/redis',
    `docker.io/library/${F64}`,
    'docker.io/library/a/b',
  ])('of %s is not shortened into something else', (text) => {
    const reference = parseReference(text);
    expect(parseReference(formatFamiliar(reference))).toStrictEqual(reference);
  });

  it.each([
    ['separators', 'a-'.repeat(500)],
    ['labels', `${'a.'.repeat(500)}/x`],
    ['dashes', '-'.repeat(1000)],
    ['underscores', `${'_'.repeat(1000)}!`],
    ['colons', ':'.repeat(1024)],
    ['at signs', '@'.repeat(65_536)],
    ['white space', ' '.repeat(65_536)],
  ])('of nothing but %s is refused at once', { timeout: 500 }, (_what, text) => {
    expect(findProblem(text).code).toBe('REFERENCE_INVALID');
  });

  it('with credentials is refused without showing them', () => {
    const problem = findProblem('user:secret1@example.com/redis');
    expect(problem.words).toMatch(/credentials/);
    expect(problem.words).not.toMatch(/secret1/);
  });
});
