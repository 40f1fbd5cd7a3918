import { describe, inject } from 'vitest';
import { type RegistryVariant, writeConfig } from './distribution-config.ts';
import type { RegistryProgram } from './registry-program.ts';
import { LIFELINE, startServer } from './server-process.ts';

export { type RegistryVariant, TEST_USER, type TokenService } from './distribution-config.ts';

export interface RealRegistry {
  /** `127.0.0.1:PORT`. */
  readonly host: string;
  /** With scheme, without a slash at the end. */
  readonly url: string;
  /** What distribution calls itself, such as `2.8.2+ds1`. */
  readonly version: string;
  /** All that it has logged so far, one access line a request among it. */
  log(): string;
  stop(): Promise<void>;
}

const { program: known } = inject('registrySearch');
const isLeftOut = known === undefined && !process.env.CI;

/**
 * `describe` for what needs a real registry. Left out only when none could be had, and then the run says so in its last
 * lines; with `CI` set it runs all the same, and fails.
 */
export const describeWithRegistry = describe.skipIf(isLeftOut);

/** As {@link describeWithRegistry}, for what only distribution 2.8 does; newer ones may well do better. */
export const describeWithDistribution28 = describe.skipIf(
  isLeftOut || (known !== undefined && !known.version.startsWith('2.8.')),
);

/**
 * Starts a registry of its own for the caller: empty, in memory, deletes allowed, gone when the test process ends. Runs
 * the program that the machine has, unless the caller names another one.
 */
export async function startRegistry(
  variant: RegistryVariant = {},
  program: RegistryProgram = getProgram(),
): Promise<RealRegistry> {
  const server = await startServer((port, folder) => {
    const address = program.kind === 'container' ? `0.0.0.0:${port}` : `127.0.0.1:${port}`;
    const config = writeConfig(variant, address, folder);
    return {
      command:
        program.kind === 'binary'
          ? inShell(program.path, config)
          : inContainer(program, { folder, port, content: variant.folder }),
      // Version 3 would look for somebody to send traces to.
      env: { OTEL_TRACES_EXPORTER: 'none' },
      announcement: 'listening on',
    };
  });
  const scheme = variant.tls === undefined ? 'http' : 'https';
  return { ...server, url: `${scheme}://${server.host}`, version: program.version };
}

function getProgram(): RegistryProgram {
  const { program, tried } = inject('registrySearch');
  if (program === undefined) throw new Error(`no real registry could be had:\n${tried.join('\n')}`);
  return program;
}

function inShell(path: string, config: string): [string, ...string[]] {
  return ['sh', '-c', LIFELINE, 'sh', path, 'serve', config];
}

interface Mounts {
  readonly folder: string;
  readonly port: number;
  readonly content: string | undefined;
}

function inContainer(
  { engine, image }: Extract<RegistryProgram, { kind: 'container' }>,
  { folder, port, content }: Mounts,
): [string, ...string[]] {
  const published = ['--publish', `127.0.0.1:${port}:${port}`, '--volume', `${folder}:${folder}:ro,z`];
  // What it writes there must belong to whoever removes it afterwards.
  const owner = `${process.getuid?.() ?? 0}:${process.getgid?.() ?? 0}`;
  const shared = content === undefined ? [] : ['--volume', `${content}:${content}:z`, '--user', owner];
  const container = ['run', '--rm', '--interactive', ...published, ...shared, '--entrypoint', 'sh', image];
  return [engine, ...container, '-c', LIFELINE, 'sh', 'registry', 'serve', `${folder}/config.json`];
}
