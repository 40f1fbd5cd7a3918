import { setMaxListeners } from 'node:events';
import { getHeapStatistics, setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { createContext } from './cli/context.ts';
import { EXIT_CODES } from './cli/exit-codes.ts';
import { Interruption } from './cli/interruption.ts';
import { runProgram } from './cli/program.ts';

/** The newest release line of Node that is known to have the flags below: V8 complains aloud of one that it does not know. */
const NEWEST_KNOWN_NODE = 26;

/** Until an interrupted process that has said all is ended. */
const LINGER_MS = 1000;

/** Runs the command line of this process and sets its exit code. Never throws. */
export async function main(): Promise<void> {
  const controller = new AbortController();
  // Every request in flight listens for the end, and there may be hundreds.
  setMaxListeners(0, controller.signal);
  // Once: a second signal ends the process the hard way.
  for (const name of ['SIGINT', 'SIGTERM'] as const) process.once(name, () => controller.abort(new Interruption(name)));
  tellLostOutput();
  const context = { ...createContext(controller.signal), onLoaded: saveMemory, tidyMemory: collectGarbage };
  process.exitCode = await runProgram(context, process.argv.slice(2));
  const { reason } = controller.signal;
  if (reason instanceof Interruption) endSoon(reason);
}

/**
 * How much more memory may be taken before garbage is collected, percent of what is in use. Left alone, V8 lets it grow
 * fourfold where memory is plenty: two fifths of what a run of 10,000 tags would take is garbage.
 */
const HEAP_GROWTH_PERCENT = 40;

/**
 * The parser of HTTP is WebAssembly, and V8 would spend some 25 MiB and a fifth of a second of CPU on making the fastest
 * machine code of it, which a run of Plait never lives long enough to gain from (docs/performance.md).
 */
function saveMemory(): void {
  const [release = ''] = process.versions.node.split('.');
  if (Number(release) > NEWEST_KNOWN_NODE) return;
  setFlagsFromString('--liftoff-only');
  // The space for what is new grows no more: a larger one is filled, and no faster. But for a start, most of which lasts.
  setFlagsFromString('--semi-space-growth-factor=1');
  setFlagsFromString(`--heap-growing-percent=${HEAP_GROWTH_PERCENT}`);
}

/**
 * A thread that waits for a pipe which nobody opens cannot be ended, and would keep the process for as long: it dies of the
 * signal then, which to a shell is the same exit code. One that ends by itself is not touched.
 */
function endSoon({ signal }: Interruption): void {
  setTimeout(() => process.kill(process.pid, signal), LINGER_MS).unref();
}

/** Bytes of the heap in use from which on a collection is worth its time. */
const LARGE_HEAP = 48 * 1024 * 1024;

/** V8 looks for what is of no use any more when the heap has grown, which may be too late. Node has no other way to ask it to. */
function collectGarbage(): void {
  if (getHeapStatistics().used_heap_size < LARGE_HEAP) return;
  setFlagsFromString('--expose-gc');
  runInNewContext('gc')();
}

/**
 * What cannot be printed must not stop an apply half-way. A reader that went away (plait plan | head) is not even an error;
 * a full disk is one, told once and by the exit code.
 */
function tellLostOutput(): void {
  let isOutputLost = false;
  process.stdout.on('error', ({ code, message }: NodeJS.ErrnoException) => {
    if (code === 'EPIPE' || isOutputLost) return;
    isOutputLost = true;
    process.stderr.write(`Error: could not write to standard output: ${message}\n`);
  });
  process.stderr.on('error', () => undefined); // there is no place left to complain
  process.once('exit', () => {
    if (isOutputLost && process.exitCode === EXIT_CODES.ok) process.exitCode = EXIT_CODES.error;
  });
}
