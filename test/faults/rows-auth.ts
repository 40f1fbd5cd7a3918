import { expect } from 'vitest';
import { computeDigest } from '../../src/oci/digest.ts';
import { parseRepository } from '../../src/oci/repository.ts';
import { listScopes, startAuthServers, toChallenge, toGrant } from '../support/auth-servers.ts';
import { openClient } from '../support/client-bench.ts';
import { type FaultAnswer, inTurn, registryError, startFaultServer } from '../support/fault-server.ts';
import { createQuickClock } from '../support/quick-clock.ts';
import { BASIC, LIVE, listAuthorizations, startAuthBench, USER, withCredentials } from './fault-bench.ts';
import { expectCode, type FaultRow } from './fault-row.ts';
import { refuseRealms } from './refused-realms.ts';

const BYTES = Buffer.from('layer');
const BLOB = { mediaType: 'a/b', digest: computeDigest(BYTES), size: BYTES.byteLength };

export const AUTH_ROWS: readonly FaultRow[] = [
  {
    number: 1,
    fault: '401 Bearer on the first HEAD',
    expected: 'one token call, one repeat',
    run: async () => {
      const { read, registry, tokens } = await startAuthBench();
      await read();
      expect([listAuthorizations(registry), tokens.seen.length]).toEqual([[undefined, 'Bearer token-1'], 1]);
    },
  },
  {
    number: 2,
    fault: '50 parallel HEADs, cold',
    expected: 'exactly one token call for each scope set',
    run: async () => {
      const one = await startAuthBench();
      await Promise.all(Array.from({ length: 50 }, () => one.read()));
      expect([one.tokens.seen.length, one.registry.seen.length]).toEqual([1, 51]);
      const five = await startAuthBench();
      await Promise.all(Array.from({ length: 50 }, (_, number) => five.read(`team/app${number % 5}`)));
      expect(listScopes(five.tokens).flat().sort()).toEqual(
        Array.from({ length: 5 }, (_, number) => `repository:team/app${number}:pull`),
      );
    },
  },
  {
    number: 3,
    fault: 'the token expires in the middle of the run (invalid_token)',
    expected: 'one refresh, one repeat; a second 401 is an error',
    run: async () => {
      const good = new Set(['token-1', 'token-2']);
      const bench = await startAuthBench({
        accepts: (token) => good.has(token),
        challenge: (_request, token) => (token === '' ? '' : ',error="invalid_token"'),
      });
      await bench.read();
      good.delete('token-1');
      await bench.read();
      expect(listAuthorizations(bench.registry).slice(2)).toEqual(['Bearer token-1', 'Bearer token-2']);
      good.clear();
      const before = bench.registry.seen.length;
      await expectCode(bench.read(), 'REGISTRY_UNAUTHORIZED');
      expect(bench.registry.seen.length - before).toBeLessThanOrEqual(3);
    },
  },
  {
    number: 4,
    fault: 'the token server answers 500 twice, then 200',
    expected: 'tried again, success',
    run: async () => {
      const { read, tokens } = await startAuthBench({
        grant: inTurn({ status: 500 }, { status: 500 }, toGrant('good')),
      });
      await read();
      expect(tokens.seen).toHaveLength(3);
    },
  },
  {
    number: 5,
    fault: 'the token server answers 401 to credentials',
    expected: 'fails at once, names the realm, does not go on as nobody',
    run: async () => {
      const { read, tokens } = await startAuthBench({ grant: () => ({ status: 401 }) }, withCredentials());
      const error = await expectCode(read(), 'REGISTRY_UNAUTHORIZED');
      expect(error.message).toContain(tokens.host);
      expect(listAuthorizations(tokens)).toEqual([BASIC]);
    },
  },
  {
    number: 6,
    fault: 'the token answer has no token, is no JSON, or is too large',
    expected: 'a clear error, and a bounded read',
    run: async () => {
      for (const body of ['{}', '{"token":""}', 'hello', ' '.repeat(2 * 1024 * 1024)]) {
        const { read, tokens } = await startAuthBench({ grant: () => ({ body }) });
        const error = await expectCode(read(), 'REGISTRY_PROTOCOL');
        expect(error.message).toContain(tokens.host);
      }
      let sent = 0;
      const endless: FaultAnswer = (response) => {
        const timer = setInterval(() => {
          sent += 65_536;
          response.write(' '.repeat(65_536));
        }, 1);
        response.once('close', () => clearInterval(timer));
      };
      const { read } = await startAuthBench({ grant: () => endless });
      await expectCode(read(), 'REGISTRY_PROTOCOL');
      expect(sent).toBeLessThan(16 * 1024 * 1024);
    },
  },
  {
    number: 7,
    fault: 'expires_in is 5, absent or negative',
    expected: 'counts as 60 s; no storm of refreshes',
    run: async () => {
      for (const lifetime of [5, undefined, -1, 0, 'soon']) {
        const clock = createQuickClock();
        const grant = (_request: unknown, number: number): FaultAnswer =>
          toGrant(`t${number}`, { expires_in: lifetime });
        const { read, tokens } = await startAuthBench({ grant }, { clock });
        for (let second = 0; second < 50; second += 2) {
          await read();
          clock.advance(2000);
        }
        expect(tokens.seen).toHaveLength(1);
        clock.advance(20_000);
        await read();
        expect(tokens.seen).toHaveLength(2);
      }
    },
  },
  {
    number: 8,
    fault: 'issued_at is a day off',
    expected: 'ignored',
    run: async () => {
      for (const issuedAt of ['2025-12-31T00:00:00Z', '2026-01-02T00:00:00Z', 'never']) {
        const clock = createQuickClock();
        const grant = (): FaultAnswer => toGrant('t', { issued_at: issuedAt });
        const { read, tokens } = await startAuthBench({ grant }, { clock });
        await read();
        clock.advance(200_000);
        await read();
        expect(tokens.seen).toHaveLength(1);
      }
    },
  },
  {
    number: 9,
    fault: 'the server answers 401 whatever it gets',
    expected: 'at most two rounds of authentication',
    run: async () => {
      for (const more of [
        '',
        ',error="invalid_token"',
        ',error="insufficient_scope",scope="repository:a/b:pull,push"',
      ]) {
        const { read, registry, tokens } = await startAuthBench({ accepts: () => false, challenge: () => more });
        await expectCode(read(), 'REGISTRY_UNAUTHORIZED');
        expect(registry.seen.length).toBeLessThanOrEqual(3);
        expect(tokens.seen.length).toBeLessThanOrEqual(2);
      }
    },
  },
  {
    number: 10,
    fault: 'Basic and Bearer in one header; an unknown scheme first',
    expected: 'Bearer is chosen',
    run: async () => {
      const { tokens } = await startAuthServers();
      const bearer = `Bearer realm="${tokens.url}/token",service="s",scope="*"`;
      for (const challenge of [
        `Basic realm="x", ${bearer}`,
        `Negotiate abc==, ${bearer},Basic realm="x"`,
        ['Basic', bearer],
      ]) {
        const registry = await startFaultServer(({ headers }) =>
          headers.authorization?.startsWith('Bearer ') === true ? LIVE : toChallenge(challenge),
        );
        const client = openClient(withCredentials());
        await client.headManifest(parseRepository(`${registry.host}/a/b`), 'x');
        expect(listAuthorizations(registry).map((value) => value?.split(' ')[0])).toEqual([undefined, 'Bearer']);
      }
      expect(listAuthorizations(tokens)).toEqual([BASIC, BASIC, BASIC]);
    },
  },
  {
    number: 11,
    fault: 'a realm on http, at 169.254.169.254, with a name that is 127.0.0.1, or a file',
    expected: 'refused, no request made, no credential seen by a trap server',
    run: refuseRealms,
  },
  {
    number: 12,
    fault: 'a realm on another public host that is not trusted',
    expected: 'no credentials sent',
    run: async () => {
      const realm = 'https://tokens.unrelated.example/token';
      const registry = await startFaultServer(() => toChallenge(`Bearer realm="${realm}"`));
      const client = openClient(withCredentials());
      const error = await expectCode(
        client.headManifest(parseRepository(`${registry.host}/a/b`), 'x'),
        'REALM_REFUSED',
      );
      expect(error.hint).toContain('trustedRealms: [tokens.unrelated.example]');
      expect([client.requestCounts(), JSON.stringify(registry.seen).includes(USER)]).toEqual([{ HEAD: 1 }, false]);
    },
  },
  {
    number: 13,
    fault: 'insufficient_scope on a mount',
    expected: 'a token with both scopes, then the mount; else a copy',
    run: async () => {
      const both = ['repository:to/y:pull,push', 'repository:from/x:pull'];
      for (const isGranted of [true, false]) {
        const { registry, tokens } = await startAuthServers({
          accepts: (token, { path }) => !path.includes('mount=') || (isGranted && token === 'token-2'),
          challenge: ({ path }, token) =>
            token !== '' && path.includes('mount=')
              ? `,error="insufficient_scope",scope="${both.join(' ')} x:y:z"`
              : '',
          answer: ({ method, path }) => {
            if (path.includes('mount=')) return { status: 201 };
            if (method === 'HEAD') return registryError(404, 'BLOB_UNKNOWN');
            if (method === 'POST') return { status: 202, headers: { location: '/v2/to/y/blobs/uploads/1' } };
            return method === 'PUT' ? { status: 201 } : { body: BYTES };
          },
        });
        const [from, to] = [parseRepository(`${registry.host}/from/x`), parseRepository(`${registry.host}/to/y`)];
        const outcome = await openClient().copyBlob({ from, to, descriptor: BLOB });
        expect(outcome).toBe(isGranted ? 'mounted' : 'uploaded');
        expect(listScopes(tokens)[0]).toEqual(both);
        expect(listScopes(tokens)[1]?.slice(0, 2)).toEqual(both);
      }
    },
  },
];
