import { describe, expect, it } from 'vitest';
import { parseCreate } from '../../../src/cli/create-request.ts';

const NONE = { tag: [], annotate: [], annotation: [] };

describe('what plait create is asked for', () => {
  it('is a target, its tags, sources, platforms and annotations', () => {
    const words = {
      tag: ['1.8', 'latest'],
      annotate: ['ghcr.io/acme/api:arm=linux/arm/v7'],
      annotation: ['org.opencontainers.image.version=1.8.2', 'a.b=c=d'],
    };
    const request = parseCreate(words, 'ghcr.io/acme/api:1.8.2', ['ghcr.io/acme/api:amd64', 'ghcr.io/acme/api:arm']);

    expect(request).toMatchObject({
      target: { repository: { registry: 'ghcr.io', path: 'acme/api' }, tag: '1.8.2' },
      tags: ['1.8', 'latest'],
      sources: [{ tag: 'amd64' }, { tag: 'arm' }],
      annotations: { 'org.opencontainers.image.version': '1.8.2', 'a.b': 'c=d' },
    });
    expect([...request.platforms]).toEqual([
      ['ghcr.io/acme/api:arm', { os: 'linux', architecture: 'arm', variant: 'v7' }],
    ]);
  });

  it('may name a source in --annotate in another way than as a source', () => {
    const request = parseCreate({ ...NONE, annotate: ['docker.io/library/a:1=linux/arm64'] }, 'b:1', ['a:1']);

    expect([...request.platforms.keys()]).toEqual(['docker.io/library/a:1']);
  });

  it.each([
    ['a target without a tag', NONE, 'ghcr.io/acme/api', ['a:1'], 'USAGE', 'ghcr.io/acme/api:latest'],
    ['a target with a digest', NONE, `a:1@sha256:${'0'.repeat(64)}`, ['a:1'], 'USAGE', 'tag alone'],
    ['a target that is a URL', NONE, 'https://ghcr.io/acme/api:1', ['a:1'], 'REFERENCE_INVALID', ''],
    ['a source without a tag', NONE, 'a:1', ['b'], 'USAGE', ':latest'],
    ['a source that is named twice', NONE, 'a:1', ['b:1', 'docker.io/library/b:1'], 'USAGE', 'once'],
    ['a tag with a repository', { ...NONE, tag: ['ghcr.io/acme/api:2'] }, 'a:1', ['b:1'], 'USAGE', 'only the tag'],
    ['a tag that is none', { ...NONE, tag: ['.x'] }, 'a:1', ['b:1'], 'USAGE', 'letters'],
    ['a platform without a source', { ...NONE, annotate: ['linux/arm64'] }, 'a:1', ['b:1'], 'USAGE', '--annotate'],
    ['a platform of no source', { ...NONE, annotate: ['c:1=linux/arm64'] }, 'a:1', ['b:1'], 'USAGE', 'library/b:1'],
    ['no platform', { ...NONE, annotate: ['b:1=arm64'] }, 'a:1', ['b:1'], 'PLATFORM_INVALID', 'linux/arm64'],
    [
      'two platforms of one source',
      { ...NONE, annotate: ['b:1=linux/arm64', 'b:1=linux/arm'] },
      'a:1',
      ['b:1'],
      'USAGE',
      '',
    ],
    ['an annotation without a value', { ...NONE, annotation: ['version'] }, 'a:1', ['b:1'], 'USAGE', '--annotation'],
  ])('is refused with %s', (_what, words, target, sources, code, hint) => {
    expect(() => parseCreate(words, target, sources)).toThrow(
      expect.objectContaining({ code, ...(hint === '' ? {} : { hint: expect.stringContaining(hint) }) }),
    );
  });
});
