import { inject } from 'vitest';
import { describeMissingReaders, type Reader } from './readers.ts';
import { describeFailure, runProgram } from './run-program.ts';
import { makeTempDir } from './temp-dir.ts';

export interface IndependentRead {
  readonly reader: Reader;
  readonly json: unknown;
  /** The bytes as the registry serves them; docker prints its own rendering, so it has none. */
  readonly bytes?: Buffer;
}

const READ_MS = 30_000;

/** True when reading back must be left out: no reader is there, and this is not CI, where that is a failure. */
export function isReaderLeftOut(): boolean {
  return inject('readers').length === 0 && !process.env.CI;
}

/**
 * Reads the manifest or index `reference` (`127.0.0.1:5000/a/b:tag` or `…@sha256:…`) from a plain-http registry on this
 * machine. Throws when no reader is installed, or with what the reader said.
 */
export async function readIndependently(reference: string): Promise<IndependentRead> {
  const [reader] = inject('readers');
  if (reader === undefined) throw new Error(describeMissingReaders().join('\n'));
  return reader === 'skopeo' ? readWithSkopeo(reference) : readWithDocker(reference);
}

async function readWithSkopeo(reference: string): Promise<IndependentRead> {
  const bytes = await read('skopeo', ['inspect', '--raw', '--tls-verify=false', `docker://${reference}`]);
  return { reader: 'skopeo', json: JSON.parse(bytes.toString('utf8')), bytes };
}

async function readWithDocker(reference: string): Promise<IndependentRead> {
  const text = await read('docker', ['manifest', 'inspect', '--insecure', reference]);
  return { reader: 'docker', json: JSON.parse(text.toString('utf8')) };
}

/** With a home of its own: the credentials and mirrors of whoever runs the tests must not change what is read. */
async function read(reader: Reader, args: readonly string[]): Promise<Buffer> {
  const home = makeTempDir();
  const env = { PATH: process.env.PATH, HOME: home, DOCKER_CONFIG: home };
  const result = await runProgram(reader, args, { timeoutMs: READ_MS, env });
  if (result.code !== 0) throw new Error(`${reader}: ${describeFailure(result)}`);
  return result.stdout;
}
