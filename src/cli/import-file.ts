import { ConfigError } from '../config/diagnostic.ts';
import type { ConfigSource } from '../config/source-file.ts';
import type { ImportResult } from '../import/imported.ts';
import { importSpec } from '../import/manifest-tool/import-spec.ts';
import { readSpec } from '../import/manifest-tool/read-spec.ts';
import { type Lookups, lookUpSources } from '../import/online.ts';
import { importScript, readScript } from '../import/script/import-script.ts';
import type { WantedList } from '../import/wanted-list.ts';
import { createContentReader } from '../state/content-reader.ts';
import { CommandEnd } from './command-end.ts';
import { withClient } from './connect.ts';
import type { CliContext } from './context.ts';
import { EXIT_CODES } from './exit-codes.ts';
import { readGivenConfig } from './given-config.ts';
import { findSettings } from './load-input.ts';
import { tellDiagnostics } from './log.ts';
import type { CacheOptions, ConnectionOptions, DisplayOptions, InputOptions } from './options.ts';
import { withCache } from './use-cache.ts';

export interface ImportFileOptions
  extends InputOptions,
    ConnectionOptions,
    CacheOptions,
    Pick<DisplayOptions, 'color'> {
  readonly script?: string;
  readonly manifestTool?: string;
  /** True: registries are asked for the platforms of sources. */
  readonly online?: boolean;
}

/** What a script or a spec of manifest-tool makes. Without `online` no registry is contacted. */
export async function importFile(context: CliContext, options: ImportFileOptions): Promise<ImportResult> {
  const { script, manifestTool } = options;
  if (script !== undefined) {
    const { path, text } = await readGivenConfig(context, script, '--script');
    const read = readScript({ path, text, environment: context.environment });
    return importScript(read, await lookUp(context, options, read.lists));
  }
  const source = await readGivenConfig(context, manifestTool ?? '', '--manifest-tool');
  const spec = explain(context, options, { source, read: () => readSpec(source) });
  return importSpec(source.path, spec, await lookUp(context, options, [spec.list]));
}

/** Ends the command with everything that is wrong with a file. */
function explain<T>(
  context: CliContext,
  { color }: ImportFileOptions,
  { source, read }: { readonly source: ConfigSource; readonly read: () => T },
): T {
  try {
    return read();
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    tellDiagnostics(context, error.diagnostics, { texts: new Map([[source.path, source.text]]), color });
    throw new CommandEnd(EXIT_CODES.usage);
  }
}

async function lookUp(context: CliContext, options: ImportFileOptions, lists: readonly WantedList[]): Promise<Lookups> {
  const images = lists.filter(({ isCopy }) => !isCopy).flatMap((list) => list.images);
  const sources = images.flatMap(({ resolved }) => resolved ?? []);
  if (options.online !== true || sources.length === 0) return new Map();
  const settings = await findSettings(context, options, 'read');
  const { signal } = context;
  const lookups = await withClient(context, { access: 'read', settings, flags: options }, (client) =>
    withCache(context, options, (cache) => lookUpSources(createContentReader(client, { signal, cache }), sources)),
  );
  signal.throwIfAborted();
  return lookups;
}
