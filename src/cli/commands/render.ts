import { formatKeyPath } from '../../config/key-path.ts';
import { describeValueOrigin, listOrigins, type TracedValue } from '../../config/origins.ts';
import { formatCommentedYaml, formatYaml, renderConfig } from '../../config/render.ts';
import type { CliContext } from '../context.ts';
import { EXIT_CODES, type ExitCode } from '../exit-codes.ts';
import { loadCheckedTraced } from '../load-input.ts';
import type { DisplayOptions, InputOptions } from '../options.ts';
import { parseOutputs, writeOutputs } from '../output-targets.ts';

export interface RenderOptions extends InputOptions, DisplayOptions {
  readonly origin?: boolean;
}

export const RENDER_FORMATS: readonly string[] = ['text', 'json'];

/** `plait render`: the config with variables, matrices and defaults resolved; YAML, or JSON. */
export async function runRender(context: CliContext, options: RenderOptions): Promise<ExitCode> {
  const outputs = parseOutputs(options.output, RENDER_FORMATS);
  const { config, trace } = await loadCheckedTraced(context, options);
  const rendered = renderConfig(config);
  const values = options.origin === true ? listOrigins(rendered, trace) : undefined;
  await writeOutputs(context, outputs, (format) =>
    format === 'json' ? toJson(rendered, values) : toText(rendered, values),
  );
  return EXIT_CODES.ok;
}

function toText(rendered: unknown, values: readonly TracedValue[] | undefined): string {
  if (values === undefined) return formatYaml(rendered);
  const comments = values.map(({ path, origin }) => [formatKeyPath(path), describeValueOrigin(origin)] as const);
  return formatCommentedYaml(rendered, new Map(comments));
}

/** Origins stand beside the config, by key path, so that the config itself stays one. */
function toJson(config: unknown, values: readonly TracedValue[] | undefined): string {
  const origins = values?.map(({ path, value, origin }) => ({ path: formatKeyPath(path), value, ...origin }));
  return `${JSON.stringify(origins === undefined ? config : { config, origins }, null, 2)}\n`;
}
