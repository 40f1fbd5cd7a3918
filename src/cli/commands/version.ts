import type { CliContext } from '../context.ts';
import { EXIT_CODES, type ExitCode } from '../exit-codes.ts';
import { VERSION } from '../version.ts';

/** `plait version`. */
export async function runVersion(context: CliContext): Promise<ExitCode> {
  context.stdout.write(`plait ${VERSION}\n`);
  return EXIT_CODES.ok;
}
