import type { LoadedConfig } from '../../config/load.ts';
import { PlaitError } from '../../errors/plait-error.ts';
import { leaveOutInvalid } from '../../import/check-config.ts';
import type { ImportResult } from '../../import/imported.ts';
import { importLive } from '../../import/live/import-live.ts';
import { parseSelections, parseSources } from '../../import/live/parse-request.ts';
import { withRegistries } from '../../import/registries.ts';
import { writeConfig } from '../../import/write-config.ts';
import { renderImportNotes } from '../../report/text-import.ts';
import { withClient } from '../connect.ts';
import type { CliContext } from '../context.ts';
import { chooseStyle, startProgress } from '../display.ts';
import { EXIT_CODES, type ExitCode } from '../exit-codes.ts';
import { importFile } from '../import-file.ts';
import { findSettings } from '../load-input.ts';
import { tell } from '../log.ts';
import type { CacheOptions, ConnectionOptions, DisplayOptions, InputOptions } from '../options.ts';
import { withCache } from '../use-cache.ts';
import { assertAbsent, assertWritable, writeWholeFile } from '../write-file.ts';

export interface ImportOptions
  extends InputOptions,
    ConnectionOptions,
    CacheOptions,
    Pick<DisplayOptions, 'color' | 'progress'> {
  readonly tags: readonly string[];
  readonly sources: readonly string[];
  readonly pin?: boolean;
  readonly all?: boolean;
  readonly manifestTool?: string;
  readonly script?: string;
  readonly online?: boolean;
  readonly out?: string;
  readonly overwrite?: boolean;
}

/** `plait import`: a config for what exists, from registries or from what another tool was told. Sends no write. */
export async function runImport(
  context: CliContext,
  options: ImportOptions,
  ...names: readonly string[]
): Promise<ExitCode> {
  assertOneSource(options, names);
  await assertWritable(context, [options.out]);
  if (options.overwrite !== true) await assertAbsent(context, options.out);
  const isFile = options.script !== undefined || options.manifestTool !== undefined;
  const result = leaveOutInvalid(await (isFile ? importFile(context, options) : importTags(context, options, names)));
  tell(context, 'info', renderImportNotes(result.notes, chooseStyle(context, context.stderr, options.color)));
  if (result.config.images.length === 0) throw nothingFound(isFile);
  const text = writeConfig(result.config);
  if (options.out === undefined) context.stdout.write(text);
  else await writeWholeFile(context, options.out, text);
  return result.failed ? EXIT_CODES.error : EXIT_CODES.ok;
}

function assertOneSource({ script, manifestTool, ...options }: ImportOptions, names: readonly string[]): void {
  const given = [
    ...(names.length > 0 ? ['a reference'] : []),
    ...(script === undefined ? [] : ['--script']),
    ...(manifestTool === undefined ? [] : ['--manifest-tool']),
  ];
  if (given.length > 1) throw new PlaitError('USAGE', `${given.join(' and ')} exclude each other`);
  if (given.length === 0) {
    throw new PlaitError('USAGE', 'nothing to import is named', {
      hint: 'plait import REPOSITORY, or --script FILE, or --manifest-tool SPEC.yaml',
    });
  }
  const isLive = names.length > 0;
  const idle = isLive
    ? { '--online': options.online === true }
    : {
        '--tags': options.tags.length > 0,
        '--sources': options.sources.length > 0,
        '--pin': options.pin === true,
        '--no-pin': options.pin === false,
        '--all': options.all === true,
      };
  const [flag] = Object.entries(idle).find(([, isGiven]) => isGiven) ?? [];
  if (flag === undefined) return;
  throw new PlaitError('USAGE', `${flag} is for ${isLive ? '--script and --manifest-tool' : 'tags of registries'}`);
}

function nothingFound(isFile: boolean): PlaitError {
  return new PlaitError('IMPORT_EMPTY', 'there is nothing to declare', {
    hint: isFile ? 'see the notes above' : 'tags of single images are taken with --all; see the notes above',
  });
}

const PINS = new Map([
  [true, 'always'],
  [false, 'never'],
] as const);

async function importTags(
  context: CliContext,
  options: ImportOptions,
  names: readonly string[],
): Promise<ImportResult> {
  const selections = parseSelections(names, options.tags);
  const request = {
    selections,
    ...parseSources(options.sources),
    pin: options.pin === undefined ? 'auto' : (PINS.get(options.pin) ?? 'auto'),
    all: options.all === true,
  } as const;
  const settings = await findSettings(context, options, 'read');
  const progress = startProgress(context, { progress: options.progress, output: [] });
  const result = await withClient(context, { access: 'read', settings, flags: options }, (client) =>
    withCache(context, options, (cache) =>
      importLive(client, request, { signal: context.signal, cache, onProgress: progress.reading }),
    ),
  );
  progress.clear();
  context.signal.throwIfAborted();
  const hosts = [...selections.map(({ repository }) => repository), ...request.sources].map(({ registry }) => registry);
  return { ...result, config: withRegistries(result.config, { hosts, settings: withFlags(settings, options) }) };
}

/** The settings with those that flags gave. */
function withFlags(
  settings: LoadedConfig['settings'],
  { plainHttp, insecureSkipVerify }: ImportOptions,
): LoadedConfig['settings'] {
  const merged = new Map(settings);
  for (const host of plainHttp) merged.set(host, { ...merged.get(host), plainHttp: true });
  for (const host of insecureSkipVerify) merged.set(host, { ...merged.get(host), insecureSkipVerify: true });
  return merged;
}
