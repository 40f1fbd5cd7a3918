import fc from 'fast-check';
import { expect } from 'vitest';
import { isPlaitError } from '../../src/errors/plait-error.ts';

/** What one parser is fed and what must hold for each input. */
export interface Fuzz<T> {
  /** What is fed, for the line that is printed. */
  readonly what: string;
  readonly input: fc.Arbitrary<T>;
  /** May throw a PlaitError, but no other error; returns what has to be true all the same. */
  readonly feed: (input: T) => unknown;
}

const CASES = Number(process.env.PLAIT_FUZZ_CASES ?? 10_000);
const MAX_CASE_MS = 2_000;
const MAX_GROWTH_BYTES = 256 * 1024 * 1024;

/**
 * Feeds 10,000 inputs to a parser, or as many as PLAIT_FUZZ_CASES says, and prints the seed; PLAIT_FUZZ_SEED repeats a
 * run. No input may crash it, keep it busy for long, or make it hold on to memory.
 */
export function fuzz<T>({ what, input, feed }: Fuzz<T>): void {
  const seed = Number(process.env.PLAIT_FUZZ_SEED ?? Math.floor(Math.random() * 2 ** 31));
  const before = measureMemory();
  const slowest = { ms: 0 };
  fc.assert(
    fc.property(input, (value) => {
      slowest.ms = Math.max(
        slowest.ms,
        measureCase(() => staysCalm(feed, value)),
      );
    }),
    { numRuns: CASES, seed },
  );
  const grownMib = Math.round((measureMemory() - before) / 1024 / 1024);
  expect(measureMemory() - before).toBeLessThan(MAX_GROWTH_BYTES);
  const facts = `slowest case ${Math.ceil(slowest.ms)} ms, memory ${grownMib < 0 ? '' : '+'}${grownMib} MiB`;
  process.stdout.write(`fuzz: ${what}: ${CASES} cases, seed ${seed}, ${facts}\n`);
}

/** True when `feed` returns, or throws what it is allowed to throw. */
function staysCalm<T>(feed: (input: T) => unknown, value: T): void {
  try {
    feed(value);
  } catch (error) {
    if (!isPlaitError(error) || error.code === 'INTERNAL') throw error;
    if (error.message.length > 5_000) throw new Error('an error of more than 5,000 characters', { cause: error });
  }
}

/** How long `run` takes, milliseconds; one that takes long gets a second chance, because other work may be to blame. */
function measureCase(run: () => void): number {
  const first = measure(run);
  const ms = first < MAX_CASE_MS ? first : Math.min(first, measure(run));
  if (ms >= MAX_CASE_MS) throw new Error(`one case took ${ms} ms`);
  return ms;
}

function measure(run: () => void): number {
  const begun = performance.now();
  run();
  return performance.now() - begun;
}

function measureMemory(): number {
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}

/**
 * Text made of `pieces`, and of anything at all: short at random, or up to `maxChars` long by repeating a few pieces, which
 * is what makes careless patterns slow.
 */
export function hostileText(pieces: readonly string[], maxChars: number): fc.Arbitrary<string> {
  const piece = fc.constantFrom(...pieces);
  const few = fc.array(piece, { maxLength: 3 }).map((list) => list.join(''));
  const pumped = fc
    .tuple(few, fc.array(piece, { minLength: 1, maxLength: 3 }), fc.integer({ min: 0, max: maxChars }), few)
    .map(([start, list, length, end]) => {
      const unit = list.join('');
      return (start + unit.repeat(Math.ceil(length / unit.length)).slice(0, length) + end).slice(0, maxChars);
    });
  return fc.oneof(
    { arbitrary: fc.array(piece, { maxLength: 40 }).map((list) => list.join('')), weight: 5 },
    { arbitrary: fc.string({ unit: 'binary', maxLength: 200 }), weight: 3 },
    { arbitrary: pumped, weight: 2 },
  );
}
