// Measures `plait apply --yes` at a registry that wants a token for each repository and each right, as those on the internet do:
// 100 tags of four platforms, all new, cold cache. Every request waits for the same time, those for tokens, too. Run after
// `npm run build`:
//
//   node bench/tokens.mjs [delay in ms, 50 when left out] [rounds, 3] [another dist/bin.cjs, in turns with this one]
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { listNames, pushImages, TAGS } from './content.mjs';
import { measure } from './measure.mjs';
import { PROGRAM, writeConfig } from './plait.mjs';
import { summarize } from './statistics.mjs';

const SELF = fileURLToPath(import.meta.url);
const TIMEOUT_MS = 600_000;

/** The registry process. Its tokens are good for whatever they were asked for. */
async function serve(delayMs) {
  const { startPlayground } = await import('../dist/playground/server.js');
  let isOpen = true;
  const { host } = await startPlayground({
    intercept: async ({ method, url, headers }, response) => {
      if (isOpen) return false;
      await wait(delayMs);
      const { pathname, searchParams } = new URL(url, `http://${host}`);
      if (pathname === '/token') {
        const token = Buffer.from(searchParams.getAll('scope').join(' ')).toString('base64url');
        response.writeHead(200, { 'content-type': 'application/json' });
        response.end(JSON.stringify({ token, expires_in: 300 }));
        return true;
      }
      const [, repository] = /^\/v2\/(.+)\/(?:manifests|blobs)\//.exec(pathname) ?? [];
      const actions = method === 'GET' || method === 'HEAD' ? 'pull' : 'pull,push';
      const scopes = Buffer.from(headers.authorization?.slice('Bearer '.length) ?? '', 'base64url').toString();
      if (scopes.split(' ').some((scope) => scope.startsWith(`repository:${repository}:${actions}`))) return false;
      const challenge = `Bearer realm="http://${host}/token",service="bench",scope="repository:${repository}:${actions}"`;
      response.writeHead(401, { 'www-authenticate': challenge }).end();
      return true;
    },
  });
  await pushImages({ port: host.split(':')[1], names: listNames(TAGS) });
  isOpen = false;
  process.send({ host });
}

async function apply(program, delayMs) {
  const registry = fork(SELF, ['registry', String(delayMs)]);
  const folder = mkdtempSync(join(tmpdir(), 'plait-tokens-'));
  try {
    const [{ host }] = await once(registry, 'message');
    const place = `${host}/`;
    const config = writeConfig(join(folder, 'manifests.yaml'), {
      from: place,
      to: place,
      names: listNames(TAGS),
      kind: 'create',
      isPinned: false,
    });
    const run = await measure([process.execPath, program, 'apply', '--yes', '-f', config], {
      env: { PATH: process.env.PATH, HOME: folder },
      cwd: folder,
      timeoutMs: TIMEOUT_MS,
    });
    if (run.code !== 0) throw new Error(`${program} ended with ${run.code}\n${run.log}`);
    return run;
  } finally {
    registry.kill();
    rmSync(folder, { recursive: true, force: true, maxRetries: 3 });
  }
}

if (process.argv[2] === 'registry') await serve(Number(process.argv[3]));
else {
  const [delay = '50', rounds = '3', other] = process.argv.slice(2);
  const programs = [PROGRAM, ...(other === undefined ? [] : [other])];
  const runs = new Map(programs.map((program) => [program, []]));
  for (let round = 0; round < Number(rounds); round += 1) {
    for (const program of programs) runs.get(program).push(await apply(program, Number(delay)));
  }
  for (const [program, of] of runs) {
    const { median, min, max } = summarize(of.map(({ wallMs }) => wallMs / 1000));
    const [requests] = of.map(({ log }) => /^Requests: .*$/m.exec(log)?.[0]);
    console.log(`${program}: ${median.toFixed(2)} s (${min.toFixed(2)}–${max.toFixed(2)}). ${requests}`);
  }
}
