import { TAGS } from './content.mjs';
import { listPeers } from './peers.mjs';
import { CONCURRENCY } from './plait.mjs';

/** The one that the targets are about. Only there every peer does all tags, but for loops. */
export const HEADLINE = 'same-new';
const DELAY_MS = 50;
/** At the other delays. */
const SHORT_LIST = new Set(['same-new', 'same-none']);
/** Tags for a peer, by mode: in the headline and elsewhere. */
const PEER_TAGS = { loop: [20, 5], 'xargs -P8': [TAGS, 24], once: [20, 5], 'once, parallel 8': [TAGS, 24] };

/**
 * What to run: Plait with arguments and a cache, or a peer in a mode.
 *
 * @typedef {{ tool: string, mode: string, concurrency: number, tags: number, runs: number, isWarm?: boolean, args?: string[],
 *   command?: (work: import('./peers.mjs').Work) => string, config?: (work: object) => string }} Contestant
 * @typedef {{ scenario: import('./scenarios.mjs').Scenario, delayMs: number, contestants: Contestant[],
 *   leftOut: { tool: string, reason: string }[] }} Part
 */

/**
 * All that is to be measured, in order.
 *
 * @param {ReturnType<typeof import('./options.mjs').readOptions>} options
 * @param {Awaited<ReturnType<typeof import('./peers.mjs').installPeers>>} installed
 * @returns {Part[]}
 */
export function listParts(options, installed) {
  const delays = options.delays ?? [DELAY_MS, 0, 20];
  return delays.flatMap((delayMs) =>
    options.scenarios
      .filter(
        ({ id }) => options.delays !== undefined || !options.isComplete || delayMs === DELAY_MS || SHORT_LIST.has(id),
      )
      .map((scenario) => toPart(scenario, delayMs, { options, installed })),
  );
}

function toPart(scenario, delayMs, { options, installed }) {
  const peers = listPeers(scenario, installed);
  const isHeadline = scenario.id === HEADLINE && delayMs === DELAY_MS;
  return {
    scenario,
    delayMs,
    contestants: [
      ...[false, true]
        .flatMap((isWarm) => listPlait(isWarm, isHeadline))
        .map((each) => ({ ...each, runs: options.runs })),
      ...peers
        .filter(({ leftOut }) => leftOut === undefined)
        .flatMap((peer) => toContestants(peer, { isHeadline, options })),
    ],
    leftOut: peers.flatMap(({ name, leftOut }) => (leftOut === undefined ? [] : [{ tool: name, reason: leftOut }])),
  };
}

/** Plait as its users run it, with a cold cache or a warm one. */
function listPlait(isWarm, isHeadline) {
  const cache = isWarm ? 'warm cache' : 'cold cache';
  const args = ['apply', '--yes'];
  const common = { tool: 'plait', isWarm, tags: TAGS };
  return [
    { ...common, mode: cache, concurrency: CONCURRENCY, args },
    ...(isHeadline
      ? [{ ...common, mode: `${cache}, --parallelism 32`, concurrency: 32, args: [...args, '--parallelism', '32'] }]
      : []),
  ];
}

function toContestants({ name, command, config, modes }, { isHeadline, options }) {
  return Object.entries(modes).map(([mode, concurrency]) => ({
    tool: name,
    mode,
    concurrency,
    tags: options.tags ?? PEER_TAGS[mode][isHeadline ? 0 : 1],
    runs: isHeadline && concurrency > 1 ? options.runs : 1,
    command,
    config,
  }));
}
