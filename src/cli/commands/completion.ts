import { PlaitError } from '../../errors/plait-error.ts';
import { renderBashCompletion } from '../../report/completion-bash.ts';
import { renderFishCompletion } from '../../report/completion-fish.ts';
import { renderZshCompletion } from '../../report/completion-zsh.ts';
import type { ProgramOutline } from '../../report/program-outline.ts';
import type { CliContext } from '../context.ts';
import { EXIT_CODES, type ExitCode } from '../exit-codes.ts';

const SHELLS: ReadonlyMap<string, (outline: ProgramOutline) => string> = new Map([
  ['bash', renderBashCompletion],
  ['zsh', renderZshCompletion],
  ['fish', renderFishCompletion],
]);

/** `plait completion SHELL`: a script that completes command lines, on standard output. */
export function runCompletion(context: CliContext, outline: ProgramOutline, shell: string): ExitCode {
  const render = SHELLS.get(shell);
  if (render === undefined) {
    throw new PlaitError('USAGE', `there is no completion for ${shell}`, {
      hint: `one of ${[...SHELLS.keys()].join(', ')}`,
    });
  }
  context.stdout.write(render(outline));
  return EXIT_CODES.ok;
}
