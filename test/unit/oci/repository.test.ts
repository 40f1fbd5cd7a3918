import { describe, expect, it } from 'vitest';
import {
  formatRepository,
  isLoopback,
  isSameRepository,
  isTag,
  parseRepository,
  toRepositoryKey,
} from '../../../src/oci/repository.ts';

const REFUSED = expect.objectContaining({ code: 'REFERENCE_INVALID' });

describe('a repository', () => {
  it.each([
    ['redis', 'docker.io', 'library/redis'],
    ['acme/api', 'docker.io', 'acme/api'],
    ['ghcr.io/acme/api', 'ghcr.io', 'acme/api'],
    ['localhost:5000/api', 'localhost:5000', 'api'],
    ['[::1]:5000/api', '[::1]:5000', 'api'],
  ])('is read from %s', (text, registry, path) => {
    expect(parseRepository(text)).toStrictEqual({ registry, path });
    expect(parseRepository(formatRepository({ registry, path }))).toStrictEqual({ registry, path });
  });

  it.each(['redis:7', 'localhost:5000', 'ghcr.io/acme/api:1', `redis@sha256:${'f'.repeat(64)}`, '', 'ghcr.io/', 'a b'])(
    'is not read from "%s"',
    (text) => {
      expect(() => parseRepository(text)).toThrow(REFUSED);
    },
  );

  it.each([
    ['redis', 'index.docker.io/library/redis'],
    ['docker.io/library/redis', 'registry-1.docker.io:443/library/redis'],
    ['ghcr.io/acme/api', 'ghcr.io:443/acme/api'],
    ['Host/api', 'HOST/api'],
  ])('%s is the same as %s', (left, right) => {
    const [a, b] = [parseRepository(left), parseRepository(right)];
    expect(isSameRepository(a, b)).toBe(true);
    expect(toRepositoryKey(a)).toBe(toRepositoryKey(b));
  });

  it.each([
    ['ghcr.io/acme/api', 'ghcr.io/acme/web'],
    ['ghcr.io/acme/api', 'quay.io/acme/api'],
    ['ghcr.io/acme/api', 'ghcr.io:80/acme/api'],
    ['localhost/api', 'localhost:443/api'],
    ['acme/api', 'ghcr.io/acme/api'],
  ])('%s is not the same as %s', (left, right) => {
    const [a, b] = [parseRepository(left), parseRepository(right)];
    expect(isSameRepository(a, b)).toBe(false);
    expect(toRepositoryKey(a)).not.toBe(toRepositoryKey(b));
  });
});

describe('a tag', () => {
  it.each(['latest', '1.10', '_x', 'V1', 'a'.repeat(128), '7-alpine__3'])('can be %s', (text) => {
    expect(isTag(text)).toBe(true);
  });

  it.each(['', '.x', '-x', 'a'.repeat(129), 'a/b', 'a:b', 'a b', 'latest\n', 'é', 'a+b'])('cannot be "%s"', (text) => {
    expect(isTag(text)).toBe(false);
  });
});

describe('a registry on this machine', () => {
  it.each(['localhost', 'LOCALHOST:5000', '127.0.0.1', '127.1.2.3:80', '[::1]', '[::1]:5000'])('is %s', (registry) => {
    expect(isLoopback(registry)).toBe(true);
  });

  it.each(['localhost.example', '127.0.0.1.example', '128.0.0.1', '[::2]', '127.0.0.1:5000/x', 'docker.io', ''])(
    'is not "%s"',
    (registry) => {
      expect(isLoopback(registry)).toBe(false);
    },
  );
});
