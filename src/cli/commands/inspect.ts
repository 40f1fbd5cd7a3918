import { PlaitError } from '../../errors/plait-error.ts';
import { normalizePlatform, type Platform, parsePlatform } from '../../oci/platform.ts';
import { parseReference, type Reference } from '../../oci/reference.ts';
import { toInspectionDocument } from '../../report/json-inspect.ts';
import { PLAIN } from '../../report/style.ts';
import { renderInspection, renderMatch } from '../../report/text-inspect.ts';
import { type Inspection, inspectReference } from '../../state/inspect.ts';
import { withClient } from '../connect.ts';
import type { CliContext } from '../context.ts';
import { chooseStyle } from '../display.ts';
import { EXIT_CODES, type ExitCode } from '../exit-codes.ts';
import { findSettings } from '../load-input.ts';
import type { ConnectionOptions, DisplayOptions, InputOptions } from '../options.ts';
import { parseOutputs, writeOutputs } from '../output-targets.ts';

export interface InspectOptions extends InputOptions, ConnectionOptions, DisplayOptions {
  readonly verbose?: boolean;
  readonly raw?: boolean;
  readonly platform?: string;
}

export const INSPECT_FORMATS: readonly string[] = ['text', 'json'];

/** `plait inspect REF`: a live index or image. A name without tag and digest means `latest`, as in Docker. */
export async function runInspect(context: CliContext, options: InspectOptions, name: string): Promise<ExitCode> {
  const outputs = parseOutputs(options.output, INSPECT_FORMATS);
  const reference = toPulled(parseReference(name));
  const platform = options.platform === undefined ? undefined : normalizePlatform(parsePlatform(options.platform));
  if (options.raw === true && options.output.length > 0) {
    throw new PlaitError('USAGE', '--raw prints the exact bytes and takes no --output');
  }
  const settings = await findSettings(context, options, 'read');
  return withClient(context, { access: 'read', settings, flags: options }, async (client) => {
    const verbose = options.verbose === true;
    const inspection = await inspectReference(client, reference, { signal: context.signal, verbose });
    if (options.raw === true) {
      context.stdout.write(new TextDecoder().decode(inspection.stored.bytes));
      return EXIT_CODES.ok;
    }
    const style = chooseStyle(context, context.stdout, options.color);
    await writeOutputs(context, outputs, (format, isFile) =>
      format === 'json'
        ? `${JSON.stringify(toInspectionDocument(inspection, platform), null, 2)}\n`
        : renderText(inspection, platform, isFile ? PLAIN : style),
    );
    return EXIT_CODES.ok;
  });
}

function renderText(inspection: Inspection, platform: Platform | undefined, style: typeof PLAIN): string {
  return platform === undefined ? renderInspection(inspection, style) : renderMatch(inspection, platform, style);
}

/** A name without tag and digest is `latest`. */
export function toPulled(reference: Reference): Reference {
  return reference.tag === undefined && reference.digest === undefined ? { ...reference, tag: 'latest' } : reference;
}
