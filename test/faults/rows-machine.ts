import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'vitest';
import { type ContentCache, openContentCache } from '../../src/cache/content-cache.ts';
import type { Digest } from '../../src/oci/digest.ts';
import { parseRepository } from '../../src/oci/repository.ts';
import type { RegistryClientOptions } from '../../src/registry/create-client.ts';
import { createContentReader } from '../../src/state/content-reader.ts';
import { toChallenge } from '../support/auth-servers.ts';
import { INDEX, openClient, startClientBench, startFaultBench } from '../support/client-bench.ts';
import { installHelper } from '../support/fake-helper.ts';
import type { startFaultServer } from '../support/fault-server.ts';
import { startProxyServer } from '../support/proxy-server.ts';
import { pushIndex } from '../support/push-content.ts';
import { createQuickClock } from '../support/quick-clock.ts';
import { makeTempDir } from '../support/temp-dir.ts';
import { BASIC, LIVE, listAuthorizations, SECRET, USER, withCredentials } from './fault-bench.ts';
import { expectCode, type FaultRow } from './fault-row.ts';
import { interruptApply } from './interrupted-apply.ts';

/** Rows about what is on the machine that Plait runs on. */
export const MACHINE_ROWS: readonly FaultRow[] = [
  {
    number: 47,
    fault: 'a credential helper is missing, hangs, answers no JSON, has nothing, or 1 MiB',
    expected: 'error, killed after 30 s, error, anonymous, error',
    run: async () => {
      await failWith(await askHelper('exit 0', { name: 'missing' }));
      await failWith(await askHelper('echo "hello, not JSON"'));
      const secret = `head -c 1048576 /dev/zero | tr '\\0' x`;
      await failWith(await askHelper(`printf '{"Username":"weaver","Secret":"'; ${secret}; echo '"}'`));
      await failWith(await askHelper(`echo '{"Username":"weaver"}'`));
      const nothing = await askHelper('echo "credentials not found in native keychain"; exit 1');
      await expectCode(nothing.read(), 'REGISTRY_UNAUTHORIZED');
      expect(listAuthorizations(nothing.server)).toEqual([undefined]);
      await killHelper();
    },
  },
  {
    number: 48,
    fault: 'config.json is broken, cannot be read, has NUL in auth, or says {}',
    expected: 'an error that names the file and never the secret; NULs are cut; {} is anonymous',
    run: async () => {
      for (const text of [
        `{"auths":{"x":{"auth":"${SECRET}"`,
        `"${SECRET}`,
        `["${SECRET}"]`,
        `{"auths":"${SECRET}"}`,
      ]) {
        const error = await expectCode((await readWithConfig(text)).read(), 'CREDENTIALS_INVALID');
        expect(error.message).toContain('config.json');
        expect(`${error.message} ${error.hint} ${error.stack}`).not.toContain(SECRET);
      }
      for (const put of [mkdirSync, (path: string) => symlinkSync('config.json', path)])
        await expectCode((await readWithConfig({ put })).read(), 'CREDENTIALS_INVALID');
      const padded = Buffer.from(`${USER}:${SECRET}\0\0`).toString('base64');
      const known = await readWithConfig((host) => JSON.stringify({ auths: { [host]: { auth: padded } } }));
      await known.read();
      expect(listAuthorizations(known.server)).toEqual([undefined, BASIC]);
      const marked = await readWithConfig((host) => JSON.stringify({ auths: { [host]: {} } }));
      await expectCode(marked.read(), 'REGISTRY_UNAUTHORIZED');
      expect(listAuthorizations(marked.server)).toEqual([undefined]);
    },
  },
  {
    number: 49,
    fault: 'a proxy answers 407, or cannot connect',
    expected: 'no second try; the proxy sees no credentials of the registry',
    run: async () => {
      for (const refusal of ['407 Proxy Authentication Required', '502 Bad Gateway', '403 Forbidden']) {
        const proxy = await startProxyServer({ refusal });
        const clock = createQuickClock();
        const { environment, settings: _settings, ...options } = withCredentials({ clock });
        const HTTPS_PROXY = `http://proxy-user:proxy-secret@${proxy.host}`;
        const auth = { kind: 'env', usernameEnv: 'REG_USER', passwordEnv: 'REG_PASSWORD' } as const;
        const client = openClient({
          ...options,
          settings: () => ({ auth }),
          environment: { ...environment, HTTPS_PROXY },
        });
        const read = client.headManifest(parseRepository('registry.example/a/b'), 'x');
        const error = await expectCode(read, 'PROXY_FAILED');
        expect([error.message.includes(proxy.host), error.message.includes('proxy-secret')]).toEqual([true, false]);
        expect(clock.sleeps).toEqual([]);
        expect(proxy.seen.map(({ target }) => target)).toEqual(['registry.example:443']);
        expect(Object.keys(proxy.seen[0]!.headers).sort()).toEqual(PROXY_HEADERS);
        expect(proxy.plain).toEqual([]);
      }
    },
  },
  {
    number: 50,
    fault: 'the cache on disk is damaged: a flipped bit, an empty file, a link',
    expected: 'found out by the hash, fetched again',
    run: async () => {
      const bench = await startClientBench();
      await pushIndex({ url: bench.playground.url, repository: 'a/b', tag: 'x' }, INDEX);
      const directory = makeTempDir();
      const { digest, bytes } = INDEX.manifest;
      const outside = join(makeTempDir(), 'outside');
      writeFileSync(outside, bytes);
      const read = async (cache: ContentCache): Promise<Digest | undefined> =>
        (await createContentReader(bench.client, { cache }).readManifest(bench.repository('a/b'), digest))?.digest;
      await read(openContentCache({ directory }));
      const [path = ''] = listFiles(directory);
      const flipped = Buffer.from(bytes);
      // A digit of an architecture: what is left is an index as good as any.
      flipped[flipped.indexOf('amd64') + 4]! ^= 1;
      for (const damage of [
        () => writeFileSync(path, flipped),
        () => writeFileSync(path, ''),
        () => {
          rmSync(path);
          symlinkSync(outside, path);
        },
      ]) {
        damage();
        bench.playground.clearRequests();
        expect(await read(openContentCache({ directory }))).toBe(digest);
        expect(bench.traffic()).toEqual([`GET /v2/a/b/manifests/${digest} 200`]);
        expect(Buffer.from(bytes).equals(readFileSync(path))).toBe(true);
      }
      bench.playground.clearRequests();
      await read(openContentCache({ directory }));
      expect(bench.traffic()).toEqual([]);
    },
  },
  {
    number: 51,
    fault: 'SIGINT during apply',
    expected: 'the PUT in flight ends, a summary, an exit code, and the next run finishes',
    run: interruptApply,
  },
];

const PROXY_HEADERS = ['connection', 'host', 'proxy-authorization', 'user-agent'];

interface Asked {
  readonly server: Awaited<ReturnType<typeof startFaultServer>>;
  readonly read: () => Promise<unknown>;
}

async function failWith({ read, server }: Asked): Promise<void> {
  const error = await expectCode(read(), 'CREDENTIAL_HELPER_FAILED');
  expect(error.message).toContain('docker-credential-');
  expect(listAuthorizations(server)).toEqual([undefined]);
}

/** A registry that wants a password, and a client that is to get it from the helper `name`; installed is `test`. */
async function askHelper(
  body: string,
  { name = 'test', ...options }: { readonly name?: string } & Partial<RegistryClientOptions> = {},
): Promise<Asked> {
  const environment = installHelper('test', body);
  const config = (host: string): string => JSON.stringify({ credHelpers: { [host]: name } });
  return readWithConfig(config, { environment, ...options });
}

/** One that does not end by itself. */
async function killHelper(): Promise<void> {
  const mark = join(makeTempDir(), 'pid');
  const clock = createQuickClock();
  const sleep = async (ms: number, signal?: AbortSignal): Promise<void> => {
    if (ms === 30_000) await expect.poll(() => existsSync(mark)).toBe(true);
    return clock.sleep(ms, signal);
  };
  const { read } = await askHelper(`echo $$ > ${mark}.new; mv ${mark}.new ${mark}; exec sleep 600`, {
    clock: { ...clock, sleep },
  });
  const error = await expectCode(read(), 'CREDENTIAL_HELPER_FAILED');
  expect([error.message.includes('in time'), clock.sleeps.includes(30_000)]).toEqual([true, true]);
  const pid = Number(readFileSync(mark, 'utf8'));
  await expect.poll(() => isAlive(pid)).toBe(false);
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

/** A registry that wants Basic, and a client whose docker config is `text`, or what is put in its place. */
async function readWithConfig(
  text: string | ((host: string) => string) | { readonly put: (path: string) => unknown },
  options: Partial<RegistryClientOptions> = {},
): Promise<Asked> {
  const { server, repository } = await startFaultBench(({ headers }) =>
    headers.authorization === BASIC ? LIVE : toChallenge('Basic realm="x"'),
  );
  const homeDirectory = makeTempDir();
  const path = join(homeDirectory, '.docker', 'config.json');
  mkdirSync(join(path, '..'));
  if (typeof text === 'object') text.put(path);
  else writeFileSync(path, typeof text === 'string' ? text : text(server.host));
  const client = openClient({ homeDirectory, ...options });
  return { server, read: () => client.headManifest(repository, 'x') };
}

function listFiles(directory: string): readonly string[] {
  return readdirSync(directory, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));
}
