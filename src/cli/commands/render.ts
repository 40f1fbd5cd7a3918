import { formatYaml, renderConfig } from '../../config/render.ts';
import type { CliContext } from '../context.ts';
import { EXIT_CODES, type ExitCode } from '../exit-codes.ts';
import { loadChecked } from '../load-input.ts';
import type { DisplayOptions, InputOptions } from '../options.ts';
import { parseOutputs, writeOutputs } from '../output-targets.ts';

export interface RenderOptions extends InputOptions, DisplayOptions {}

export const RENDER_FORMATS: readonly string[] = ['text', 'json'];

/** `plait render`: the config with variables, matrices and defaults resolved; YAML, or JSON. */
export async function runRender(context: CliContext, options: RenderOptions): Promise<ExitCode> {
  const outputs = parseOutputs(options.output, RENDER_FORMATS);
  const rendered = renderConfig(await loadChecked(context, options));
  await writeOutputs(context, outputs, (format) =>
    format === 'json' ? `${JSON.stringify(rendered, null, 2)}\n` : formatYaml(rendered),
  );
  return EXIT_CODES.ok;
}
