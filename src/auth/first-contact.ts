/**
 * Lets requests go one after the other while a registry is not known yet, so that what the first ones learn (whether it
 * wants credentials, where tokens are made, that a password is wrong) spares all others a refusal.
 */
export interface FirstContact {
  /** Runs `task` when it is its turn. As soon as one has called `learned`, nobody waits any more. */
  run<T>(task: (learned: () => void) => Promise<T>): Promise<T>;
}

/** The end of a turn, and those who wait for it. */
interface Turn {
  readonly ended: Promise<void>;
  readonly end: () => void;
}

export function createFirstContact(): FirstContact {
  const state: { isOver: boolean; turn: Turn | undefined } = { isOver: false, turn: undefined };
  return {
    run: async (task) => {
      while (!state.isOver && state.turn !== undefined) await state.turn.ended;
      if (state.isOver) return task(() => undefined);
      const turn = createTurn();
      state.turn = turn;
      try {
        return await task(() => {
          state.isOver = true;
          turn.end();
        });
      } finally {
        state.turn = undefined;
        turn.end();
      }
    },
  };
}

function createTurn(): Turn {
  let end: (() => void) | undefined;
  const ended = new Promise<void>((resolve) => {
    end = resolve;
  });
  return { ended, end: () => end?.() };
}
