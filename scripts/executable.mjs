// Plait as one program that needs no Node: Node itself with the bundle inside (a "single executable application").
//   npm run executable -- [--target linux-x64,win-x64 | --target all] [--out FOLDER]
// Without --target: for this machine. Any machine that Node runs on can build for all.
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { build } from 'esbuild';
import { toAscii } from './bundle/ascii.mjs';
import { settings } from './bundle/settings.mjs';
import { slim } from './bundle/slim.mjs';
import { fetchNode, HOST, NODE_VERSION, TARGETS } from './executable/node-builds.mjs';

const { values } = parseArgs({
  options: { target: { type: 'string', default: HOST }, out: { type: 'string', default: 'executables' } },
});
const targets = values.target === 'all' ? TARGETS : values.target.split(',');
const unknown = targets.filter((target) => !TARGETS.includes(target));
if (unknown.length > 0) throw new Error(`no build of Node for ${unknown.join(', ')}; there are ${TARGETS.join(', ')}`);

const work = mkdtempSync(join(tmpdir(), 'plait-executable-'));
const out = resolve(values.out);
mkdirSync(out, { recursive: true });
try {
  const main = join(work, 'plait.cjs');
  const { outputFiles } = await build({ ...settings, entryPoints: ['src/bin.ts'], plugins: [slim], write: false });
  writeFileSync(main, toAscii(outputFiles[0].text));
  for (const target of targets) {
    const output = join(out, `plait-${target}${target.startsWith('win') ? '.exe' : ''}`);
    // Compiled code, without which V8 reads all of the program at each start, is for one platform.
    inject({ main, output, executable: fetchNode(target), useCodeCache: target === HOST });
    console.log(`${output} (node ${NODE_VERSION})`);
    if (target.startsWith('darwin')) console.log(`  not signed: on a Mac, run  codesign --sign - ${output}`);
  }
} finally {
  rmSync(work, { recursive: true, force: true });
}

/** Node of the same version writes the bundle into the program for another platform: the format is its own. */
function inject(what) {
  const config = join(work, 'config.json');
  // What Node warns of is of no use to whoever runs Plait.
  const rest = { disableExperimentalSEAWarning: true, useSnapshot: false };
  writeFileSync(config, JSON.stringify({ ...what, ...rest }));
  const { status, stdout, stderr } = spawnSync(fetchNode(HOST), [`--build-sea=${config}`], { encoding: 'utf8' });
  if (status !== 0) throw new Error(`node --build-sea: ${stdout}${stderr}`);
}
