// Measures Plait beside what else puts images under one tag: `npm run bench -- --help`. Nothing here is a test: the figures
// depend on the machine and on what else it does.
import { mkdirSync, writeFileSync } from 'node:fs';
import { cpus, loadavg } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { readOptions } from './options.mjs';
import { installPeers } from './peers.mjs';
import { probeProxy } from './probe.mjs';
import { listParts, listSecondRound } from './program.mjs';
import { createRunner } from './runner.mjs';
import { openStage } from './stage.mjs';
import { toResult } from './statistics.mjs';
import { formatPart } from './table.mjs';
import { checkTargets } from './targets.mjs';

const RESULTS = fileURLToPath(new URL('results', import.meta.url));
const announce = (line) => process.stderr.write(`${line}\n`);

/** The runs of all contestants of a part: one of each, then again, so that a slow moment of the machine meets all. */
async function measurePart(runner, part) {
  const first = await measureAll(runner, part, part.contestants);
  return [...first, ...(await measureAll(runner, part, listSecondRound(part, first)))];
}

async function measureAll(runner, part, contestants) {
  const runs = new Map(contestants.map((contestant) => [contestant, []]));
  for (let number = 0; contestants.some(({ runs }) => runs > number); number += 1) {
    for (const contestant of contestants.filter(({ runs }) => runs > number)) {
      const run = await runner.run(part.scenario, part.delayMs, contestant);
      runs.get(contestant).push(run);
      const { tool, mode, tags } = contestant;
      announce(
        `${part.scenario.id} ${part.delayMs} ms, ${tool}, ${mode}, ${tags} tags: ${(run.wallMs / 1000).toFixed(2)} s`,
      );
    }
  }
  return [...runs].map(([contestant, list]) => toResult(part, contestant, list));
}

function describeMachine() {
  const load = loadavg().map((number) => Number(number.toFixed(1)));
  return { cores: cpus().length, system: `${process.platform} ${process.arch}`, node: process.version, load };
}

function saveJson(options, document) {
  const path = options.json ?? join(RESULTS, `${document.begun.replaceAll(':', '-')}.json`);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, `${JSON.stringify(document, undefined, 2)}\n`);
  return path;
}

// Whatever was started ends with this process.
for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => process.exit(130));

const options = readOptions();
const stage = await openStage(announce);
try {
  const begun = new Date().toISOString();
  const wanted = (program) => options.peers === undefined || options.peers.includes(program);
  const installed = await installPeers(stage.root, { wanted, announce });
  const machine = describeMachine();
  const proxy = await probeProxy(stage);
  console.log(`Registry: distribution ${stage.program.version}. Machine: ${JSON.stringify(machine)}`);
  console.log(`Peers: ${JSON.stringify(installed.versions)}`);
  console.log(`Proxy: ${JSON.stringify(proxy)}\n`);
  const runner = createRunner(stage, installed);
  const results = [];
  for (const part of listParts(options, installed)) {
    const measured = await measurePart(runner, part);
    results.push(...measured);
    console.log(formatPart(part, measured));
  }
  const targets = checkTargets(results);
  for (const { text, isMet } of targets) console.log(`${isMet ? 'met    ' : 'NOT MET'} ${text}`);
  const document = { begun, ended: new Date().toISOString(), machine, proxy, ...installed, targets, results };
  console.log(`\nAll figures: ${saveJson(options, document)}`);
} finally {
  await stage.close();
}
