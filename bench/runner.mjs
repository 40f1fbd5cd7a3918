import { existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { countRight, listNames, pushImages, TAGS } from './content.mjs';
import { measure } from './measure.mjs';
import { writeHome, writeScript } from './peers.mjs';
import { PROGRAM, writeConfig } from './plait.mjs';
import { LOCATIONS, REBUILT } from './scenarios.mjs';
import { copyFolder, remove } from './stage.mjs';

const LIMIT_MS = 600_000;
const SEED = 'built';

/**
 * @typedef {import('./scenarios.mjs').Scenario} Scenario
 * @typedef {Awaited<ReturnType<typeof import('./stage.mjs').openStage>>} Stage
 * @typedef {import('./program.mjs').Contestant} Contestant
 */

/** Everything that a run needs of a scenario. */
function place({ hosts }, { location, kind, isPinned }, count = TAGS) {
  const { host, prefix } = LOCATIONS[location];
  return {
    names: listNames(count),
    from: `${hosts[0]}/`,
    to: `${hosts[host]}/${prefix}`,
    host,
    prefix,
    kind,
    isPinned,
    isSameRepository: location === 'same',
  };
}

/**
 * @param {Stage} stage
 * @param {{ bin: string }} installed
 */
export function createRunner(stage, { bin }) {
  const folder = join(stage.root, 'run');
  const caches = join(stage.root, 'caches');

  /** An empty folder with a home in it. Returns the environment of what runs there: nothing of the user's. */
  function prepareFolder(cache) {
    remove(folder);
    const home = join(folder, 'home');
    mkdirSync(home, { recursive: true });
    if (cache !== undefined) copyFolder(cache, join(folder, 'cache'));
    const path = `${bin}:${process.env.PATH}`;
    return {
      PATH: path,
      HOME: home,
      LC_ALL: 'C',
      XDG_CACHE_HOME: join(folder, 'cache'),
      ...writeHome(home, stage.hosts),
    };
  }

  async function runPlait(args, wanted, cache) {
    const env = prepareFolder(cache);
    const config = writeConfig(join(folder, 'manifests.yaml'), wanted);
    const command = [process.execPath, PROGRAM, ...args, '-f', config];
    return measure(command, { env, cwd: folder, timeoutMs: LIMIT_MS });
  }

  async function plaitMust(args, wanted) {
    const { code, log } = await runPlait(args, wanted);
    if (code !== 0) throw new Error(`plait ${args.join(' ')} ended with ${code} while preparing:\n${log}`);
  }

  const saveCache = (name) => copyFolder(join(folder, 'cache'), join(caches, name));

  async function seed() {
    if (stage.hasState(SEED)) return SEED;
    await stage.restore(undefined, 0);
    await pushImages({ port: stage.ports()[0], names: listNames(TAGS) });
    stage.save(SEED);
    return SEED;
  }

  /** The state in which all tags of a scenario are as declared, and the cache after that. */
  async function applied(scenario) {
    const { kind, location, isPinned } = scenario;
    const name = ['applied', kind, location, ...(isPinned ? ['pinned'] : [])].join('-');
    if (stage.hasState(name)) return name;
    await stage.restore(kind === 'copy' ? await applied({ kind: 'create', location: 'same' }) : await seed(), 0);
    await plaitMust(['apply', '--yes'], place(stage, scenario));
    stage.save(name);
    saveCache(name);
    return name;
  }

  /** The same, but one image of each tag was built again. */
  async function rebuilt(scenario) {
    const before = await applied(scenario);
    const name = `rebuilt-${before}`;
    if (stage.hasState(name)) return name;
    await stage.restore(before, 0);
    await pushImages({ port: stage.ports()[0], names: listNames(TAGS), ...REBUILT });
    stage.save(name);
    copyFolder(join(caches, before), join(caches, name));
    return name;
  }

  /** Nothing there but the sources, of which a plan has been made. */
  async function planned(scenario) {
    const { kind, location } = scenario;
    const state = kind === 'copy' ? await applied({ kind: 'create', location: 'same' }) : await seed();
    const cache = join(caches, `planned-${kind}-${location}`);
    if (!existsSync(cache)) {
      await stage.restore(state, 0);
      await plaitMust(['plan'], place(stage, scenario));
      saveCache(`planned-${kind}-${location}`);
    }
    return { state, cache };
  }

  /** What the registries hold before a run of the scenario, and what a warm cache has. */
  async function before(scenario) {
    if (scenario.change === 'new') return planned(scenario);
    const state = await (scenario.change === 'one' ? rebuilt(scenario) : applied(scenario));
    return { state, cache: join(caches, state) };
  }

  function start(contestant, wanted, cache) {
    if (contestant.args !== undefined) return runPlait(contestant.args, wanted, contestant.isWarm ? cache : undefined);
    const env = prepareFolder();
    const command = writeScript(folder, contestant, { ...wanted, hosts: stage.hosts });
    return measure(command, { env, cwd: folder, timeoutMs: LIMIT_MS });
  }

  return {
    /**
     * One run of one contestant from the state before the scenario.
     *
     * @param {Scenario} scenario
     * @param {number} delayMs
     * @param {Contestant} contestant
     */
    async run(scenario, delayMs, contestant) {
      const { state, cache } = await before(scenario);
      const { tags } = contestant;
      const wanted = place(stage, scenario, tags);
      await stage.restore(state, delayMs);
      const { code, log, ...figures } = await start(contestant, wanted, cache);
      const doors = await stage.readTally();
      const right = await countRight({
        port: stage.ports()[wanted.host],
        prefix: wanted.prefix,
        names: wanted.names,
        builds: scenario.change === 'one' ? rebuiltDigests() : {},
      });
      const isGood = code === 0 && right === tags;
      return { code, ...figures, right, doors, ...(isGood ? {} : { failure: describe(code, log) }) };
    },
  };
}

function rebuiltDigests() {
  return Object.fromEntries(REBUILT.architectures.map((architecture) => [architecture, REBUILT.build]));
}

/** The last line of what it printed says most of the time what went wrong. */
function describe(code, log) {
  return `exit code ${code}: ${log.trim().split('\n').at(-1)}`;
}
