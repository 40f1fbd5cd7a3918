import { describe, expect, it } from 'vitest';
import {
  coversScopes,
  formatScope,
  limitToPull,
  parseScopes,
  toScopeKey,
  uniteScopes,
} from '../../../src/auth/scope.ts';

describe('scopes', () => {
  it.each<[string, readonly string[]]>([
    ['repository:a/b:pull,push', ['repository:a/b:pull,push']],
    ['repository:a/b:push,pull repository:c/d:pull', ['repository:a/b:pull,push', 'repository:c/d:pull']],
    ['repository:host:5000/a/b:pull', ['repository:host:5000/a/b:pull']],
    ['repository(plugin):a:pull', ['repository(plugin):a:pull']],
    ['registry:catalog:*', ['registry:catalog:*']],
    ['repository:a:pull,pull,', ['repository:a:pull']],
    ['', []],
    ['*', []],
    ['nonsense a:b', []],
    ['  repository:a:pull   ', ['repository:a:pull']],
  ])('in %j are %j', (text, expected) => {
    expect(parseScopes(text).map(formatScope)).toEqual(expected);
  });

  it('are united in order, each repository once', () => {
    const united = uniteScopes(parseScopes('repository:b:push'), parseScopes('repository:a:pull repository:b:pull'));
    expect(united.map(formatScope)).toEqual(['repository:b:pull,push', 'repository:a:pull']);
  });

  it.each([
    ['repository:a:pull,push', 'repository:a:pull', true],
    ['repository:a:pull', 'repository:a:pull,push', false],
    ['repository:a:pull', 'repository:b:pull', false],
    ['repository:a:*', 'repository:a:pull,push', true],
    ['repository:a:pull,push repository:b:pull', 'repository:b:pull', true],
    ['repository:a:pull', '', true],
  ])('%s allow %s: %s', (given, wanted, expected) => {
    expect(coversScopes(parseScopes(given), parseScopes(wanted))).toBe(expected);
  });

  it('have one key whatever their order', () => {
    const key = toScopeKey(parseScopes('repository:b:push,pull repository:a:pull'));
    expect(toScopeKey(parseScopes('repository:a:pull repository:b:pull,push'))).toBe(key);
  });

  it('shrink to what a reader needs', () => {
    const scopes = parseScopes('repository:a:pull,push,delete repository:b:push registry:catalog:*');
    expect(limitToPull(scopes).map(formatScope)).toEqual(['repository:a:pull']);
  });
});
