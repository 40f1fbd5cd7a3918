import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { listSamples } from '../../../src/playground/samples.ts';
import { type Playground, startPlayground } from '../../../src/playground/server.ts';
import { callApi } from '../../support/api-call.ts';

const ROWS = listSamples().map((sample) => [sample.reference, sample] as const);

describe('the samples', () => {
  let playground: Playground;
  beforeAll(async () => {
    playground = await startPlayground({ seed: true });
  });
  afterAll(() => playground.close());

  it.each(ROWS)('serve %s byte for byte', async (_reference, { repository, tag, content }) => {
    const answer = await callApi(`${playground.url}/v2/${repository}/manifests/${tag}`);
    expect(answer.status).toBe(200);
    expect(answer.headers.get('content-type')).toBe(content.manifest.mediaType);
    expect(answer.headers.get('docker-content-digest')).toBe(content.manifest.digest);
    expect(answer.bytes.equals(content.manifest.bytes)).toBe(true);
  });

  it.each(ROWS)('hold all that %s names', async (_reference, { repository, content }) => {
    const images = 'images' in content ? content.images : [content];
    const urls = images.flatMap(({ manifest, blobs }) => [
      `${playground.url}/v2/${repository}/manifests/${manifest.digest}`,
      ...blobs.map(({ digest }) => `${playground.url}/v2/${repository}/blobs/${digest}`),
    ]);
    const answers = await Promise.all(urls.map((url) => callApi(url, { method: 'HEAD' })));
    expect(answers.map(({ status }) => status)).toEqual(urls.map(() => 200));
  });

  it('name each tag once', () => {
    expect(new Set(ROWS.map(([reference]) => reference)).size).toBe(ROWS.length);
  });

  it('are the same on every machine', () => {
    const digests = Object.fromEntries(ROWS.map(([reference, { content }]) => [reference, content.manifest.digest]));
    expect(digests).toMatchObject({
      'demo/builds/hello:1.0.0-amd64': 'sha256:c7b80352689e4cf540480acb7b5bf8dcaa05a86fe83929f8edb0131626767af8',
      'demo/builds/hello-windows:1.0.0-ltsc2022':
        'sha256:3c67317f6847a080d2885a99c798d506064d640925302139abe55c6af133ceba',
      'demo/builds/classic:1.0.0-arm32v7': 'sha256:3540819a2a320786ddcade1f23afdc20710b0419a38d57a2e2540bd260e7d5a6',
      'demo/builds/attested:1.0.0': 'sha256:3dbe0965f90207f61030c9aef68151100c886fd34ff1ff9b3e026df929498b2d',
      'demo/builds/classic-attested:1.0.0': 'sha256:5b24a3c28f584c167bb4c37678c68ae3f2401c6ab1c585a8539cf3d559b49383',
    });
  });
});
