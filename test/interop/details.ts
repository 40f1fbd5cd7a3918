import { expect } from 'vitest';
import { parseRepository } from '../../src/oci/repository.ts';
import { makeClient } from '../support/make-client.ts';
import { seed } from '../support/scenario.ts';
import { builds, type Detail, image } from './scenarios.ts';
import { makeHome } from './server.ts';
import type { Stage } from './stage.ts';

/** For a server that wants certificates of its clients. */
export const WANTS_A_CERTIFICATE: Detail = {
  title: 'is said to want a certificate when there is none, with the setting to add',
  play: async ({ server }) => {
    const { ca } = server.access.settings ?? {};
    const client = makeClient({ settings: () => (ca === undefined ? {} : { ca }) });
    const read = client.headManifest(parseRepository(`${server.direct}/app`), 'latest');
    // In TLS 1.3 the refusal comes after the handshake; often only a connection that breaks is seen of it.
    const code = expect.stringMatching(/^REGISTRY_(?:TLS|UNREACHABLE)$/);
    const failure = { code, hint: expect.stringContaining('clientCert') };
    await expect(read).rejects.toMatchObject(failure);
    await client.close();
  },
};

const TAGS = Array.from({ length: 12 }, (_, number) => `tag-${String(number).padStart(2, '0')}`);

/** For a server that gives out few tags at a time. */
export const GIVES_PAGES: Detail = {
  title: 'has its pages of tags followed to the last',
  play: async ({ server, near }) => {
    for (const tag of TAGS) await seed(server.back, `pages/app:${tag}`, { platform: 'linux/amd64' });
    const { settings = {} } = server.access;
    const client = makeClient({ settings: () => settings, homeDirectory: makeHome([server]) });
    const tags = await client.listTags(parseRepository(`${near}/pages/app`));
    await client.close();
    const pages = server.front.requests.filter((request) => request.startsWith('GET /v2/pages/app/tags/list'));
    expect([...tags].sort()).toEqual(TAGS);
    expect(pages).toHaveLength(3);
  },
};

/** For a server that sends Warning headers, all with this text. */
export function warnsOf(text: string): Detail {
  return {
    title: 'has its warning shown, once',
    play: async (stage) => {
      const planned = await planSomething(stage, 'warned/app');
      expect(planned.code).toBe(0);
      expect(planned.stderr.split(text)).toHaveLength(2);
    },
  };
}

/** For a server that turns away who asks too often. */
export const TURNS_AWAY: Detail = {
  title: 'is asked again after it has turned requests away',
  play: async (stage) => {
    const { statuses } = stage.server.front;
    const seen = statuses.length;
    const planned = await planSomething(stage, 'busy/app');
    expect(planned.code).toBe(0);
    expect(statuses.slice(seen)).toContain(429);
  },
};

/** A plan of twenty tags, which takes more requests than that. */
async function planSomething(stage: Stage, repository: string) {
  await stage.seedBuilds(repository);
  const tags = Array.from({ length: 20 }, (_, number) => `"1.0.${number}"`);
  const target = `${stage.near}/${repository}`;
  return stage.project(image(target, `[${tags.join(', ')}]`, builds(target))).run('plan');
}
