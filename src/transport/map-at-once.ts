/**
 * The results of `run` for every item, in their order; never more than `atOnce` run at one time. What has not begun costs
 * nothing: of a hundred thousand items only those under way have promises. Rejects with the first error, after which
 * nothing begins any more.
 */
export async function mapAtOnce<Item, Result>(
  items: readonly Item[],
  atOnce: number,
  run: (item: Item, position: number) => Promise<Result>,
): Promise<readonly Result[]> {
  const results: Result[] = [];
  const left = items.entries();
  let hasFailed = false;
  const work = async (): Promise<void> => {
    for (const [position, item] of left) {
      if (hasFailed) return;
      results[position] = await run(item, position);
    }
  };
  const workers = Array.from({ length: Math.min(atOnce, items.length) }, async () => {
    try {
      await work();
    } catch (error) {
      hasFailed = true;
      throw error;
    }
  });
  await Promise.all(workers);
  return results;
}
