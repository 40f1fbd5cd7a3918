import { describe } from 'vitest';
import { startPlayground } from '../../src/playground/server.ts';
import { defineContract } from '../support/client-contract.ts';
import { describeWithRegistry, startRegistry } from '../support/real-registry.ts';

describe('the registry client and the playground', () => {
  defineContract({
    start: async () => {
      const playground = await startPlayground();
      return { host: playground.host, url: playground.url, stop: () => playground.close() };
    },
  });
});

describeWithRegistry('the registry client and distribution', () => {
  defineContract({ start: () => startRegistry() });
});
