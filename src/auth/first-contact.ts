/**
 * Lets one request go ahead alone when a registry is spoken to for the first time, so that what it learns (which
 * credentials are wanted) spares all others a refusal.
 */
export interface FirstContact {
  run<T>(task: () => Promise<T>): Promise<T>;
}

export function createFirstContact(): FirstContact {
  let leader: Promise<unknown> | undefined;
  return {
    run: async (task) => {
      if (leader === undefined) {
        const own = task();
        leader = own.catch(() => undefined);
        return own;
      }
      await leader;
      return task();
    },
  };
}
