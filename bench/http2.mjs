// Measures HTTP/1.1 with keep-alive against HTTP/2, both through undici, as Plait would send its requests: mostly HEADs, so
// many at one time, to one server with TLS that waits before each answer. Needs openssl for the certificate of the server.
//
//   node bench/http2.mjs [requests, 2000 when left out] [at one time, 16] [delay in ms, 0] [rounds, 5]
import { spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createSecureServer } from 'node:http2';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import pLimit from 'p-limit';
import { Agent, buildConnector } from 'undici';
import { summarize } from './statistics.mjs';

const SELF = fileURLToPath(import.meta.url);
const [role, ...rest] =
  process.argv[2] === 'client' || process.argv[2] === 'server'
    ? process.argv.slice(2)
    : ['all', ...process.argv.slice(2)];

/** How the agent is made; over HTTP/2, `pipelining` is the number of streams of one connection. */
const WAYS = {
  'HTTP/1.1': { allowH2: false },
  'HTTP/2, a stream a connection': { allowH2: true },
  'HTTP/2, 100 streams a connection': { allowH2: true, pipelining: 100 },
};

function serve([folder, delayMs]) {
  const server = createSecureServer(
    { allowHTTP1: true, key: readFileSync(join(folder, 'key.pem')), cert: readFileSync(join(folder, 'cert.pem')) },
    ({ method }, response) => {
      const answer = () => {
        response.writeHead(200, { 'docker-content-digest': `sha256:${'a'.repeat(64)}`, 'content-length': '2' });
        response.end(method === 'HEAD' ? undefined : '{}');
      };
      if (Number(delayMs) > 0) setTimeout(answer, Number(delayMs));
      else answer();
    },
  );
  server.listen(0, '127.0.0.1', () => console.log(server.address().port));
}

async function send([way, port, requests, atOnce]) {
  const { allowH2, ...more } = WAYS[way];
  const agent = new Agent({ allowH2, connect: buildConnector({ rejectUnauthorized: false, allowH2 }), ...more });
  const begun = performance.now();
  await pLimit(Number(atOnce)).map(Array.from({ length: Number(requests) }), async (_, position) => {
    const method = position % 5 === 0 ? 'GET' : 'HEAD';
    const answer = await agent.request({
      origin: `https://127.0.0.1:${port}`,
      path: `/v2/${position}`,
      method,
      reset: false,
    });
    await answer.body.dump();
  });
  const wallMs = performance.now() - begun;
  const { userCPUTime, systemCPUTime, maxRSS } = process.resourceUsage();
  console.log(JSON.stringify({ wallMs, cpuMs: (userCPUTime + systemCPUTime) / 1000, peakMib: maxRSS / 1024 }));
  await agent.destroy();
}

async function compare([requests = '2000', atOnce = '16', delayMs = '0', rounds = '5']) {
  const folder = mkdtempSync(join(tmpdir(), 'plait-http2-'));
  const subject = ['-nodes', '-days', '2', '-subj', '/CN=localhost'];
  const files = ['-keyout', join(folder, 'key.pem'), '-out', join(folder, 'cert.pem')];
  const key = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256'];
  const certificate = spawnSync('openssl', ['req', '-x509', ...key, ...subject, ...files], { encoding: 'utf8' });
  if (certificate.status !== 0) throw new Error(`openssl: ${certificate.error?.message ?? certificate.stderr}`);
  const server = spawn(process.execPath, [SELF, 'server', folder, delayMs], { stdio: ['ignore', 'pipe', 'inherit'] });
  try {
    const port = await new Promise((resolve) => server.stdout.once('data', (text) => resolve(String(text).trim())));
    const runs = Object.fromEntries(Object.keys(WAYS).map((way) => [way, []]));
    for (let round = 0; round < Number(rounds); round += 1) {
      for (const way of Object.keys(WAYS)) {
        const child = spawnSync(process.execPath, [SELF, 'client', way, port, requests, atOnce], { encoding: 'utf8' });
        runs[way].push(JSON.parse(child.stdout));
      }
    }
    console.log(`${requests} requests, ${atOnce} at one time, ${delayMs} ms each, medians of ${rounds} rounds in turn`);
    for (const [way, all] of Object.entries(runs)) {
      const [wall, cpu, peak] = ['wallMs', 'cpuMs', 'peakMib'].map((figure) =>
        Math.round(summarize(all.map((run) => run[figure])).median),
      );
      console.log(`${way.padEnd(34)} ${wall} ms, CPU ${cpu} ms, peak ${peak} MiB`);
    }
  } finally {
    server.kill();
    rmSync(folder, { recursive: true, force: true });
  }
}

if (role === 'server') serve(rest);
else if (role === 'client') await send(rest);
else await compare(rest);
