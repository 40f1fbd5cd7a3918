import { once } from 'node:events';
import { listSamples } from '../../playground/samples.ts';
import { startPlayground } from '../../playground/server.ts';
import type { CliContext } from '../context.ts';
import { EXIT_CODES, type ExitCode } from '../exit-codes.ts';

export interface PlaygroundCommandOptions {
  readonly port: number;
  readonly dir?: string;
}

/** `plait playground`: an own registry on loopback until interrupted. */
export async function runPlayground(context: CliContext, options: PlaygroundCommandOptions): Promise<ExitCode> {
  const playground = await startPlayground({
    port: options.port,
    seed: true,
    elapsedMs: () => context.clock.elapsed(),
    ...(options.dir === undefined ? {} : { directory: options.dir }),
  });
  const rows = listSamples().map(
    ({ repository, tag, platforms }) => `  ${playground.host}/${repository}:${tag}   ${platforms}`,
  );
  context.stdout.write(
    [
      `Registry at ${playground.url}, sample images:`,
      ...rows,
      options.dir === undefined ? 'Content is in memory and gone at the end.' : `Content is kept in ${options.dir}.`,
      'Stop with Ctrl-C.',
      '',
    ].join('\n'),
  );
  if (!context.signal.aborted) await once(context.signal, 'abort');
  await playground.close();
  return EXIT_CODES.ok;
}
