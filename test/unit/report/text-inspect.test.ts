import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parsePlatform } from '../../../src/oci/platform.ts';
import { parseReference } from '../../../src/oci/reference.ts';
import { type Playground, startPlayground } from '../../../src/playground/server.ts';
import type { RegistryClient } from '../../../src/registry/client.ts';
import { toInspectionDocument } from '../../../src/report/json-inspect.ts';
import { PLAIN } from '../../../src/report/style.ts';
import { renderInspection, renderMatch } from '../../../src/report/text-inspect.ts';
import { inspectReference } from '../../../src/state/inspect.ts';
import { makeClient } from '../../support/make-client.ts';

let playground: Playground;
let client: RegistryClient;
beforeAll(async () => {
  playground = await startPlayground({ seed: true });
  client = makeClient({ access: 'read' });
});
afterAll(async () => {
  await client.close();
  await playground.close();
});

const inspect = (name: string, verbose = false) =>
  inspectReference(client, parseReference(`${playground.host}/demo/builds/${name}`), { verbose });
/** The port differs from run to run. */
const settle = (text: string) => text.replaceAll(playground.host, 'registry.example');

describe('an inspected index', () => {
  it('reads as the golden file', async () => {
    const text = settle(renderInspection(await inspect('attested:1.0.0', true), PLAIN));

    await expect(text).toMatchFileSnapshot('../../golden/inspect-verbose.txt');
  });

  it('says which entry a client gets, and why', async () => {
    const text = settle(renderMatch(await inspect('attested:1.0.0'), parsePlatform('linux/amd64'), PLAIN));

    await expect(text).toMatchFileSnapshot('../../golden/inspect-platform.txt');
  });

  it('says so when a client gets nothing', async () => {
    const text = renderMatch(await inspect('attested:1.0.0'), parsePlatform('linux/s390x'), PLAIN);

    expect(text.split('\n')[0]).toContain('nothing in');
  });

  it('is a document for programs, with the match when one is asked for', async () => {
    const document = toInspectionDocument(await inspect('attested:1.0.0'), parsePlatform('linux/arm64'));

    expect(document).toMatchObject({
      images: [{ platform: 'linux/amd64' }, { platform: 'linux/arm64' }, { attestation: true }, { attestation: true }],
      match: { platform: 'linux/arm64', candidates: [{ rank: null }, { rank: 1 }, { rank: null }, { rank: null }] },
    });
  });
});

describe('an inspected image', () => {
  it('shows the platform that its config names', async () => {
    expect(renderInspection(await inspect('hello-windows:1.0.0-ltsc2022'), PLAIN)).toContain(
      'windows(10.0.20348.2227)/amd64',
    );
  });

  it('that does not exist is an error', async () => {
    await expect(inspect('hello:nowhere')).rejects.toMatchObject({ code: 'SOURCE_MISSING' });
  });
});
