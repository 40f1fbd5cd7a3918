import { describe, expect, it } from 'vitest';
import { toApiHost, toRegistry, toUrlHost } from '../../../src/registry/endpoint.ts';

describe('the host of a registry', () => {
  it.each([
    ['docker.io', 'registry-1.docker.io', 'registry-1.docker.io'],
    ['evildocker.io', 'evildocker.io', 'evildocker.io'],
    ['ghcr.io', 'ghcr.io', 'ghcr.io'],
    ['registry.example:443', 'registry.example:443', 'registry.example'],
    ['registry.example:5000', 'registry.example:5000', 'registry.example:5000'],
    ['[::1]:5000', '[::1]:5000', '[::1]:5000'],
  ])('%s is %s, and %s in URLs', (registry, api, url) => {
    expect([toApiHost(registry), toUrlHost(registry)]).toEqual([api, url]);
  });

  it('of Docker Hub is known by its settings', () => {
    expect([toRegistry('registry-1.docker.io'), toRegistry('ghcr.io')]).toEqual(['docker.io', 'ghcr.io']);
  });
});
