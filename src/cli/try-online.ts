import type { LoadedConfig } from '../config/load.ts';
import { renderOnline } from '../report/text-online.ts';
import { type OnlineReport, trySources } from '../state/try-sources.ts';
import { withClient } from './connect.ts';
import type { CliContext } from './context.ts';
import { startProgress } from './display.ts';
import { openLock } from './lock-input.ts';
import type { ConnectionOptions, DisplayOptions, InputOptions, LockOptions } from './options.ts';

/** What registries said of the sources of a config. */
export interface OnlineFindings {
  readonly report: OnlineReport;
  /** By method. */
  readonly requests: Readonly<Record<string, number>>;
  /** For people. */
  readonly text: string;
}

/** Asks registries for the sources of `config`, and for nothing else. Sends no write, whatever the flags. */
export async function tryOnline(
  context: CliContext,
  config: LoadedConfig,
  options: InputOptions & ConnectionOptions & DisplayOptions & Pick<LockOptions, 'lockFile'>,
): Promise<OnlineFindings> {
  const lock = await openLock(context, options);
  const progress = startProgress(context, options);
  return withClient(context, { access: 'read', settings: config.settings, flags: options }, async (client) => {
    const report = await trySources(client, config.declarations, {
      signal: context.signal,
      onProgress: progress.reading,
      lock: lock.use?.lock,
    });
    progress.clear();
    const requests = client.requestCounts();
    return { report, requests, text: renderOnline(report, requests) };
  });
}
