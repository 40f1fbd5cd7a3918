import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { listSamples } from '../../../src/playground/samples.ts';
import { type Playground, startPlayground } from '../../../src/playground/server.ts';

describe('the seeded playground', () => {
  let playground: Playground;
  beforeAll(async () => {
    playground = await startPlayground({ seed: true });
  });
  afterAll(() => playground.close());

  it.each(listSamples().map((sample) => [`${sample.repository}:${sample.tag}`, sample] as const))(
    'serves %s',
    async (_name, sample) => {
      const response = await fetch(`${playground.url}/v2/${sample.repository}/manifests/${sample.tag}`);
      expect(response.status).toBe(200);
      expect(response.headers.get('content-type')).toBe(sample.content.manifest.mediaType);
      expect(response.headers.get('docker-content-digest')).toBe(sample.content.manifest.digest);
      expect(Buffer.from(await response.arrayBuffer()).equals(sample.content.manifest.bytes)).toBe(true);
    },
  );
});
