import { stat } from 'node:fs/promises';
import { resolve } from 'node:path';
import { PlaitError } from '../../errors/plait-error.ts';
import { formatReference, parseReference } from '../../oci/reference.ts';
import { compareContents, type PublishedContent } from '../../plan/compare-contents.ts';
import { comparePlans } from '../../plan/compare-plans.ts';
import type { Comparison } from '../../plan/comparison.ts';
import type { Plan } from '../../plan/plan.ts';
import { readStoredPlan } from '../../plan/stored-plan.ts';
import type { RegistryClient } from '../../registry/client.ts';
import { toDiffDocument } from '../../report/json-diff.ts';
import { PLAIN } from '../../report/style.ts';
import { renderTextDiff } from '../../report/text-diff.ts';
import { inspectReference } from '../../state/inspect.ts';
import { withClient } from '../connect.ts';
import type { CliContext } from '../context.ts';
import { chooseStyle } from '../display.ts';
import { EXIT_CODES, type ExitCode } from '../exit-codes.ts';
import { findSettings } from '../load-input.ts';
import type { ConnectionOptions, DisplayOptions, InputOptions } from '../options.ts';
import { parseOutputs, writeOutputs } from '../output-targets.ts';
import { readPlanEnvelope, warnOfEdits } from '../plan-file.ts';
import { toPulled } from './inspect.ts';

export interface DiffOptions extends InputOptions, ConnectionOptions, DisplayOptions {
  readonly showUnchanged?: boolean;
  readonly detailedExitcode?: boolean;
}

export const DIFF_FORMATS: readonly string[] = ['text', 'json'];

/** `plait diff A B`: two references, or two saved plans, platform by platform. Sends no write. */
export async function runDiff(
  context: CliContext,
  options: DiffOptions,
  ...[before = '', after = '']: readonly string[]
): Promise<ExitCode> {
  const outputs = parseOutputs(options.output, DIFF_FORMATS);
  const kind = await findKind(context, [before, after]);
  const comparisons =
    kind === 'plans'
      ? comparePlans(await readPlan(context, before), await readPlan(context, after))
      : await compareReferences(context, options, { before, after });
  const style = chooseStyle(context, context.stdout, options.color);
  const showUnchanged = options.showUnchanged === true;
  await writeOutputs(context, outputs, (format, isFile) =>
    format === 'json'
      ? `${JSON.stringify(toDiffDocument({ kind, before, after }, comparisons), null, 2)}\n`
      : renderTextDiff(comparisons, { style: isFile ? PLAIN : style, showUnchanged }),
  );
  const isSame = comparisons.every((each) => each.isSame);
  return options.detailedExitcode === true && !isSame ? EXIT_CODES.changes : EXIT_CODES.ok;
}

/** Files are plans; what is no file is a reference. */
async function findKind(context: CliContext, names: readonly string[]): Promise<'plans' | 'references'> {
  const files: string[] = [];
  for (const name of names) if (await isFile(resolve(context.workingDirectory, name))) files.push(name);
  if (files.length === 0) return 'references';
  if (files.length === names.length) return 'plans';
  const other = names.find((name) => !files.includes(name)) ?? names[0] ?? '';
  throw new PlaitError('USAGE', `${files[0] ?? ''} is a file, and ${other} is none`, {
    hint: 'name two references, or two plans saved with  plait plan -o FILE',
  });
}

async function isFile(path: string): Promise<boolean> {
  const found = await stat(path).catch(() => undefined);
  return found !== undefined && !found.isDirectory();
}

async function readPlan(context: CliContext, path: string): Promise<Plan> {
  const stored = readStoredPlan(await readPlanEnvelope(context, path));
  warnOfEdits(context, stored);
  return stored.plan;
}

async function compareReferences(
  context: CliContext,
  options: DiffOptions,
  names: { readonly before: string; readonly after: string },
): Promise<readonly Comparison[]> {
  const [before, after] = [names.before, names.after].map((name) => toPulled(parseReference(name)));
  if (before === undefined || after === undefined) return [];
  const settings = await findSettings(context, options, 'read');
  return withClient(context, { access: 'read', settings, flags: options }, async (client) => {
    const old = await readContent(client, before, context.signal);
    const now = await readContent(client, after, context.signal);
    const name = old.name === now.name ? now.name : `${old.name} → ${now.name}`;
    return [{ ...compareContents(old, now), name }];
  });
}

async function readContent(
  client: RegistryClient,
  reference: ReturnType<typeof parseReference>,
  signal: AbortSignal,
): Promise<PublishedContent> {
  const { stored, images } = await inspectReference(client, reference, { signal, verbose: false });
  const platform = stored.manifest.kind === 'image' ? images[0]?.descriptor.platform : undefined;
  return { name: formatReference(reference), stored, ...(platform === undefined ? {} : { platform }) };
}
