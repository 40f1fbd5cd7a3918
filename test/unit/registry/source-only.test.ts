import { describe, expect, it } from 'vitest';
import { AMD64, startClientBench } from '../../support/client-bench.ts';

describe('a registry set to read only', () => {
  it('is sent no write, whatever kind', async () => {
    const settings = { plainHttp: true, readOnly: true };
    const { client, repository, traffic } = await startClientBench({ seed: true }, { settings: () => settings });
    const target = repository('acme/api');
    const refused = { code: 'REGISTRY_READ_ONLY', hint: expect.stringContaining('`readOnly`') };

    await expect(client.putManifest(target, 'x', AMD64.manifest)).rejects.toMatchObject(refused);
    await expect(client.putManifestTags(target, AMD64.manifest, ['x', 'y'])).rejects.toMatchObject(refused);
    await expect(client.deleteTag(target, 'x')).rejects.toMatchObject(refused);
    expect(traffic().filter((line) => !/^(GET|HEAD) /.test(line))).toEqual([]);
  });

  it('is read like any other', async () => {
    const settings = { plainHttp: true, readOnly: true };
    const { client, repository } = await startClientBench({}, { settings: () => settings });
    expect(await client.listTags(repository('acme/api'))).toEqual([]);
  });
});
