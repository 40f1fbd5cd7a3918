import { TAGS } from './content.mjs';
import { listPeers } from './peers.mjs';
import { CONCURRENCY } from './plait.mjs';

/** The one that the targets are about. Only there every peer does all tags, but for loops. */
export const HEADLINE = 'same-new';
const DELAY_MS = 50;
/** At the other delays. */
const SHORT_LIST = new Set(['same-new', 'same-none']);
/** Tags for a peer, by mode: in the headline and elsewhere. Elsewhere loops are left out where they say nothing new. */
const PEER_TAGS = { loop: [20, 2], 'xargs -P8': [TAGS, 16], once: [20, 2], 'once, parallel 8': [TAGS, 16] };
const WITHOUT_LOOPS = 'one';
/** Its processes keep all cores busy, so that its figures need no care. */
const SLOW = new Set(['buildah']);
const SLOW_TAGS = 16;
/** Of Plait and of a peer in the headline; elsewhere one. */
const RUNS = { plait: 3, peer: 2 };

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
  // To a peer it is all one how often it looks for the same thing.
  const peers = scenario.isPinned ? [] : listPeers(scenario, installed);
  const isHeadline = scenario.id === HEADLINE && delayMs === DELAY_MS;
  return {
    scenario,
    delayMs,
    contestants: [
      ...[false, true]
        .flatMap((isWarm) => listPlait(isWarm, isHeadline))
        .map((each) => ({ ...each, runs: options.runs ?? (isHeadline ? RUNS.plait : 1) })),
      ...peers
        .filter(({ leftOut }) => leftOut === undefined)
        .flatMap((peer) => toContestants(peer, { scenario, isHeadline, options })),
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

function toContestants({ name, command, config, modes }, { scenario, isHeadline, options }) {
  const isSlow = SLOW.has(name);
  const countTags = (mode) => {
    const tags = PEER_TAGS[mode][isHeadline ? 0 : 1];
    return options.tags ?? (isSlow ? Math.min(tags, SLOW_TAGS) : tags);
  };
  const usual = isHeadline && !isSlow ? RUNS.peer : 1;
  return Object.entries(modes)
    .filter(([, concurrency]) => concurrency > 1 || scenario.change !== WITHOUT_LOOPS)
    .map(([mode, concurrency]) => ({
      tool: name,
      mode,
      concurrency,
      tags: countTags(mode),
      runs: concurrency > 1 ? (options.runs ?? usual) : 1,
      command,
      config,
    }));
}

/**
 * The fastest loop of the headline once more, with all tags.
 *
 * @param {Part} part
 * @param {{ tool: string, mode: string, tags: number, wallMsPerTag: number, failure?: string }[]} results
 * @returns {Contestant[]}
 */
export function listSecondRound({ scenario, delayMs, contestants }, results) {
  if (scenario.id !== HEADLINE || delayMs !== DELAY_MS) return [];
  const fastest = findFastest(results, 'loop');
  const found = contestants.find(({ tool, mode }) => tool === fastest?.tool && mode === fastest.mode);
  return found === undefined || found.tags === TAGS ? [] : [{ ...found, tags: TAGS }];
}

/** The peer that takes the least time for a tag. */
export function findFastest(results, mode) {
  const good = results.filter((each) => each.tool !== 'plait' && each.mode === mode && each.failure === undefined);
  return good.sort((a, b) => a.wallMsPerTag - b.wallMsPerTag)[0];
}
