import { describe, expect, it } from 'vitest';
import { createRegistryLimit } from '../../../src/registry/registry-limit.ts';

const byName = (item: string) => item.split('/')[0] ?? '';

describe('tasks for several registries', () => {
  it('do not wait for a registry that is slow', async () => {
    let release: (() => void) | undefined;
    const slow = new Promise<void>((resolve) => {
      release = resolve;
    });
    const done: string[] = [];
    const all = createRegistryLimit(2).map(
      ['slow/1', 'slow/2', 'slow/3', 'fast/1', 'fast/2', 'fast/3'],
      byName,
      async (item) => {
        if (item.startsWith('slow')) await slow;
        done.push(item);
      },
    );
    await new Promise((resolve) => setImmediate(resolve));
    const first = [...done];
    release?.();
    await all;

    expect(first).toEqual(['fast/1', 'fast/2', 'fast/3']);
    expect(done).toEqual([...first, 'slow/1', 'slow/2', 'slow/3']);
  });

  it('are no more at one time for each than allowed, over all calls', async () => {
    const limit = createRegistryLimit(3);
    const running = new Map<string, number>();
    const peaks = new Map<string, number>();
    const task = async (item: string): Promise<string> => {
      const name = byName(item);
      running.set(name, (running.get(name) ?? 0) + 1);
      peaks.set(name, Math.max(peaks.get(name) ?? 0, running.get(name) ?? 0));
      await new Promise((resolve) => setImmediate(resolve));
      running.set(name, (running.get(name) ?? 0) - 1);
      return item;
    };
    const items = Array.from({ length: 10 }, (_, position) => `${position % 2 === 0 ? 'a' : 'b'}/${position}`);
    const answers = await Promise.all([limit.map(items, byName, task), limit.map(items, byName, task)]);

    expect(answers).toEqual([items, items]);
    expect([...peaks]).toEqual([
      ['a', 3],
      ['b', 3],
    ]);
  });
});
