/** Median, lowest and highest of some numbers; undefined when there are none. */
export function summarize(numbers) {
  const known = numbers.filter((number) => number !== undefined).sort((a, b) => a - b);
  if (known.length === 0) return undefined;
  const middle = (known.length - 1) / 2;
  return { median: (known[Math.floor(middle)] + known[Math.ceil(middle)]) / 2, min: known[0], max: known.at(-1) };
}

/** Requests of both registries together, by kind. */
export function addKinds(doors) {
  const kinds = {};
  for (const door of doors) {
    for (const [kind, count] of Object.entries(door.kinds)) kinds[kind] = (kinds[kind] ?? 0) + count;
  }
  return kinds;
}

export function countAll(kinds) {
  return Object.values(kinds).reduce((sum, count) => sum + count, 0);
}

/** The runs of one contestant in one figure each. */
export function toResult({ scenario, delayMs }, contestant, runs) {
  const { tool, mode, tags, concurrency } = contestant;
  const kinds = addKinds(runs[0].doors);
  const wallMs = summarize(runs.map((run) => run.wallMs));
  // Every host is asked by itself, and the slowest ends last.
  const boundMs = (Math.max(...runs[0].doors.map((door) => countAll(door.kinds))) * delayMs) / concurrency;
  return {
    scenario: scenario.id,
    delayMs,
    tool,
    mode,
    tags,
    requests: kinds,
    requestsPerTag: countAll(kinds) / tags,
    wallMs,
    wallMsPerTag: wallMs.median / tags,
    boundMs,
    cpuS: summarize(runs.map((run) => run.cpuS)),
    peakMib: summarize(runs.map((run) => run.peakMib)),
    right: Math.min(...runs.map((run) => run.right)),
    failure: runs.find(({ failure }) => failure !== undefined)?.failure,
    runs,
  };
}
