import { PlaitError } from '../errors/plait-error.ts';
import { EXIT_CODES, type ExitCode } from './exit-codes.ts';

/** The reason of an abort by SIGINT or SIGTERM. */
export class Interruption extends PlaitError {
  readonly exitCode: ExitCode;
  readonly signal: 'SIGINT' | 'SIGTERM';

  constructor(signal: 'SIGINT' | 'SIGTERM') {
    super('INTERRUPTED', `interrupted by ${signal}`, { hint: 'run the command again: what is done stays done' });
    this.name = 'Interruption';
    this.signal = signal;
    this.exitCode = signal === 'SIGTERM' ? EXIT_CODES.terminated : EXIT_CODES.interrupted;
  }
}
