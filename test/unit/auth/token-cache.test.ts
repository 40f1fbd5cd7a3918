import { describe, expect, it } from 'vitest';
import { parseScopes, type Scope } from '../../../src/auth/scope.ts';
import { type Grant, parseGrant } from '../../../src/auth/token-answer.ts';
import { createTokenCache } from '../../../src/auth/token-cache.ts';
import { PlaitError } from '../../../src/errors/plait-error.ts';
import { createQuickClock } from '../../support/quick-clock.ts';

const PULL = parseScopes('repository:a:pull');
const PUSH = parseScopes('repository:a:pull,push');
const MOUNT = parseScopes('repository:a:pull,push repository:b:pull');

describe('a token', () => {
  it('is asked for once by many who want the same', async () => {
    const { cache, asked } = makeCache();
    const tokens = await Promise.all(Array.from({ length: 50 }, () => cache.obtain(PULL, asked.fetch)));
    expect([new Set(tokens).size, asked.count()]).toEqual([1, 1]);
  });

  it('serves whoever needs less', async () => {
    const { cache, asked } = makeCache();
    await cache.obtain(MOUNT, asked.fetch);
    const values = await Promise.all(
      [PULL, PUSH, parseScopes('repository:b:pull')].map((scopes) => cache.obtain(scopes, asked.fetch)),
    );
    expect([values.map(({ value }) => value), asked.count()]).toEqual([['t1', 't1', 't1'], 1]);
  });

  it('that is being asked for is waited for by whoever needs less', async () => {
    const { cache, asked } = makeCache();
    const wanted = [MOUNT, PULL, PUSH, PULL].map((scopes) => cache.obtain(scopes, asked.fetch));
    expect([new Set(await Promise.all(wanted)).size, asked.count()]).toEqual([1, 1]);
  });

  it('is asked for again by whoever needs less than what was refused', async () => {
    const { cache, asked } = makeCache();
    const refused = cache.obtain(PUSH, () => Promise.reject(new PlaitError('REGISTRY_DENIED', 'no')));
    const waiting = cache.obtain(PULL, asked.fetch);
    await expect(refused).rejects.toMatchObject({ code: 'REGISTRY_DENIED' });
    expect((await waiting).value).toBe('t1');
  });

  it('does not serve who needs more', async () => {
    const { cache, asked } = makeCache();
    await cache.obtain(PULL, asked.fetch);
    expect((await cache.obtain(PUSH, asked.fetch)).value).toBe('t2');
  });

  it('without scopes serves only requests without scopes', async () => {
    const { cache, asked } = makeCache();
    await cache.obtain([], asked.fetch);
    await cache.obtain(PULL, asked.fetch);
    expect((await cache.obtain([], asked.fetch)).value).toBe('t1');
  });

  it('is renewed a little before it ends', async () => {
    const clock = createQuickClock();
    const { cache, asked } = makeCache(clock);
    await cache.obtain(PULL, asked.fetch);
    clock.advance(269_000);
    expect((await cache.obtain(PULL, asked.fetch)).value).toBe('t1');
    clock.advance(2_000);
    expect((await cache.obtain(PULL, asked.fetch)).value).toBe('t2');
  });

  it('is renewed once it was dropped', async () => {
    const { cache, asked } = makeCache();
    const { value } = await cache.obtain(PULL, asked.fetch);
    cache.drop(value);
    expect([(await cache.obtain(PULL, asked.fetch)).value, cache.find('t1')]).toEqual(['t2', undefined]);
  });

  it('is asked for again by those who waited for one who was interrupted', async () => {
    const { cache, asked } = makeCache();
    const interrupted = cache.obtain(PULL, () => Promise.reject(new PlaitError('INTERRUPTED', 'stopped')));
    const waiting = cache.obtain(PULL, asked.fetch);
    await expect(interrupted).rejects.toMatchObject({ code: 'INTERRUPTED' });
    expect((await waiting).value).toBe('t1');
  });

  it('is refused to all who waited for the refusal', async () => {
    const { cache, asked } = makeCache();
    const refused = cache.obtain(PULL, () => Promise.reject(new PlaitError('REGISTRY_UNAUTHORIZED', 'no')));
    const waiting = cache.obtain(PULL, asked.fetch);
    await expect(refused).rejects.toMatchObject({ code: 'REGISTRY_UNAUTHORIZED' });
    await expect(waiting).rejects.toMatchObject({ code: 'REGISTRY_UNAUTHORIZED' });
    expect(asked.count()).toBe(0);
  });

  it('is found quickly among thousands', async () => {
    const { cache, asked } = makeCache();
    for (let number = 0; number < 10_000; number += 1) await cache.obtain(scopeOf(number), asked.fetch);
    expect(asked.count()).toBe(10_000);
    expect((await cache.obtain(scopeOf(5000), asked.fetch)).value).toBe('t5001');
  });
});

describe('the answer of a token server', () => {
  it.each<[string, object, Grant | undefined]>([
    ['a token', { token: 't', expires_in: 300 }, { token: 't', lifetimeMs: 300_000 }],
    ['an access token', { access_token: 't', expires_in: 300 }, { token: 't', lifetimeMs: 300_000 }],
    ['both, the token first', { token: 'a', access_token: 'b', expires_in: 60 }, { token: 'a', lifetimeMs: 60_000 }],
    ['an empty token beside an access token', { token: '', access_token: 'b' }, { token: 'b', lifetimeMs: 60_000 }],
    ['no lifetime', { token: 't' }, { token: 't', lifetimeMs: 60_000 }],
    ['too short a lifetime', { token: 't', expires_in: 5 }, { token: 't', lifetimeMs: 60_000 }],
    ['a negative lifetime', { token: 't', expires_in: -1 }, { token: 't', lifetimeMs: 60_000 }],
    ['a lifetime as text', { token: 't', expires_in: '300' }, { token: 't', lifetimeMs: 60_000 }],
    ['an endless lifetime', { token: 't', expires_in: 1e12 }, { token: 't', lifetimeMs: 86_400_000 }],
    [
      'a wrong clock',
      { token: 't', expires_in: 300, issued_at: '1999-01-01T00:00:00Z' },
      { token: 't', lifetimeMs: 300_000 },
    ],
    ['a refresh token', { token: 't', refresh_token: 'r' }, { token: 't', lifetimeMs: 60_000, refreshToken: 'r' }],
    ['no token', {}, undefined],
    ['a token with a line break', { token: 'a\r\nX: y' }, undefined],
    ['a token that is a number', { token: 1 }, undefined],
    ['a token without end', { token: 'x'.repeat(100_000) }, undefined],
  ])('with %s', (_what, answer, expected) => {
    expect(parseGrant(Buffer.from(JSON.stringify(answer)))).toEqual(expected);
  });

  it.each(['', 'token', '[]', 'null', '<html>'])('that reads %j holds no token', (text) => {
    expect(parseGrant(Buffer.from(text))).toBeUndefined();
  });
});

function scopeOf(number: number): readonly Scope[] {
  return parseScopes(`repository:r${number}:pull`);
}

interface Asked {
  readonly fetch: () => Promise<Grant>;
  readonly count: () => number;
}

function makeCache(clock = createQuickClock()): { cache: ReturnType<typeof createTokenCache>; asked: Asked } {
  let count = 0;
  const fetch = async (): Promise<Grant> => {
    count += 1;
    return { token: `t${count}`, lifetimeMs: 300_000 };
  };
  return { cache: createTokenCache(clock), asked: { fetch, count: () => count } };
}
