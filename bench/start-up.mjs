// How long the program takes to start: bare node, then what every run pays for, each in turn so that a busy moment hits all
// of them. `npm run bench:start-up -- [--runs N] [--json]`; the program must be built. Prints medians in milliseconds, and how
// much that is over bare node.
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

const PROGRAM = fileURLToPath(new URL('../dist/bin.cjs', import.meta.url));
const { values } = parseArgs({
  options: { runs: { type: 'string', default: '25' }, json: { type: 'boolean', default: false } },
});

const folder = mkdtempSync(join(tmpdir(), 'plait-start-up-'));
const environment = { PATH: process.env.PATH, HOME: folder, PLAIT_ETC: folder };

/** Answers nothing but "not found", and tells when it was first asked. */
let onRequest = () => {};
const registry = createServer((_request, answer) => {
  onRequest();
  answer.writeHead(404).end();
});
await new Promise((resolve) => registry.listen(0, '127.0.0.1', resolve));
const host = `127.0.0.1:${registry.address().port}`;
writeFileSync(
  join(folder, 'manifests.yaml'),
  `version: 1
images:
  - target: ${host}/app
    tags: ['1.0']
    platforms:
      linux/amd64: ${host}/app:1.0-amd64
      linux/arm64: ${host}/app:1.0-arm64
`,
);

const CASES = {
  'node -e 0': { args: ['-e', '0'] },
  'plait --version': { args: [PROGRAM, '--version'] },
  'plait --help': { args: [PROGRAM, '--help'] },
  'plait validate': { args: [PROGRAM, 'validate'] },
  'plait plan, first request': { args: [PROGRAM, 'plan', '--no-cache'], until: 'request', code: 1 },
};

/** Milliseconds from the start of the process to its end, or to the first request it sends. */
function run({ args, until, code = 0 }) {
  return new Promise((resolve, reject) => {
    let asked;
    const begun = performance.now();
    onRequest = () => {
      asked ??= performance.now();
    };
    const child = spawn(process.execPath, args, { cwd: folder, env: environment, stdio: ['ignore', 'pipe', 'pipe'] });
    let told = '';
    for (const stream of [child.stdout, child.stderr]) {
      stream.on('data', (text) => {
        told += text;
      });
    }
    child.once('exit', (ended) => {
      const end = until === 'request' ? asked : performance.now();
      if (ended === code && end !== undefined) resolve(end - begun);
      else reject(new Error(`plait ${args.slice(1).join(' ')} ended with ${ended}:\n${told}`));
    });
  });
}

const median = (times) => times.toSorted((a, b) => a - b)[Math.floor(times.length / 2)];

const times = Object.fromEntries(Object.keys(CASES).map((name) => [name, []]));
try {
  for (const each of Object.values(CASES)) await run(each); // the first one reads the disk
  for (let round = 0; round < Number(values.runs); round += 1) {
    for (const [name, each] of Object.entries(CASES)) times[name].push(await run(each));
  }
} finally {
  registry.close();
  rmSync(folder, { recursive: true, force: true });
}

const bare = times['node -e 0'];
const figures = Object.entries(times).map(([name, each]) => ({
  name,
  medianMs: Math.round(median(each) * 10) / 10,
  // Of pairs that ran one after the other: what slows both down falls out.
  overBareMs: Math.round(median(each.map((time, round) => time - bare[round])) * 10) / 10,
}));
if (values.json) {
  console.log(JSON.stringify({ node: process.version, runs: Number(values.runs), figures }, null, 2));
} else {
  console.log(`node ${process.version}, ${values.runs} runs each, in turn; medians in ms`);
  for (const { name, medianMs, overBareMs } of figures) {
    console.log(`${name.padEnd(28)}${medianMs.toFixed(1).padStart(8)}${`+${overBareMs.toFixed(1)}`.padStart(10)}`);
  }
}
