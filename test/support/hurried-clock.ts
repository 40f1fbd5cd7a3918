import type { Clock } from '../../src/transport/clock.ts';
import { REAL_CLOCK } from './make-client.ts';

/** Real time that passes `times` as fast as ours, so that a test need not wait for what waits for seconds. */
export function createHurriedClock(times: number): Clock {
  return {
    now: () => REAL_CLOCK.now(),
    elapsed: () => REAL_CLOCK.elapsed() * times,
    sleep: (ms, signal) => REAL_CLOCK.sleep(ms / times, signal),
    random: () => REAL_CLOCK.random(),
  };
}
