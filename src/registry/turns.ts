/** Runs tasks of one name one after the other, and others beside them. */
export interface Turns {
  run<T>(name: string, task: () => Promise<T>): Promise<T>;
}

export function createTurns(): Turns {
  const last = new Map<string, Promise<unknown>>();
  return {
    run: async (name, task) => {
      const own = (last.get(name) ?? Promise.resolve()).then(task);
      // Whether the one before succeeded is no matter of the next.
      const settled = own.catch(() => undefined);
      last.set(name, settled);
      try {
        return await own;
      } finally {
        if (last.get(name) === settled) last.delete(name);
      }
    },
  };
}
