import { describe, expect, it } from 'vitest';
import { openAuthorized, sendAuthorized } from '../../../src/auth/authorized.ts';
import type { Credentials } from '../../../src/auth/credentials.ts';
import { startAuthServers, toChallenge, toGrant } from '../../support/auth-servers.ts';
import { type FaultAnswer, hangUp, stall, startFaultServer } from '../../support/fault-server.ts';
import { makeAuthorized, makeSender, toAuthorizedRequest } from '../../support/make-authorized.ts';

const USER: Credentials = {
  kind: 'password',
  username: 'weaver',
  password: 'hunter2',
  source: 'credentials of a test',
};
const SCOPES = Array.from({ length: 20 }, (_, number) => `repository:r${number}:pull`);
const BASIC = toChallenge('Basic realm="r"');

describe('the first request to a registry', () => {
  it('is waited for by all others, so that only it is refused', async () => {
    const { registry, tokens } = await startAuthServers();
    const statuses = await sendAll(makeSender(registry));
    expect(new Set(statuses)).toEqual(new Set([200]));
    expect([registry.seen.length, tokens.seen.length]).toEqual([21, 20]);
  });

  it('is waited for only until the registry has said where tokens are made', async () => {
    const second = createSignal();
    const { registry } = await startAuthServers({
      grant: async (_request, number) => {
        if (number === 2) second.give();
        await second.given;
        return toGrant(`t${number}`);
      },
    });
    const send = makeSender(registry);
    const responses = await Promise.all([send('repository:a:pull'), send('repository:b:pull')]);
    expect(responses.map(({ status }) => status)).toEqual([200, 200]);
    expect(registry.seen.filter(({ headers }) => headers.authorization === undefined)).toHaveLength(1);
  });

  it('is waited for only until a password has proved right, however long the registry takes then', async () => {
    const second = createSignal();
    const { registry } = await startAuthServers({
      answer: async ({ path }) => {
        if (path.includes('/b/')) second.give();
        await second.given;
        return {};
      },
    });
    const path = (scope: string): string => `/v2/${scope.split(':')[1]}/manifests/x`;
    const send = makeSender(registry, { credentials: USER, path });
    const responses = await Promise.all([send('repository:a:pull'), send('repository:b:pull')]);
    expect(responses.map(({ status }) => status)).toEqual([200, 200]);
  });

  it('is waited for only until it is let in, however long its body is', async () => {
    const registry = await startFaultServer(() => ({ body: 'x'.repeat(1_000_000) }));
    const authorized = makeAuthorized(registry);
    const blob = toAuthorizedRequest(registry, 'repository:a:pull');
    const status = await openAuthorized(authorized, blob, async () => {
      const other = toAuthorizedRequest(registry, 'repository:b:pull');
      return (await sendAuthorized(authorized, { ...other, method: 'HEAD' }, { maxBytes: 1024 })).status;
    });
    expect(status).toBe(200);
  });

  it('is not waited for any more when nobody answers', async () => {
    const registry = await startFaultServer(() => stall);
    const transport = { timeouts: { headersMs: 300 }, retry: { attempts: 1 } };
    const outcomes = await Promise.allSettled(SCOPES.slice(0, 10).map(makeSender(registry, { transport })));
    expect(new Set(outcomes.map(({ status }) => status))).toEqual(new Set(['rejected']));
    expect([registry.seen.length, registry.peak()]).toEqual([10, 9]);
  });

  it('is not waited for any more when it is cut', async () => {
    const registry = await startFaultServer((_request, number): FaultAnswer => (number === 1 ? hangUp : {}));
    const outcomes = await Promise.allSettled(
      SCOPES.map(makeSender(registry, { transport: { retry: { attempts: 1 } } })),
    );
    expect(outcomes.filter(({ status }) => status === 'rejected')).toHaveLength(1);
  });
});

describe('fifty cold reads at a time', () => {
  it('take one token when the registry wants a larger one than they need', async () => {
    const { registry, tokens } = await startAuthServers({ challenge: () => ',scope="repository:a/b:pull,push"' });
    const send = makeSender(registry);
    await Promise.all(Array.from({ length: 50 }, () => send()));
    expect([tokens.seen.length, registry.seen.length]).toEqual([1, 51]);
  });

  it('take one token for each set of scopes', async () => {
    const { registry, tokens } = await startAuthServers();
    const send = makeSender(registry);
    await Promise.all(Array.from({ length: 50 }, (_, number) => send(`repository:r${number % 5}:pull`)));
    expect([tokens.seen.length, registry.seen.length]).toEqual([5, 51]);
  });
});

describe('a wrong password', () => {
  it('is tried three times at most where Basic is wanted, however many requests wait', async () => {
    const registry = await startFaultServer(() => BASIC);
    await sendAll(makeSender(registry, { credentials: USER }));
    expect(registry.seen.filter(({ headers }) => headers.authorization !== undefined)).toHaveLength(3);
  });

  it('is tried three times at most at a token server, however many requests wait', async () => {
    const { registry, tokens } = await startAuthServers({ grant: () => ({ status: 401 }) });
    await sendAll(makeSender(registry, { credentials: USER }));
    expect(tokens.seen).toHaveLength(3);
  });

  it('for one repository does not hold up the others once it has let in one', async () => {
    const many = createSignal();
    let open = 0;
    const registry = await startFaultServer(async ({ headers, path }) => {
      if (headers.authorization === undefined || path === '/v2/closed') return BASIC;
      open += 1;
      if (open > 2) many.give();
      if (open > 1) await many.given;
      return {};
    });
    const path = (scope: string): string => (scope === SCOPES[0] ? '/v2/closed' : '/v2/open');
    const statuses = await sendAll(makeSender(registry, { credentials: USER, path }));
    expect(statuses).toEqual([401, ...SCOPES.slice(1).map(() => 200)]);
  });
});

describe('a registry that wants a password that nobody has', () => {
  it('is asked by all at once after the first', async () => {
    const many = createSignal();
    const registry = await startFaultServer(async (_request, number) => {
      if (number > 2) many.give();
      if (number > 1) await many.given;
      return BASIC;
    });
    const statuses = await sendAll(makeSender(registry));
    expect(new Set(statuses)).toEqual(new Set([401]));
    expect(registry.seen).toHaveLength(20);
  });
});

/** The status of each answer; 0 where there was an error. */
async function sendAll(send: (scope: string) => Promise<{ readonly status: number }>): Promise<readonly number[]> {
  const outcomes = await Promise.allSettled(SCOPES.map((scope) => send(scope)));
  return outcomes.map((outcome) => (outcome.status === 'fulfilled' ? outcome.value.status : 0));
}

function createSignal(): { readonly give: () => void; readonly given: Promise<void> } {
  let give = (): void => undefined;
  const given = new Promise<void>((resolve) => {
    give = resolve;
  });
  return { give: () => give(), given };
}
