import type { ExitCode } from './exit-codes.ts';

/** Ends a command with `exitCode` when everything there is to say has been said. */
export class CommandEnd extends Error {
  readonly exitCode: ExitCode;

  constructor(exitCode: ExitCode) {
    super(`exit ${exitCode}`);
    this.name = 'CommandEnd';
    this.exitCode = exitCode;
  }
}
