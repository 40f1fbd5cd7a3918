import { PlaitError } from '../errors/plait-error.ts';
import type { CliContext } from './context.ts';
import { writeWholeFile } from './write-file.ts';

/** One `-O FORMAT[=PATH]`; without a path it is standard output. */
export interface OutputTarget {
  readonly format: string;
  readonly path: string | undefined;
}

/**
 * The outputs asked for, text on standard output when nothing else goes there. Throws USAGE for an unknown format and
 * for two that both want standard output.
 */
export function parseOutputs(texts: readonly string[], formats: readonly string[]): readonly OutputTarget[] {
  const targets = texts.map((text) => parseOutput(text, formats));
  const toStdout = targets.filter((target) => target.path === undefined);
  if (toStdout.length > 1) {
    throw new PlaitError('USAGE', 'two outputs want standard output', {
      hint: `give all but one a file: -O ${toStdout[1]?.format ?? 'json'}=PATH`,
    });
  }
  return toStdout.length === 1 ? targets : [{ format: 'text', path: undefined }, ...targets];
}

function parseOutput(text: string, formats: readonly string[]): OutputTarget {
  const separator = text.indexOf('=');
  const format = separator < 0 ? text : text.slice(0, separator);
  const path = separator < 0 ? undefined : text.slice(separator + 1);
  if (!formats.includes(format) || path === '') {
    throw new PlaitError('USAGE', `--output ${text}: no such format`, {
      hint: `one of ${formats.join(', ')}, with =PATH to write a file`,
    });
  }
  return { format, path };
}

/** Writes each output once; `render` gets the format and whether it goes to a terminal that may show colours. */
export async function writeOutputs(
  context: CliContext,
  targets: readonly OutputTarget[],
  render: (format: string, isFile: boolean) => string,
): Promise<void> {
  for (const { format, path } of targets) {
    const text = render(format, path !== undefined);
    if (path === undefined) context.stdout.write(text);
    else await writeWholeFile(context, path, text);
  }
}
