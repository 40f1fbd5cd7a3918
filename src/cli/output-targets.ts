import { PlaitError } from '../errors/plait-error.ts';
import type { CliContext } from './context.ts';
import { joinPieces } from './replace-file.ts';
import { type Text, toPieces, writeWholeFile } from './write-file.ts';

/** One `-O FORMAT[=PATH]`; without a path it is standard output. */
export interface OutputTarget<Format extends string = string> {
  readonly format: Format;
  readonly path: string | undefined;
}

/**
 * The outputs asked for, text on standard output when nothing else goes there. Throws USAGE for an unknown format, for two
 * that both want standard output, and for two that want the same file.
 */
export function parseOutputs<Format extends string>(
  texts: readonly string[],
  formats: readonly Format[],
): readonly OutputTarget<Format | 'text'>[] {
  const targets = texts.map((text) => parseOutput(text, formats));
  const toStdout = targets.filter((target) => target.path === undefined);
  if (toStdout.length > 1) {
    throw new PlaitError('USAGE', 'two outputs want standard output', {
      hint: `give all but one a file: -O ${toStdout[1]?.format ?? 'json'}=PATH`,
    });
  }
  const paths = targets.flatMap(({ path }) => (path === undefined ? [] : [path]));
  const twice = paths.find((path, index) => paths.indexOf(path) < index);
  if (twice !== undefined) {
    throw new PlaitError('USAGE', `two outputs want ${twice}`, { hint: 'give each a file of its own' });
  }
  return toStdout.length === 1 ? targets : [{ format: 'text', path: undefined }, ...targets];
}

function parseOutput<Format extends string>(text: string, formats: readonly Format[]): OutputTarget<Format> {
  const separator = text.indexOf('=');
  const name = separator < 0 ? text : text.slice(0, separator);
  const format = formats.find((each) => each === name);
  const path = separator < 0 ? undefined : text.slice(separator + 1);
  if (format === undefined || path === '') {
    throw new PlaitError('USAGE', `--output ${text}: no such format`, {
      hint: `one of ${formats.join(', ')}, with =PATH to write a file`,
    });
  }
  return { format, path };
}

/** Writes each output once; `render` gets the format and whether it goes to a file. */
export async function writeOutputs<Format extends string>(
  context: CliContext,
  targets: readonly OutputTarget<Format>[],
  render: (format: Format, isFile: boolean) => string,
): Promise<void> {
  for (const target of targets) {
    await writeOutput(context, target, render(target.format, target.path !== undefined));
  }
}

/** Throws OUTPUT_FAILED. What nobody reads any more is not made to its end. */
export async function writeOutput(context: CliContext, { path }: OutputTarget, text: Text): Promise<void> {
  if (path !== undefined) return writeWholeFile(context, path, text);
  const { stdout } = context;
  for (const batch of joinPieces(toPieces(text))) {
    stdout.write(batch);
    if ((await stdout.isReady?.()) === false) return;
  }
}
