import { describe, expect, it } from 'vitest';
import { parseChallenges, selectChallenge } from '../../../src/auth/challenge.ts';

describe('WWW-Authenticate', () => {
  it.each<[string, readonly string[], readonly (readonly [string, object])[]]>([
    [
      'one bearer challenge',
      ['Bearer realm="https://auth.docker.io/token",service="registry.docker.io",scope="repository:a/b:pull,push"'],
      [
        [
          'bearer',
          { realm: 'https://auth.docker.io/token', service: 'registry.docker.io', scope: 'repository:a/b:pull,push' },
        ],
      ],
    ],
    ['one basic challenge', ['Basic realm="Registry"'], [['basic', { realm: 'Registry' }]]],
    [
      'two headers, as Gitea sends them',
      ['Bearer realm="https://git.example/v2/token",service="container_registry",scope="*"', 'Basic'],
      [
        ['bearer', { realm: 'https://git.example/v2/token', service: 'container_registry', scope: '*' }],
        ['basic', {}],
      ],
    ],
    [
      'two challenges in one header, as Codeberg sends them',
      ['Bearer realm="https://c.example/t",service="s",scope="*",Basic realm="c"'],
      [
        ['bearer', { realm: 'https://c.example/t', service: 's', scope: '*' }],
        ['basic', { realm: 'c' }],
      ],
    ],
    ['any case and spacing', ['bEARER  ReAlM = "x" , SERVICE=y'], [['bearer', { realm: 'x', service: 'y' }]]],
    [
      'escapes and commas in quotes',
      ['Bearer realm="a\\"b,c\\\\d", x="="'],
      [['bearer', { realm: 'a"b,c\\d', x: '=' }]],
    ],
    [
      'values without quotes',
      ['Bearer realm=abc,error=invalid_token'],
      [['bearer', { realm: 'abc', error: 'invalid_token' }]],
    ],
    ['empty list elements', [', ,Basic realm="x",,, '], [['basic', { realm: 'x' }]]],
    [
      'a bare value after a scheme',
      ['Negotiate YIIabc==, Basic realm="x"'],
      [
        ['negotiate', {}],
        ['basic', { realm: 'x' }],
      ],
    ],
    [
      'a scheme alone between others',
      ['Negotiate, Basic realm=x, NTLM'],
      [
        ['negotiate', {}],
        ['basic', { realm: 'x' }],
        ['ntlm', {}],
      ],
    ],
    ['an empty scope', ['Bearer realm="x",scope=""'], [['bearer', { realm: 'x', scope: '' }]]],
    ['the first of a parameter given twice', ['Bearer realm="a",realm="b"'], [['bearer', { realm: 'a' }]]],
    ['a quote that never ends', ['Bearer realm="abc'], [['bearer', { realm: 'abc' }]]],
    ['parameters without a scheme', ['realm="y", service=x'], []],
    ['nothing', ['', '   ', ',,,'], []],
  ])('is read: %s', (_what, headers, expected) => {
    const challenges = parseChallenges(headers);
    expect(challenges.map(({ scheme, parameters }) => [scheme, Object.fromEntries(parameters)])).toEqual(expected);
  });

  it.each([
    ['Bearer before Basic, whatever the order', ['Basic realm="x", Bearer realm="y"'], 'bearer'],
    ['Basic when it is alone', ['Negotiate abc=, Basic realm="x"'], 'basic'],
    ['Basic when Bearer has no realm', ['Bearer error="x", Basic'], 'basic'],
    ['nothing else', ['Digest realm="x", Negotiate'], undefined],
  ])('is answered with %s', (_what, headers, scheme) => {
    expect(selectChallenge(parseChallenges(headers))?.scheme).toBe(scheme);
  });
});
