// A process of its own between the clients and the registries: counts requests by kind and lets each wait for a fixed time
// before it goes on. Started by start-proxy.mjs, which it talks to over the channel of the parent process.
import { Agent, createServer, request } from 'node:http';

const IDLE_MS = 600_000;

/** Set by the parent. */
let delayMs = 0;

/** What a request is, such as `manifest HEAD`. */
function findKind(method, path) {
  const [place, query = ''] = path.split('?');
  if (/^\/v2\/?$/.test(place)) return 'ping';
  const part = /\/(manifests|blobs\/uploads|blobs|tags|referrers)\//.exec(`${place}/`)?.[1];
  if (part === undefined) return 'other';
  if (part === 'blobs/uploads')
    return method === 'POST' && query.includes('mount=') ? 'mount POST' : `upload ${method}`;
  if (part === 'tags' || part === 'referrers') return part;
  return `${part.slice(0, -1)} ${method}`;
}

/** One listener in front of one registry. */
function openDoor() {
  const agent = new Agent({ keepAlive: true });
  const door = { upstreamPort: 0, tally: newTally(), agent };
  door.server = createServer({ keepAliveTimeout: IDLE_MS, requestTimeout: 0 }, (incoming, answer) => {
    const { tally } = door;
    tally.begin(findKind(incoming.method, incoming.url));
    answer.once('close', () => tally.end());
    if (delayMs === 0) forward(door, incoming, answer);
    else setTimeout(forward, delayMs, door, incoming, answer);
  });
  return new Promise((resolve) => {
    door.server.listen(0, '127.0.0.1', () => resolve(door));
  });
}

function forward({ upstreamPort, agent }, incoming, answer) {
  const { method, url: path, rawHeaders: headers } = incoming;
  const outgoing = request({ host: '127.0.0.1', port: upstreamPort, method, path, headers, agent }, (got) => {
    answer.writeHead(got.statusCode, got.rawHeaders);
    got.pipe(answer);
  });
  outgoing.once('error', () => answer.destroy());
  incoming.pipe(outgoing);
}

/** Requests by kind, most of them at one time, and when the first began and the last ended, in ms since the reset. */
function newTally() {
  const since = performance.now();
  const seen = { kinds: {}, mostAtOnce: 0, firstMs: null, lastMs: null };
  let open = 0;
  return {
    seen,
    begin(kind) {
      seen.kinds[kind] = (seen.kinds[kind] ?? 0) + 1;
      seen.firstMs ??= performance.now() - since;
      open += 1;
      seen.mostAtOnce = Math.max(seen.mostAtOnce, open);
    },
    end() {
      open -= 1;
      seen.lastMs = performance.now() - since;
    },
  };
}

const doors = await Promise.all([openDoor(), openDoor()]);

const orders = {
  ports: () => doors.map(({ server }) => server.address().port),
  prepare({ upstreamPorts, delayMs: wanted }) {
    delayMs = wanted;
    for (const [number, door] of doors.entries()) {
      // A registry that was restarted knows nothing of the connections that are kept.
      door.agent.destroy();
      door.agent = new Agent({ keepAlive: true });
      door.upstreamPort = upstreamPorts[number];
      door.tally = newTally();
    }
  },
  restartCount() {
    for (const door of doors) door.tally = newTally();
  },
  read: () => doors.map(({ tally }) => tally.seen),
};

process.on('message', ({ id, order, argument }) => process.send({ id, answer: orders[order](argument) ?? null }));
process.once('disconnect', () => process.exit());
