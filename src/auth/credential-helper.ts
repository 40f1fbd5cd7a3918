import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { PlaitError } from '../errors/plait-error.ts';
import { cleanText } from '../errors/redact.ts';
import type { Clock } from '../transport/clock.ts';
import { type Credentials, toCredentials } from './credentials.ts';

const NAME = /^[A-Za-z0-9._-]+$/;
const TIMEOUT_MS = 30_000;
const MAX_OUTPUT_BYTES = 64 * 1024;
const MAX_COMPLAINT_BYTES = 4 * 1024;

/** What docker-credential-helpers print when they have nothing. */
const NOT_FOUND = 'credentials not found in native keychain';

export interface HelperContext {
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly clock: Clock;
  /** For tests; 30 s when absent. */
  readonly timeoutMs?: number;
}

/**
 * Asks `docker-credential-<name> get` for the credentials of `server` (docker-credential-helpers protocol): the server
 * on its input, JSON on its output. Undefined when the helper has none. Throws CREDENTIAL_HELPER_FAILED for everything
 * else, a missing program included: to go on without credentials would hide the mistake.
 */
export async function askHelper(
  name: string,
  server: string,
  context: HelperContext,
): Promise<Credentials | undefined> {
  const program = `docker-credential-${name}`;
  if (!NAME.test(name)) throw fail(cleanText(name, 80), 'the name may hold only letters, digits, `.`, `_` and `-`');
  const { exitCode, output, complaint } = await run(program, server, context);
  if (exitCode !== 0) {
    if (output.trim() === NOT_FOUND) return undefined;
    throw fail(program, `it ended with code ${exitCode}${describeOutput(output) || describeOutput(complaint)}`);
  }
  return parseAnswer(program, output);
}

interface HelperResult {
  readonly exitCode: number | null;
  readonly output: string;
  /** The end of what it wrote to standard error. */
  readonly complaint: string;
}

async function run(program: string, server: string, context: HelperContext): Promise<HelperResult> {
  const timer = new AbortController();
  const child = spawn(program, ['get'], {
    env: { ...context.environment },
    stdio: ['pipe', 'pipe', 'pipe'],
    windowsHide: true,
  });
  const late = context.clock.sleep(context.timeoutMs ?? TIMEOUT_MS, timer.signal).then(
    () => Promise.reject(fail(program, 'it did not answer in time; it may wait for a keychain to be unlocked')),
    () => new Promise<never>(() => undefined),
  );
  try {
    return await Promise.race([talk(child, program, server), late]);
  } finally {
    timer.abort();
    // A helper may leave children behind that hold its pipes open; nobody waits for those.
    child.kill('SIGKILL');
    for (const stream of [child.stdin, child.stdout, child.stderr]) stream.destroy();
  }
}

function talk(child: ChildProcessWithoutNullStreams, program: string, server: string): Promise<HelperResult> {
  return new Promise((resolve, reject) => {
    const pieces: Buffer[] = [];
    let size = 0;
    let complaint = Buffer.alloc(0);
    child.on('error', (error: NodeJS.ErrnoException) => reject(fail(program, describeStart(error))));
    child.stdout.on('data', (piece: Buffer) => {
      size += piece.byteLength;
      if (size > MAX_OUTPUT_BYTES) reject(fail(program, `it wrote more than ${MAX_OUTPUT_BYTES} bytes`));
      else pieces.push(piece);
    });
    child.stderr.on('data', (piece: Buffer) => {
      complaint = Buffer.concat([complaint, piece]).subarray(-MAX_COMPLAINT_BYTES);
    });
    // A helper that ends without reading closes the pipe under us; its exit says more.
    child.stdin.on('error', () => undefined);
    child.on('close', (exitCode) =>
      resolve({ exitCode, output: Buffer.concat(pieces).toString('utf8'), complaint: findLastLine(complaint) }),
    );
    child.stdin.end(server);
  });
}

function describeStart(error: NodeJS.ErrnoException): string {
  return error.code === 'ENOENT' ? 'there is no such program on the PATH' : `it could not be started (${error.code})`;
}

/** What the last line says is why a program gave up; before it may come anything. */
function findLastLine(text: Buffer): string {
  return text.toString('utf8').trim().split('\n').at(-1) ?? '';
}

/** Only the text of a failure, and only a line of it; the output of a success is a secret. */
function describeOutput(output: string): string {
  const text = cleanText(output, 200);
  return text === '' || text.startsWith('{') ? '' : `: ${text}`;
}

function parseAnswer(program: string, output: string): Credentials {
  const answer = parseLoosely(output);
  const { Username: username, Secret: secret } = answer;
  if (typeof username === 'string' && typeof secret === 'string') {
    return toCredentials(username, secret, `credentials from ${program}`);
  }
  throw fail(program, 'it did not answer with a user name and a secret');
}

function parseLoosely(output: string): { Username?: unknown; Secret?: unknown } {
  try {
    const document: unknown = JSON.parse(output);
    return typeof document === 'object' && document !== null ? document : {};
  } catch {
    // What the parser says would quote the output.
    return {};
  }
}

function fail(program: string, problem: string): PlaitError {
  return new PlaitError('CREDENTIAL_HELPER_FAILED', `could not ask the credential helper ${program}: ${problem}`, {
    hint: 'install or repair the helper, or remove it from where it is named',
  });
}
