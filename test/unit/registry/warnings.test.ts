import { describe, expect, it } from 'vitest';
import { createWarnings, parseWarnings } from '../../../src/registry/warnings.ts';
import { AMD64, describeManifest, startFaultBench } from '../../support/client-bench.ts';
import { startFaultServer } from '../../support/fault-server.ts';

describe('Warning headers', () => {
  it.each<[string, string | string[], readonly string[]]>([
    ['one', '299 - "Your token runs out soon."', ['Your token runs out soon.']],
    ['several headers', ['299 - "a"', '299 - "b"'], ['a', 'b']],
    ['several in one', '299 - "a", 299 - "b, c"', ['a', 'b, c']],
    ['quotes inside', '299 - "say \\"hello\\" \\\\ now"', ['say "hello" \\ now']],
    ['control characters', '299 - "a\u009b31mb\u202ec\u001b[0m"', ['a 31mb c [0m']],
    ['no end', '299 - "a', ['a']],
    ['another code', '199 - "a"', []],
    ['another agent', '299 proxy "a"', []],
    ['no text', '299 - ""', []],
    ['a text inside a text', '299 - "x, 299 - y"', ['x, 299 - y']],
    ['something else', 'hello', []],
  ])('are read: %s', (_what, warning, texts) => {
    expect(parseWarnings({ warning })).toEqual(texts);
  });

  it('are none in most answers', () => {
    expect(parseWarnings({})).toEqual([]);
  });

  it('are cut', () => {
    const [text = ''] = parseWarnings({ warning: `299 - "${'x'.repeat(10_240)}"` });
    expect(text).toHaveLength(300);
  });

  it('are read quickly, whatever they are', () => {
    const begun = performance.now();
    parseWarnings({ warning: Array.from({ length: 50 }, () => '299 - "\\'.repeat(2000)) });
    expect(performance.now() - begun).toBeLessThan(1000);
  });
});

describe('the warnings of a run', () => {
  it('hold each text of a registry once', () => {
    const warnings = createWarnings();
    warnings.note('a', ['x', 'y', 'x']);
    warnings.note('b', ['x']);
    warnings.note('a', ['y']);
    expect(warnings.list()).toEqual([
      { registry: 'a', text: 'x' },
      { registry: 'a', text: 'y' },
      { registry: 'b', text: 'x' },
    ]);
  });

  it('hold no more than twenty of a registry', () => {
    const warnings = createWarnings();
    for (let number = 0; number < 100; number += 1) warnings.note('a', [`text ${number}`]);
    expect(warnings.list()).toHaveLength(20);
  });

  it('are told by the client, also those of a refusal', async () => {
    const { client, repository } = await startFaultBench(() => ({ status: 403, headers: { warning: '299 - "soon"' } }));
    await expect(client.headManifest(repository, 'x')).rejects.toMatchObject({ code: 'REGISTRY_DENIED' });
    expect(client.warnings()).toEqual([{ registry: repository.registry, text: 'soon' }]);
  });

  it('are not those of another host in the name of the registry', async () => {
    const store = await startFaultServer(() => ({
      headers: { ...describeManifest(AMD64.manifest), warning: '299 - "hello"' },
    }));
    const { client, repository } = await startFaultBench(() => ({
      status: 307,
      headers: { location: `${store.url}/x` },
    }));
    await client.headManifest(repository, 'x');
    expect([store.seen.length, client.warnings()]).toEqual([1, []]);
  });
});
