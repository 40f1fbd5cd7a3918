import { describe, expect, it } from 'vitest';
import { findEntry, findHelper, parseDockerConfig } from '../../../src/auth/docker-config.ts';

const PLACE = '~/.docker/config.json';
const SOURCE = `credentials from ${PLACE}`;
const WEAVER = { kind: 'password', username: 'weaver', password: 'warp:weft', source: SOURCE };
const AUTH = Buffer.from('weaver:warp:weft').toString('base64');

describe('the entry of a registry', () => {
  it.each([
    ['ghcr.io', 'ghcr.io'],
    ['https://ghcr.io', 'ghcr.io'],
    ['https://ghcr.io/org', 'ghcr.io'],
    ['GHCR.io', 'ghcr.io'],
    ['registry.example:5000', 'registry.example:5000'],
    ['http://registry.example:5000/v1/', 'registry.example:5000'],
    ['https://index.docker.io/v1/', 'docker.io'],
    ['https://index.docker.io/v1', 'docker.io'],
    ['index.docker.io', 'docker.io'],
    ['docker.io', 'docker.io'],
    ['registry-1.docker.io', 'docker.io'],
  ])('under %s is for %s', (key, registry) => {
    expect(find({ auths: { [key]: { auth: AUTH } } }, registry)).toEqual(WEAVER);
  });

  it.each([
    ['ghcr.io', 'ghcr.io:443'],
    ['docker.io', 'evildocker.io'],
    ['registry.example', 'registry.example:5000'],
    ['example', 'registry.example'],
  ])('under %s is not for %s', (key, registry) => {
    expect(find({ auths: { [key]: { auth: AUTH } } }, registry)).toBeUndefined();
  });

  it('is the exact one before one that only has the same host', () => {
    const other = Buffer.from('other:x').toString('base64');
    const config = { auths: { 'https://ghcr.io/org': { auth: other }, 'ghcr.io': { auth: AUTH } } };
    expect(find(config, 'ghcr.io')).toEqual(WEAVER);
  });

  it.each<[string, object, object | undefined]>([
    ['user name and password apart', { username: 'weaver', password: 'warp:weft' }, WEAVER],
    ['NULs after the password', { auth: Buffer.from('weaver:warp:weft\0\0').toString('base64') }, WEAVER],
    [
      'an identity token',
      { auth: AUTH, identitytoken: 'idt' },
      { kind: 'identity-token', token: 'idt', source: SOURCE },
    ],
    ['a registry token', { registrytoken: 'rgt' }, { kind: 'registry-token', token: 'rgt', source: SOURCE }],
    [
      'a token as user name',
      { username: '<token>', password: 'idt' },
      { kind: 'identity-token', token: 'idt', source: SOURCE },
    ],
    ['nothing, the mark that a helper holds it', {}, undefined],
    ['an empty auth', { auth: '' }, undefined],
  ])('may hold %s', (_what, entry, expected) => {
    expect(find({ auths: { 'ghcr.io': entry } }, 'ghcr.io')).toEqual(expected);
  });

  it.each<[string, unknown]>([
    ['base64 of something without a colon', { auth: Buffer.from('weaver').toString('base64') }],
    ['something that is not base64', { auth: 'c2VjcmV0:c2VjcmV0!' }],
    ['a number for a password', { username: 'a', password: 42 }],
    ['text instead of an object', 'c2VjcmV0'],
  ])('is refused with %s, naming file and registry and no secret', (_what, entry) => {
    const read = (): unknown => find({ auths: { 'ghcr.io': entry } }, 'ghcr.io');
    expect(read).toThrow(
      expect.objectContaining({
        code: 'CREDENTIALS_INVALID',
        message: expect.stringMatching(/^(?!.*c2VjcmV0).*~\/\.docker\/config\.json.*ghcr\.io/),
      }),
    );
  });

  it.each([
    ['acme/api', 'api'],
    ['acme/api/debug', 'api'],
    ['acme/web', 'acme'],
    ['acme', 'acme'],
    ['acmes/api', 'host'],
    ['', 'host'],
  ])('for the path %j is the one of the longest path above it: %s', (path, expected) => {
    const toEntry = (username: string): object => ({ username, password: 'x' });
    const auths = { 'ghcr.io': toEntry('host'), 'ghcr.io/acme/': toEntry('acme'), 'GHCR.io/acme/api': toEntry('api') };
    const config = parseDockerConfig(JSON.stringify({ auths }), PLACE);
    expect(findEntry(config, 'ghcr.io', path)).toMatchObject({ username: expected });
  });

  it('of a path is for nothing beside it, and says so in its source', () => {
    const text = JSON.stringify({ auths: { 'index.docker.io/acme': { auth: AUTH } } });
    const config = parseDockerConfig(text, PLACE);
    expect(findEntry(config, 'docker.io', 'library/redis')).toBeUndefined();
    expect(findEntry(config, 'docker.io', 'acme/api')).toMatchObject({ source: `${SOURCE} for index.docker.io/acme` });
  });

  it.each(['https://ghcr.io/org', 'ghcr.io/v1/', 'ghcr.io/v2'])('under %s is for every path of the host', (key) => {
    const config = parseDockerConfig(JSON.stringify({ auths: { [key]: { auth: AUTH } } }), PLACE);
    expect(findEntry(config, 'ghcr.io', 'acme/api')).toEqual(WEAVER);
  });

  it('does not hurt others when it is broken', () => {
    expect(find({ auths: { 'broken.example': 1, 'ghcr.io': { auth: AUTH } } }, 'ghcr.io')).toEqual(WEAVER);
  });
});

describe('a docker config', () => {
  it.each([
    '',
    '{',
    '[]',
    'null',
    '"x"',
    '{"auths":[]}',
    '{"auths":"hunter2"}',
    '{"credHelpers":1}',
    '{"auths":{"a":"hunter2"},}',
  ])('that reads %s is refused without being quoted', (text) => {
    const read = (): unknown => parseDockerConfig(text, PLACE);
    expect(read).toThrow(
      expect.objectContaining({ code: 'CREDENTIALS_INVALID', message: expect.stringMatching(/^(?!.*hunter2)/) }),
    );
    expect(read).toThrow(expect.not.objectContaining({ cause: expect.anything() }));
  });

  it('may be empty, begin with a byte order mark, and hold keys of other programs', () => {
    const config = parseDockerConfig('\uFEFF{"auths":null,"proxies":{"x":1},"__proto__":{"auths":1}}', PLACE);
    expect([findEntry(config, 'ghcr.io'), findHelper(config, 'ghcr.io')]).toEqual([undefined, undefined]);
  });

  it.each([
    [{ credsStore: 'desktop' }, 'ghcr.io', 'desktop'],
    [{ credsStore: 'desktop', credHelpers: { 'ghcr.io': 'pass' } }, 'ghcr.io', 'pass'],
    [{ credsStore: 'desktop', credHelpers: { 'ghcr.io': 'pass' } }, 'quay.io', 'desktop'],
    [{ credsStore: 'desktop', credHelpers: { 'ghcr.io': '' } }, 'ghcr.io', undefined],
    [{ credHelpers: { 'index.docker.io': 'pass' } }, 'docker.io', 'pass'],
    [{ credHelpers: { 'ghcr.io': 'pass' } }, 'quay.io', undefined],
  ])('%j has for %s the helper %s', (config, registry, helper) => {
    expect(findHelper(parseDockerConfig(JSON.stringify(config), PLACE), registry)).toBe(helper);
  });

  it('is refused when the name of the helper is not text', () => {
    const config = parseDockerConfig('{"credsStore":{}}', PLACE);
    expect(() => findHelper(config, 'ghcr.io')).toThrow(expect.objectContaining({ code: 'CREDENTIALS_INVALID' }));
  });
});

function find(config: object, registry: string): unknown {
  return findEntry(parseDockerConfig(JSON.stringify(config), PLACE), registry);
}
