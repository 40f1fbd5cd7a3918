import { Agent, request } from 'node:http';

const COUNT = 2000;
const AT_ONCE = 32;

/**
 * Whether the proxy slows anything down: pings a second through it and without it, and what a request takes that is to wait.
 *
 * @param {Awaited<ReturnType<typeof import('./stage.mjs').openStage>>} stage
 */
export async function probeProxy(stage) {
  await stage.restore(undefined, 0);
  const direct = await ping(stage.ports()[0], COUNT);
  const through = await ping(stage.hosts[0].split(':')[1], COUNT);
  await stage.restore(undefined, 50);
  const delayed = await ping(stage.hosts[0].split(':')[1], COUNT / 5);
  return { directPerSecond: direct.perSecond, throughPerSecond: through.perSecond, delayedMs: delayed.meanMs };
}

async function ping(port, count) {
  const agent = new Agent({ keepAlive: true });
  let left = count;
  let spentMs = 0;
  const begun = performance.now();
  await Promise.all(
    Array.from({ length: AT_ONCE }, async () => {
      while (left > 0) {
        left -= 1;
        const started = performance.now();
        await get(`http://127.0.0.1:${port}/v2/`, agent);
        spentMs += performance.now() - started;
      }
    }),
  );
  agent.destroy();
  return { perSecond: Math.round((count * 1000) / (performance.now() - begun)), meanMs: spentMs / count };
}

function get(url, agent) {
  return new Promise((resolve, reject) => {
    const outgoing = request(url, { agent }, (answer) => answer.resume().once('end', resolve));
    outgoing.once('error', reject).end();
  });
}
