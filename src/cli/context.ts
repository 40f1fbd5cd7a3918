import { once } from 'node:events';
import { homedir } from 'node:os';
import { setTimeout as delay } from 'node:timers/promises';
import { isatty } from 'node:tty';
import { readToEnd } from '../config/read-whole.ts';
import type { RunFacts } from '../report/run-metrics.ts';
import type { Clock } from '../transport/clock.ts';
import type { Log, Output } from './output.ts';

/** Everything a command gets from the world outside. Tests pass their own. */
export interface CliContext {
  readonly stdout: Output;
  readonly stderr: Output;
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Absolute. */
  readonly workingDirectory: string;
  readonly homeDirectory: string;
  /** The number of the user; absent where users have none. */
  readonly userId?: number;
  readonly clock: Clock;
  /** Aborted by SIGINT and SIGTERM. */
  readonly signal: AbortSignal;
  /** True when questions can be asked. */
  readonly isInteractive: boolean;
  /** All of standard input; undefined when it has more than `maxBytes`. Throws the reason of `signal`. */
  readonly readStandardInput: (maxBytes: number) => Promise<Uint8Array | undefined>;
  /** How `--log-level` and `--log-format` want standard error; absent: as it is written. */
  readonly log?: Log;
  /** Takes what is known of the run, for its metrics; later facts add to earlier ones. Absent when nobody measures. */
  readonly record?: (facts: RunFacts) => void;
  /** Called when the code of a command is loaded and its work begins. */
  readonly onLoaded?: () => void;
  /** Called when what was needed of something large is known, and something else that is large comes next. */
  readonly tidyMemory?: () => void;
  /** The answer to `question`, a line without its end; empty when there is none. */
  readonly ask: (question: string) => Promise<string>;
}

/** The real world. The only place besides `bin.ts` that touches `process`. */
export function createContext(signal: AbortSignal): CliContext {
  return {
    stdout: toOutput(process.stdout),
    stderr: toOutput(process.stderr),
    environment: process.env,
    workingDirectory: process.cwd(),
    homeDirectory: homedir(),
    ...(process.getuid === undefined ? {} : { userId: process.getuid() }),
    clock: createClock(),
    signal,
    isInteractive: isatty(0) && isatty(2),
    readStandardInput: (maxBytes) => readToEnd(process.stdin, { maxBytes, signal }),
    ask: (question) => askOnTerminal(question, signal),
  };
}

function toOutput(stream: NodeJS.WriteStream & { readonly fd: number }): Output {
  return {
    isTerminal: isatty(stream.fd),
    get columns() {
      return stream.columns ?? 80;
    },
    write: (text) => void stream.write(text),
    isReady: async () => {
      if (stream.writableNeedDrain) await Promise.race([once(stream, 'drain'), once(stream, 'close')]).catch(() => []);
      return stream.writable;
    },
  };
}

/** The clock of this machine. */
export function createClock(): Clock {
  // What `performance` needs takes longer to load than all of this.
  const begun = process.hrtime.bigint();
  return {
    now: () => Date.now(),
    elapsed: () => Number(process.hrtime.bigint() - begun) / 1e6,
    sleep: (ms, signal) => delay(ms, undefined, signal === undefined ? {} : { signal }),
    random: () => Math.random(),
  };
}

async function askOnTerminal(question: string, signal: AbortSignal): Promise<string> {
  const { createInterface } = await import('node:readline/promises');
  const terminal = createInterface({ input: process.stdin, output: process.stderr });
  // While it asks, the terminal gives Ctrl-C to us as a key.
  terminal.on('SIGINT', () => process.kill(process.pid, 'SIGINT'));
  const ended = once(terminal, 'close').then(() => '');
  // A prompt of several lines is drawn again line by line when keys are pressed: only the last one is the prompt.
  const prompt = question.slice(question.lastIndexOf('\n') + 1);
  process.stderr.write(question.slice(0, question.length - prompt.length));
  try {
    return await Promise.race([terminal.question(prompt, { signal }), ended]);
  } catch (error) {
    process.stderr.write('\n');
    if (signal.aborted) throw error;
    return ''; // Ctrl-D
  } finally {
    terminal.close();
  }
}
