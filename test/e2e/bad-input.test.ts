import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Playground, startPlayground } from '../../src/playground/server.ts';
import { makeCertificate } from '../support/certificates.ts';
import { describeWithRegistry, type RealRegistry, startRegistry, TEST_USER } from '../support/real-registry.ts';
import { isWrite, listRequests, makeProject, plait, seed } from '../support/scenario.ts';

/** A config with `broken` and one image in order, so that it shows that the others are planned all the same. */
const beside = (registry: { readonly host: string }, broken: string) => `
version: 1
images:
${broken}
  - id: healthy
    target: ${registry.host}/good/app
    tags: ["1.0.0"]
    platforms: [linux/amd64, linux/arm64]
    source: ${registry.host}/good/app:build-{arch}
`;

describeWithRegistry('bad input', () => {
  let registry: RealRegistry;
  beforeAll(async () => {
    registry = await startRegistry();
    await seed(registry, 'good/app:build-amd64', { platform: 'linux/amd64' });
    await seed(registry, 'good/app:build-arm64', { platform: 'linux/arm64' });
  });
  afterAll(() => registry.stop());

  describe('in the config', () => {
    it.each([
      ['a typo in a key', '    platfroms: [linux/amd64]', 'did you mean platforms?', 'unknown-key'],
      ['a number as a tag', '    tags: [1.10]', '"1.10"', ''],
      [
        'two sources for one platform',
        '    platforms: { linux/arm64: "h.example/a:1", linux/aarch64: "h.example/a:2" }',
        'linux/arm64',
        '',
      ],
    ])('%s ends with 64 before any registry is contacted', async (_what, line, words, code) => {
      const folder = makeProject(`version: 1\nimages:\n  - target: ${registry.host}/bad/app\n${line}\n`);
      const seen = listRequests(registry).length;
      const { code: exitCode, stderr } = await plait(folder, ['plan']);

      expect(exitCode).toBe(64);
      expect(stderr.toLowerCase()).toContain(words);
      expect(stderr).toContain(code);
      expect(stderr).toMatch(/manifests\.yaml:4:\d+: error/);
      expect(listRequests(registry).slice(seen)).toEqual([]);
    });
  });

  describe('at the source', () => {
    const image = (source: string) =>
      `  - { id: broken, target: ${registry.host}/bad/app, tags: [latest], platforms: { linux/amd64: "${source}" } }`;

    async function expectOnlyHealthyPlanned(source: string, words: readonly string[]): Promise<void> {
      const folder = makeProject(beside(registry, image(source)));
      const seen = listRequests(registry).length;
      const { code, stdout } = await plait(folder, ['plan']);

      expect(stdout).toContain('1 to create');
      expect(stdout).toContain('1 unreadable');
      expect(stdout).toContain('bad/app:latest left as it is');
      for (const word of words) expect(stdout).toContain(word);
      expect(code).toBe(1);
      expect(listRequests(registry).slice(seen).filter(isWrite)).toEqual([]);
    }

    it('that is missing is named', async () => {
      await expectOnlyHealthyPlanned(`${registry.host}/good/app:nowhere`, [
        'good/app:nowhere   does not exist',
        'hint:',
      ]);
    });

    it('that is an index where one image is wanted lists what it holds', async () => {
      const prepared = makeProject(beside(registry, '').replace('good/app\n', 'good/multi\n'));
      await seed(registry, 'good/multi:x', { platform: 'linux/amd64' });
      await plait(prepared, ['apply', '--yes']);

      await expectOnlyHealthyPlanned(`${registry.host}/good/multi:1.0.0`, [
        'linux/amd64, linux/arm64',
        'select: linux/amd64',
      ]);
    });

    it('that is for another platform says which', async () => {
      await expectOnlyHealthyPlanned(`${registry.host}/good/app:build-arm64`, [
        'is an image for linux/arm64',
        'override',
      ]);
    });

    it('on a registry that is down says so', async () => {
      await expectOnlyHealthyPlanned('127.0.0.1:1/app:1', ['127.0.0.1:1', 'hint:']);
    });

    it('of 20 MiB is not read', async () => {
      const huge = await startHugeManifest();
      try {
        await expectOnlyHealthyPlanned(`${huge.host}/app:1`, ['8388608 bytes']);
      } finally {
        await huge.stop();
      }
    });
  });

  it('is applied around: the healthy image is pushed, and the exit code says partial', async () => {
    const broken = `  - { id: broken, target: ${registry.host}/bad/app, tags: [latest], platforms: { linux/amd64: "${registry.host}/gone:1" } }`;
    const folder = makeProject(beside(registry, broken).replaceAll('good/app\n', 'good/partial\n'));
    const { code, stdout } = await plait(folder, ['apply', '--yes']);

    expect(stdout).toContain('Apply: 1 tag moved');
    expect(code).toBe(5);
  });
});

describeWithRegistry('a registry that wants a password', () => {
  let registry: RealRegistry;
  beforeAll(async () => {
    registry = await startRegistry({ auth: 'htpasswd' });
  });
  afterAll(() => registry.stop());

  const config = () => `
version: 1
registries:
  ${registry.host}: { auth: { usernameEnv: REGISTRY_USER, passwordEnv: REGISTRY_PASSWORD } }
images:
  - { target: ${registry.host}/app, tags: ["1"], platforms: { linux/amd64: "${registry.host}/app:build" } }
`;

  it('says so when the password is wrong, without showing it', async () => {
    const password = 'not-the-p4ssword';
    const env = { REGISTRY_USER: TEST_USER.username, REGISTRY_PASSWORD: password };
    const { code, stdout, stderr } = await plait(makeProject(config()), ['plan'], { env });

    expect(code).toBe(1);
    expect(stdout).toContain('REGISTRY_USER');
    expect(stdout + stderr).not.toContain(password);
    expect(listRequests(registry).filter(isWrite)).toEqual([]);
  });

  it('takes the right one and says that the source is missing', async () => {
    const env = { REGISTRY_USER: TEST_USER.username, REGISTRY_PASSWORD: TEST_USER.password };
    const { code, stdout } = await plait(makeProject(config()), ['plan'], { env });

    expect(code).toBe(1);
    expect(stdout).toContain('app:build   does not exist');
  });

  it('is not called absent when there are no credentials at all', async () => {
    const bare = config().replace(/registries:\n.*\n/, '');
    const { code, stdout } = await plait(makeProject(bare), ['plan']);

    expect(code).toBe(1);
    expect(stdout).toContain('0 unchanged');
    expect(stdout).not.toContain('to create');
    expect(stdout).not.toContain('does not exist');
  });
});

describe('plain http on an https port, and the other way round', () => {
  let playground: Playground;
  let secure: RealRegistry | undefined;
  beforeAll(async () => {
    playground = await startPlayground({ seed: true });
  });
  afterAll(async () => {
    await playground.close();
    await secure?.stop();
  });

  it('is explained with the setting that helps', async () => {
    secure = await startRegistry({ tls: makeCertificate() });
    const config = `
version: 1
registries: { "${secure.host}": { plainHttp: true } }
images:
  - { target: ${secure.host}/app, tags: ["1"], platforms: { linux/amd64: "${playground.host}/demo/builds/hello:1.0.0-amd64" } }
`;
    const { code, stdout } = await plait(makeProject(config), ['plan']);

    expect(code).toBe(1);
    expect(stdout).toContain('plainHttp');
    expect(stdout).not.toContain('to create');
  });

  it('names the certificate when nobody vouches for it', async () => {
    await secure?.stop();
    secure = await startRegistry({ tls: makeCertificate() });
    const config = `
version: 1
images:
  - { target: ${secure.host}/app, tags: ["1"], platforms: { linux/amd64: "${playground.host}/demo/builds/hello:1.0.0-amd64" } }
`;
    const { code, stdout } = await plait(makeProject(config), ['plan']);

    expect(code).toBe(1);
    expect(stdout).toContain('insecureSkipVerify');
  });
});

interface HugeManifest {
  readonly host: string;
  stop(): Promise<void>;
}

/** Answers every manifest with 20 MiB. */
async function startHugeManifest(): Promise<HugeManifest> {
  const body = Buffer.alloc(20 * 1024 * 1024, 0x20);
  const headers = { 'content-type': 'application/vnd.oci.image.manifest.v1+json', 'content-length': body.length };
  const server = createServer((request, response) => {
    response.writeHead(200, headers);
    response.end(request.method === 'HEAD' ? undefined : body);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    host: `127.0.0.1:${port}`,
    stop: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
}
