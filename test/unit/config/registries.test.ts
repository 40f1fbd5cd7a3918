import { describe, expect, it } from 'vitest';
import { settingsFor } from '../../../src/config/registries.ts';
import { diagnoseFiles, listAll, listErrors, loadFiles, loadYaml, readMark } from '../../support/load-yaml.ts';

function settingsOf(registries: string) {
  return loadYaml(`version: 1\nregistries: {${registries}}\n`).settings;
}

describe('registries', () => {
  it('have their settings by canonical host', () => {
    const settings = settingsOf(
      'GHCR.io: {concurrency: 2}, index.docker.io: {concurrency: 3}, "[::1]:5000": {plainHttp: true}, localhost: {plainHttp: true}',
    );

    expect([...settings.keys()]).toEqual(['ghcr.io', 'docker.io', '[::1]:5000', 'localhost']);
  });

  it('take the settings of "*" when they are not named, and only then', () => {
    const settings = settingsOf('"*": {concurrency: 8}, ghcr.io: {plainHttp: true}');

    expect(settingsFor(settings, 'quay.io')).toEqual({ concurrency: 8 });
    expect(settingsFor(settings, 'ghcr.io')).toEqual({ plainHttp: true });
    expect(settingsFor(new Map(), 'ghcr.io')).toEqual({});
  });

  it('have authorities relative to the config file', () => {
    const settings = settingsOf('a.b: {ca: ./certs/root.pem}, c.d: {ca: ../root.pem}, e.f: {ca: /etc/root.pem}');

    expect([...settings.values()].map(({ ca }) => ca)).toEqual([
      '/project/certs/root.pem',
      '/root.pem',
      '/etc/root.pem',
    ]);
  });

  it('have a client certificate and its key relative to the config file', () => {
    const settings = settingsOf('a.b: {clientCert: ./ci.pem, clientKey: /etc/ci.key}');

    expect(settings.get('a.b')).toEqual({ clientCert: '/project/ci.pem', clientKey: '/etc/ci.key' });
  });

  it('name their mirrors as hosts', () => {
    expect(settingsOf('docker.io: {mirrors: [Mirror.gcr.io, "m:5000"]}').get('docker.io')?.mirrors).toEqual([
      'mirror.gcr.io',
      'm:5000',
    ]);
  });

  it('have credentials by the names of variables or by a helper', () => {
    const settings = settingsOf('a.b: {auth: {usernameEnv: U, passwordEnv: P}}, "*": {auth: {helper: corp-login}}');

    expect(settings.get('a.b')?.auth).toEqual({ kind: 'env', usernameEnv: 'U', passwordEnv: 'P' });
    expect(settings.get('*')?.auth).toEqual({ kind: 'helper', helper: 'corp-login' });
  });

  it('name the token servers to trust as hosts', () => {
    expect(settingsOf('a.b: {trustedRealms: [Auth.example.com]}').get('a.b')?.trustedRealms).toEqual([
      'auth.example.com',
    ]);
  });

  it.each([
    ['►https://ghcr.io: {}', 'invalid-host registries["https://ghcr.io"]'],
    ['►ghcr.io/acme: {}', 'invalid-host registries["ghcr.io/acme"]'],
    ['►"*.example.com": {}', 'invalid-host registries["*.example.com"]'],
    ['►ghcr: {}', 'invalid-host registries.ghcr'],
    ['►"ghcr.io:0": {}', 'invalid-host registries["ghcr.io:0"]'],
    ['►"user@ghcr.io": {}', 'invalid-host registries["user@ghcr.io"]'],
    ['docker.io: {}, ►registry-1.docker.io: {}', 'duplicate-registry registries["registry-1.docker.io"]'],
    ['ghcr.io: {}, ►GHCR.IO: {}', 'duplicate-registry registries["GHCR.IO"]'],
    ['a.b: {plainHttp: true, ►ca: x}', 'conflicting-settings registries["a.b"].ca'],
    ['a.b: {plainHttp: true, ►insecureSkipVerify: true}', 'conflicting-settings registries["a.b"].insecureSkipVerify'],
    ['a.b: {auth: ►{usernameEnv: U}}', 'incomplete-auth registries["a.b"].auth'],
    ['a.b: {auth: ►{passwordEnv: U}}', 'incomplete-auth registries["a.b"].auth'],
    ['a.b: {auth: ►{}}', 'incomplete-auth registries["a.b"].auth'],
    ['a.b: {auth: ►{usernameEnv: U, passwordEnv: P, helper: h}}', 'incomplete-auth registries["a.b"].auth'],
    ['a.b: {auth: {helper: ►../../bin/sh}}', 'invalid-value registries["a.b"].auth.helper'],
    ['a.b: {auth: {helper: ►"h; rm -rf /"}}', 'invalid-value registries["a.b"].auth.helper'],
    ['"*": {auth: ►{usernameEnv: U, passwordEnv: P}}', 'conflicting-settings registries["*"].auth'],
    ['a.b: {plainHttp: true, ►clientCert: x, clientKey: y}', 'conflicting-settings registries["a.b"].clientCert'],
    ['a.b: {►clientCert: x}', 'incomplete-auth registries["a.b"].clientCert'],
    ['a.b: {►clientKey: x}', 'incomplete-auth registries["a.b"].clientKey'],
    ['"*": {►clientCert: x, clientKey: y}', 'conflicting-settings registries["*"].clientCert'],
    ['"*": {►mirrors: [a.b]}', 'conflicting-settings registries["*"].mirrors'],
    ['a.b: {mirrors: [►https://x.y]}', 'invalid-host registries["a.b"].mirrors[0]'],
    ['a.b: {trustedRealms: [►https://x.y]}', 'invalid-host registries["a.b"].trustedRealms[0]'],
  ])('are checked: %s', (registries, expected) => {
    const { text, place } = readMark(`version: 1\nregistries: {${registries}}\n`);

    expect(listErrors(text)).toEqual([`${place} ${expected}`]);
  });
});

describe('a setting that gives up TLS', () => {
  it.each(['plainHttp', 'insecureSkipVerify'])('is worth a warning for all hosts: %s', (key) => {
    const { text, place } = readMark(
      `version: 1\nregistries: {"*": {►${key}: true}, a.b: {${key}: true}}\nimages: []\n`,
    );

    expect(listAll(text)).toContain(`${place} warning unprotected-hosts registries["*"].${key}`);
    expect(listAll(text)).toHaveLength(2);
  });
});

describe('a registry to read only', () => {
  const toText = (registries: string, rest: string): string =>
    `version: 1\nregistries: {${registries}}\nimages: [{target: a.b/app, ${rest}, platforms: [linux/amd64], source: "c.d/app:1"}]\n`;

  it.each(['a.b: {readOnly: true}', '"*": {readOnly: true}'])('is no target: %s', (registries) => {
    const { text, place } = readMark(toText(registries, 'tags: [►one]'));

    expect(listErrors(text)).toEqual([`${place} read-only-target images[0].tags[0]`]);
  });

  it.each(['c.d: {readOnly: true}', 'a.b: {readOnly: false}, "*": {readOnly: true}'])(
    'is a source: %s',
    (registries) => {
      expect(listErrors(toText(registries, 'tags: [one]'))).toEqual([]);
    },
  );
});

describe('a secret in the config', () => {
  it('is refused with the way to do it, and not repeated', () => {
    const text = `version: 1
registries:
  a.b: {auth: {username: bob, password: hunter2}}
  c.d: {auth: {usernameEnv: bob, passwordEnv: "hunter2!"}}
  e.f: {auth: {token: hunter2}}
  g.h: {auth: {helper: "hunter2 "}}
`;

    const found = diagnoseFiles({ 'manifests.yaml': text });

    expect(JSON.stringify(found)).not.toContain('hunter2');
    expect(found.find(({ path }) => path.endsWith('password'))?.hint).toContain('passwordEnv');
    expect(found.find(({ path }) => path.endsWith('token'))?.hint).toContain('passwordEnv');
  });
});

describe('registries of several files', () => {
  it('are put together', () => {
    const { settings } = loadFiles({
      'a.yaml': 'version: 1\nregistries: {a.b: {concurrency: 1}, "*": {concurrency: 4}}\n',
      'b.yaml': 'version: 1\nregistries: {c.d: {concurrency: 2}, "*": {concurrency: 4}}\n',
    });

    expect([...settings.keys()]).toEqual(['a.b', '*', 'c.d']);
  });

  it('must not contradict each other', () => {
    const found = diagnoseFiles({
      'a.yaml': 'version: 1\nregistries: {a.b: {concurrency: 1}}\n',
      'b.yaml': 'version: 1\nregistries: {A.b: {concurrency: 2}}\n',
    });

    expect(found).toHaveLength(1);
    expect(found[0]).toMatchObject({ code: 'duplicate-registry', origin: { file: 'b.yaml', line: 2, column: 14 } });
    expect(found[0]?.message).toContain('a.yaml:2');
  });
});
