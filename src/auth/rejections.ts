import { PlaitError } from '../errors/plait-error.ts';

/** After this many refusals, and no success, the credentials themselves are taken to be wrong. */
const MAX_REFUSALS = 3;

/**
 * Remembers what was refused, so that wrong credentials are not tried again and again: accounts get locked, and the
 * answer would be the same.
 */
export interface Rejections {
  /** Throws what was refused before for `key`, or for everything; `purpose` completes "could not …". */
  assertOpen(key: string, purpose: string): void;
  /** Remembers a refusal. */
  add(key: string, refusal: Refused): void;
  /** Notes that the credentials did work. */
  confirm(): void;
}

/** A refusal in a form that fits any purpose. */
export interface Refused {
  readonly code: PlaitError['code'];
  /** What happened, to follow "could not …: ". */
  readonly what: string;
  readonly hint: string | undefined;
  readonly status: number | undefined;
}

export function createRejections(): Rejections {
  const refused = new Map<string, Refused>();
  let isConfirmed = false;
  return {
    assertOpen: (key, purpose) => {
      const isHopeless = !isConfirmed && refused.size >= MAX_REFUSALS;
      const earlier = refused.get(key) ?? (isHopeless ? [...refused.values()][0] : undefined);
      if (earlier === undefined) return;
      const { code, what, hint, status } = earlier;
      throw new PlaitError(code, `could not ${purpose}: ${what}`, { hint, status });
    },
    add: (key, refusal) => void refused.set(key, refusal),
    confirm: () => {
      isConfirmed = true;
    },
  };
}
