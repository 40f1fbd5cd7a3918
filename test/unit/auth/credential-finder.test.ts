import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import {
  type CredentialFinder,
  type CredentialOptions,
  createCredentialFinder,
} from '../../../src/auth/credential-finder.ts';
import { installHelper } from '../../support/fake-helper.ts';
import { REAL_CLOCK } from '../../support/make-client.ts';
import { makeTempDir } from '../../support/temp-dir.ts';

const toAuth = (user: string): object => ({ auth: Buffer.from(`${user}:secret`).toString('base64') });
const HELPER = `cat >/dev/null; echo '{"Username":"helper","Secret":"s"}'`;

describe('credentials', () => {
  it('come from ~/.docker/config.json', async () => {
    const finder = makeFinder({ config: { auths: { 'ghcr.io': toAuth('file') } } });
    expect(await finder.find('ghcr.io')).toMatchObject({
      username: 'file',
      source: 'credentials from ~/.docker/config.json',
    });
    expect(await finder.find('quay.io')).toBeUndefined();
  });

  it('come from $DOCKER_CONFIG instead when it is set', async () => {
    const folder = makeTempDir();
    writeFileSync(join(folder, 'config.json'), JSON.stringify({ auths: { 'ghcr.io': toAuth('moved') } }));
    const finder = makeFinder({
      config: { auths: { 'ghcr.io': toAuth('file') } },
      environment: { DOCKER_CONFIG: folder },
    });
    expect(await finder.find('ghcr.io')).toMatchObject({ username: 'moved', source: expect.stringContaining(folder) });
  });

  it('come from DOCKER_AUTH_CONFIG before the file', async () => {
    const finder = makeFinder({
      config: { auths: { 'ghcr.io': toAuth('file'), 'quay.io': toAuth('file') } },
      environment: { DOCKER_AUTH_CONFIG: JSON.stringify({ auths: { 'ghcr.io': toAuth('variable') } }) },
    });
    expect(await finder.find('ghcr.io')).toMatchObject({
      username: 'variable',
      source: 'credentials from DOCKER_AUTH_CONFIG',
    });
    expect(await finder.find('quay.io')).toMatchObject({ username: 'file' });
  });

  it('come from the entries of DOCKER_AUTH_CONFIG only, whatever else it holds', async () => {
    const finder = makeFinder({
      environment: {
        ...installHelper('test', HELPER),
        DOCKER_AUTH_CONFIG: JSON.stringify({
          credsStore: 'test',
          credHelpers: { 'ghcr.io': 'test' },
          HttpHeaders: { X: 'y' },
        }),
      },
    });
    expect([await finder.find('ghcr.io'), await finder.findHeaders()]).toEqual([undefined, {}]);
  });

  it('come from a helper before the entries of the file', async () => {
    const finder = makeFinder({
      config: { credsStore: 'test', auths: { 'ghcr.io': toAuth('file') } },
      environment: installHelper('test', HELPER),
    });
    expect(await finder.find('ghcr.io')).toMatchObject({ username: 'helper' });
  });

  it('come from the file when the helper has none', async () => {
    const finder = makeFinder({
      config: { credsStore: 'test', auths: { 'ghcr.io': toAuth('file'), 'quay.io': {} } },
      environment: installHelper('test', `echo 'credentials not found in native keychain'; exit 1`),
    });
    expect(await finder.find('ghcr.io')).toMatchObject({ username: 'file' });
    expect(await finder.find('quay.io')).toBeUndefined();
  });

  it.each([
    ['credsStore', { credsStore: 'test' }],
    ['credHelpers', { credHelpers: { 'ghcr.io': 'test' } }],
  ])('are an error when the helper of `%s` fails, which says where it is named', async (_key, config) => {
    const finder = makeFinder({ config, environment: installHelper('test', 'exit 1') });
    await expect(finder.find('ghcr.io')).rejects.toMatchObject({
      code: 'CREDENTIAL_HELPER_FAILED',
      hint: expect.stringContaining('~/.docker/config.json'),
    });
  });

  it('of Docker Hub are asked for under its old address', async () => {
    const finder = makeFinder({
      config: { credsStore: 'test' },
      environment: installHelper('test', `printf '{"Username":"%s","Secret":"s"}' "$(cat)"`),
    });
    expect(await finder.find('docker.io')).toMatchObject({ username: 'https://index.docker.io/v1/' });
    expect(await finder.find('ghcr.io')).toMatchObject({ username: 'ghcr.io' });
  });

  it('are looked up once, however many ask', async () => {
    const counter = join(makeTempDir(), 'count');
    const finder = makeFinder({
      config: { credsStore: 'test' },
      environment: installHelper(
        'test',
        `echo x >> ${counter}; cat ${counter} | wc -l | sed 's/.*/{"Username":"u&","Secret":"s"}/'`,
      ),
    });
    const found = await Promise.all(Array.from({ length: 20 }, () => finder.find('ghcr.io')));
    expect(new Set(found.map((credentials) => credentials?.kind === 'password' && credentials.username)).size).toBe(1);
  });

  it('are none without a config file', async () => {
    expect(await makeFinder({}).find('ghcr.io')).toBeUndefined();
  });
});

describe('the files of podman', () => {
  const toFile = (user: string): string => JSON.stringify({ auths: { 'ghcr.io': toAuth(user) } });

  it.each([
    [['docker', 'runtime', 'home'], 'docker'],
    [['runtime', 'home'], 'runtime'],
    [['home'], 'home'],
  ])('count after docker, in order: of %j it is %s', async (present, expected) => {
    const home = makeTempDir();
    const places: Readonly<Record<string, string>> = {
      docker: '.docker/config.json',
      runtime: 'run/containers/auth.json',
      home: '.config/containers/auth.json',
    };
    for (const name of present) save(join(home, places[name]!), toFile(name));
    const finder = createCredentialFinder({
      ...BASE,
      homeDirectory: home,
      environment: { XDG_RUNTIME_DIR: join(home, 'run') },
    });
    expect(await finder.find('ghcr.io', 'acme/api')).toMatchObject({ username: expected });
  });

  it('are looked for in $XDG_CONFIG_HOME', async () => {
    const folder = makeTempDir();
    save(join(folder, 'containers/auth.json'), toFile('moved'));
    const finder = makeFinder({ environment: { XDG_CONFIG_HOME: folder } });
    expect(await finder.find('ghcr.io')).toMatchObject({ username: 'moved' });
  });

  it('give way to REGISTRY_AUTH_FILE, and so does docker', async () => {
    const path = join(makeTempDir(), 'auth.json');
    save(path, toFile('named'));
    const finder = makeFinder({
      config: { auths: { 'ghcr.io': toAuth('docker'), 'quay.io': toAuth('docker') } },
      environment: { REGISTRY_AUTH_FILE: path },
    });
    expect(await finder.find('ghcr.io')).toMatchObject({ username: 'named', source: `credentials from ${path}` });
    expect(await finder.find('quay.io')).toBeUndefined();
  });

  it('must exist when REGISTRY_AUTH_FILE names them', async () => {
    const finder = makeFinder({ environment: { REGISTRY_AUTH_FILE: '/nowhere/auth.json' } });
    await expect(finder.find('ghcr.io')).rejects.toMatchObject({
      code: 'CREDENTIALS_INVALID',
      message: expect.stringContaining('/nowhere/auth.json'),
    });
  });

  it('may name a helper for a host, and have no general one', async () => {
    const path = join(makeTempDir(), 'auth.json');
    save(path, JSON.stringify({ credHelpers: { 'ghcr.io': 'test' }, credsStore: 'missing' }));
    const environment = { ...installHelper('test', HELPER), REGISTRY_AUTH_FILE: path };
    const finder = makeFinder({ environment });
    expect(await finder.find('ghcr.io', 'acme/api')).toMatchObject({ username: 'helper' });
    expect(await finder.find('quay.io', 'acme/api')).toBeUndefined();
  });
});

describe('the headers of the docker config', () => {
  it('are those that Plait and HTTP do not set themselves', async () => {
    const HttpHeaders = {
      'X-Meta': 'team',
      'User-Agent': 'docker',
      authorization: 'Basic x',
      Host: 'evil.example',
      'Content-Length': '0',
      'X-Split': 'a\r\nb: c',
      'X-Number': 1,
      'bad name': 'x',
    };
    expect(await makeFinder({ config: { HttpHeaders } }).findHeaders()).toEqual({ 'x-meta': 'team' });
  });

  it.each([[undefined], ['not json'], ['{"HttpHeaders": "x"}']])('are none with %j for a file', async (text) => {
    expect(await makeFinder(text === undefined ? {} : { text }).findHeaders()).toEqual({});
  });
});

describe('explicit credentials', () => {
  const explicit = (): { kind: 'env'; usernameEnv: string; passwordEnv: string } => ({
    kind: 'env',
    usernameEnv: 'REG_USER',
    passwordEnv: 'REG_PASSWORD',
  });

  it('come from the variables named, whatever the docker config says', async () => {
    const finder = makeFinder({
      explicit,
      config: { auths: { 'ghcr.io': toAuth('file') } },
      environment: { REG_USER: 'env', REG_PASSWORD: 'p' },
    });
    expect(await finder.find('ghcr.io')).toEqual({
      kind: 'password',
      username: 'env',
      password: 'p',
      source: 'credentials from REG_USER and REG_PASSWORD',
    });
  });

  it.each([
    [{ REG_PASSWORD: 'p' }, 'REG_USER'],
    [{ REG_USER: 'u' }, 'REG_PASSWORD'],
    [{ REG_USER: 'u', REG_PASSWORD: '' }, 'REG_PASSWORD'],
  ])('name the variable that is missing: %j', async (environment, name) => {
    const finder = makeFinder({ explicit, environment, config: { auths: { 'ghcr.io': toAuth('file') } } });
    await expect(finder.find('ghcr.io')).rejects.toMatchObject({
      code: 'CREDENTIALS_INVALID',
      message: expect.stringContaining(name),
    });
  });

  it('come from the helper named, which must have some', async () => {
    const helper = (): { kind: 'helper'; helper: string } => ({ kind: 'helper', helper: 'test' });
    const full = makeFinder({ explicit: helper, environment: installHelper('test', HELPER) });
    const empty = makeFinder({
      explicit: helper,
      environment: installHelper('test', `echo 'credentials not found in native keychain'; exit 1`),
    });
    expect(await full.find('ghcr.io')).toMatchObject({ username: 'helper' });
    await expect(empty.find('ghcr.io')).rejects.toMatchObject({ code: 'CREDENTIAL_HELPER_FAILED' });
  });
});

describe('a config that cannot be used', () => {
  it('is an error that names the file', async () => {
    const finder = makeFinder({ text: '{"auths": {"ghcr.io": hunter2' });
    await expect(finder.find('ghcr.io')).rejects.toMatchObject({
      code: 'CREDENTIALS_INVALID',
      message: expect.stringMatching(/^(?!.*hunter2).*~\/\.docker\/config\.json/),
    });
  });

  it('is an error that names the variable', async () => {
    const finder = makeFinder({ environment: { DOCKER_AUTH_CONFIG: 'hunter2' } });
    await expect(finder.find('ghcr.io')).rejects.toMatchObject({
      code: 'CREDENTIALS_INVALID',
      message: expect.stringMatching(/^(?!.*hunter2).*DOCKER_AUTH_CONFIG/),
    });
  });

  it('is an error when it is too large', async () => {
    const finder = makeFinder({ text: ' '.repeat(1024 * 1024 + 1) });
    await expect(finder.find('ghcr.io')).rejects.toMatchObject({ code: 'CREDENTIALS_INVALID' });
  });

  it('is an error when it is a folder', async () => {
    const home = makeTempDir();
    mkdirSync(join(home, '.docker', 'config.json'), { recursive: true });
    const finder = createCredentialFinder({ ...BASE, homeDirectory: home });
    await expect(finder.find('ghcr.io')).rejects.toMatchObject({ code: 'CREDENTIALS_INVALID' });
  });
});

function save(path: string, text: string): void {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, text);
}

const BASE: CredentialOptions = {
  environment: {},
  homeDirectory: '/nowhere',
  clock: REAL_CLOCK,
  explicit: () => undefined,
};

interface FinderOptions extends Partial<CredentialOptions> {
  readonly config?: object;
  readonly text?: string;
}

function makeFinder({ config, text, ...options }: FinderOptions): CredentialFinder {
  const homeDirectory = makeTempDir();
  const content = config === undefined ? text : JSON.stringify(config);
  if (content !== undefined) {
    mkdirSync(join(homeDirectory, '.docker'));
    writeFileSync(join(homeDirectory, '.docker', 'config.json'), content);
  }
  return createCredentialFinder({ ...BASE, homeDirectory, ...options });
}
