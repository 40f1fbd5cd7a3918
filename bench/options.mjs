import { parseArgs } from 'node:util';
import { SCENARIOS } from './scenarios.mjs';

const USAGE = `npm run bench -- [--quick] [--only SCENARIO,…] [--peers NAME,…] [--delay MS,…] [--runs N] [--tags N] [--json FILE]

  --quick   new tags in the same repository at 50 ms, one run, with the peers crane and regctl unless --peers names others
  --only    some scenarios: ${SCENARIOS.map(({ id }) => id).join(' ')}
  --peers   some peers, or none: docker, crane, regctl, regsync, manifest-tool, buildx, oras, buildah, skopeo
  --delay   what every request waits for, in ms
  --runs    of Plait and of what runs eight at a time, instead of 3 (peers: 2) in same-new at 50 ms and 1 elsewhere
  --tags    that every peer gets in every scenario, instead of fewer where it would take long
  --json    where the results go, instead of bench/results/`;

/** What the command line asks for. Prints the usage and ends with 64 when it is not understood. */
export function readOptions() {
  try {
    const { values } = parseArgs({
      options: {
        quick: { type: 'boolean', default: false },
        only: { type: 'string' },
        peers: { type: 'string' },
        delay: { type: 'string' },
        runs: { type: 'string' },
        tags: { type: 'string' },
        json: { type: 'string' },
        help: { type: 'boolean', default: false },
      },
    });
    if (values.help) end(0);
    return toOptions(values);
  } catch (error) {
    console.error(error.message);
    return end(64);
  }
}

function end(code) {
  console.error(USAGE);
  process.exit(code);
}

/** What `--quick` stands for, where nothing else is said. */
const QUICK = { only: 'same-new', peers: 'crane,regctl', delay: '50', runs: '1' };

function toOptions(values) {
  const { only, peers, delay, runs, tags, json } = values.quick ? { ...QUICK, ...values } : values;
  const ids = only?.split(',');
  for (const id of ids ?? []) {
    if (!SCENARIOS.some((scenario) => scenario.id === id)) throw new Error(`no scenario is called ${id}`);
  }
  return {
    scenarios: SCENARIOS.filter(({ id }) => ids === undefined || ids.includes(id)),
    isComplete: ids === undefined,
    peers: peers?.split(','),
    delays: delay?.split(',').map(Number),
    runs: runs === undefined ? undefined : Number(runs),
    tags: tags === undefined ? undefined : Number(tags),
    json,
  };
}
