import { PlaitError } from '../errors/plait-error.ts';
import type { Clock } from './clock.ts';

/** Holds back requests to one host while the host asked for a pause. */
export interface HostGate {
  /** Closes the gate for `ms` from now; never opens it earlier than it already would. */
  pause(ms: number): void;
  isOpen(): boolean;
  /**
   * Resolves when the gate is open. Throws REGISTRY_RATE_LIMITED when it stays closed for longer than `maxWaitMs`;
   * `purpose` completes "could not …".
   */
  pass(maxWaitMs: number, purpose: string, signal?: AbortSignal): Promise<void>;
}

/** Up to this much is added to a pause, so that those who waited do not all come back at once. */
const SPREAD = 0.1;
const MAX_SPREAD_MS = 2_000;

/** `held` says what the gate is for, as `requests`. */
export function createHostGate(host: string, clock: Clock, held = 'requests'): HostGate {
  let openAt = Number.NEGATIVE_INFINITY;
  return {
    pause: (ms) => {
      openAt = Math.max(openAt, clock.elapsed() + ms);
    },
    isOpen: () => openAt <= clock.elapsed(),
    pass: async (maxWaitMs, purpose, signal) => {
      for (;;) {
        const left = openAt - clock.elapsed();
        if (left <= 0) return;
        if (left > maxWaitMs) throw toRateLimited(`${host} takes no ${held}`, purpose, clock.now() + left);
        await clock.sleep(left + Math.min(left * SPREAD, MAX_SPREAD_MS) * clock.random(), signal);
      }
    },
  };
}

function toRateLimited(what: string, purpose: string, atMs: number): PlaitError {
  const time = new Date(atMs).toISOString().replace(/\.\d+Z$/, 'Z');
  return new PlaitError('REGISTRY_RATE_LIMITED', `could not ${purpose}: ${what} before ${time}`, {
    hint: `run again after ${time}, or use credentials with a higher limit`,
    status: 429,
  });
}
