import { describe, expect, it, onTestFinished } from 'vitest';
import { startPlayground } from '../../src/playground/server.ts';
import { createGate } from '../support/hooked-registry.ts';
import { makeProject, plait, seed } from '../support/scenario.ts';

const NAMES = ['a', 'b', 'c'];
const PULLS = NAMES.map((name) => `repository:${name}:pull`);
const PUSHES = NAMES.map((name) => `repository:${name}:pull,push`);

interface TokenRegistry {
  readonly host: string;
  /** What tokens were asked for so far; may be emptied. */
  readonly scopes: string[];
}

interface Hooks {
  /** Called when a token was asked for. */
  readonly onScope?: (scope: string) => void;
  /** May keep back the answer to a request, such as `GET /v2/a/manifests/1`. */
  readonly hold?: (request: string) => Promise<void> | undefined;
}

/** A registry that wants a token for every request, and makes them itself. */
async function startTokenRegistry({ onScope, hold }: Hooks = {}): Promise<TokenRegistry> {
  const scopes: string[] = [];
  const state = { isOpen: true };
  const registry = await startPlayground({
    intercept: async ({ method, url = '', headers }, response) => {
      if (state.isOpen) return false;
      if (url.startsWith('/token')) {
        const scope = new URL(url, 'http://registry.test').searchParams.get('scope') ?? '';
        scopes.push(scope);
        onScope?.(scope);
        response.writeHead(200, { 'content-type': 'application/json' }).end('{"token":"t","expires_in":300}');
      } else if (headers.authorization === undefined) {
        const realm = `Bearer realm="http://${headers.host}/token",service="s"`;
        response.writeHead(401, { 'www-authenticate': realm }).end();
      } else {
        await hold?.(`${method} ${url}`);
        return false;
      }
      return true;
    },
  });
  onTestFinished(() => registry.close());
  for (const name of NAMES) {
    for (const arch of ['amd64', 'arm64']) await seed(registry, `${name}:ci-${arch}`, { platform: `linux/${arch}` });
  }
  state.isOpen = false;
  return { host: registry.host, scopes };
}

function config(host: string, concurrency: number): string {
  const images = NAMES.map(
    (name) =>
      `  - { target: ${host}/${name}, tags: ["1"], platforms: [linux/amd64, linux/arm64], source: "${host}/${name}:ci-{arch}" }\n`,
  );
  return `version: 1\nregistries: { "${host}": { concurrency: ${concurrency} } }\nimages:\n${images.join('')}`;
}

describe('a registry that wants tokens', () => {
  it('is asked for one a repository to read, and for one more where something is pushed', async () => {
    const registry = await startTokenRegistry();
    const folder = makeProject(config(registry.host, 8));
    const run = async (...args: readonly string[]) => {
      registry.scopes.splice(0);
      expect((await plait(folder, args)).code).toBe(0);
      return registry.scopes.toSorted();
    };

    expect(await run('apply', '--dry-run')).toEqual(PULLS);
    expect(await run('plan', '-o', 'plan.json')).toEqual(PULLS);
    expect(await run('apply', 'plan.json')).toEqual([...PULLS, ...PUSHES].sort());
    expect(await run('apply', '--yes')).toEqual(PULLS);
  });

  it('is asked for the token of a push while other images are still read', async () => {
    const isExpected = createGate();
    const registry = await startTokenRegistry({
      onScope: (scope) => void (scope === PUSHES[0] && isExpected.open()),
      hold: (request) => (request === 'GET /v2/c/manifests/ci-arm64' ? isExpected.opened : undefined),
    });
    const { code, stdout } = await plait(makeProject(config(registry.host, 2)), ['apply', '--yes']);

    expect(code).toBe(0);
    expect(stdout).toContain('Apply: 3 tags moved');
    expect(registry.scopes.toSorted()).toEqual([...PULLS, ...PUSHES].sort());
  });
});
