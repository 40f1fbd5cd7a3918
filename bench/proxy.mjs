// A process of its own between the clients and the registries: counts requests by kind and lets each wait for a fixed time
// before it goes on. Started by start-proxy.mjs, which it talks to over the channel of the parent process.
//
// It passes bytes on and looks only at what begins a request. To read HTTP through and write it again took five times as
// long, and with sixteen requests at one time the last of them waited for that, not for the time that was asked for.
import { connect, createServer } from 'node:net';

/** What a client sends first: no client here sends a request before the answer to the one before. */
const REQUEST = /^(GET|HEAD|POST|PUT|PATCH|DELETE) (\S+) HTTP\/1\.1\r\n/;
const LONGEST_REQUEST_LINE = 4096;

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
  const door = { upstreamPort: 0, tally: newTally(), clients: new Set() };
  door.server = createServer({ noDelay: true, allowHalfOpen: true }, (client) => join(door, client));
  return new Promise((resolve) => {
    door.server.listen(0, '127.0.0.1', () => resolve(door));
  });
}

/** Gives a client a connection to the registry of its own. */
function join(door, client) {
  const upstream = connect({ port: door.upstreamPort, host: '127.0.0.1', noDelay: true, allowHalfOpen: true });
  const { tally, clients } = door;
  let [isWaiting, isHttp] = [false, false];
  const answered = () => {
    if (isWaiting) tally.end();
    isWaiting = false;
  };
  clients.add(client);
  client.on('data', (bytes) => {
    const [, method, path] = REQUEST.exec(bytes.toString('latin1', 0, LONGEST_REQUEST_LINE)) ?? [];
    if (method !== undefined) {
      answered();
      tally.begin(findKind(method, path));
      [isWaiting, isHttp] = [true, true];
    }
    // Timers of one length end in the order in which they began, so no piece overtakes another. What is no request, such as
    // the first words of TLS, is turned away at once.
    if (isHttp) later(() => upstream.write(bytes));
    else upstream.write(bytes);
  });
  upstream.on('data', (bytes) => {
    answered();
    client.write(bytes);
  });
  client.once('end', () => later(() => upstream.end()));
  upstream.once('end', () => client.end());
  for (const [socket, other] of [
    [client, upstream],
    [upstream, client],
  ]) {
    socket.on('error', () => other.destroy());
    socket.once('close', () => other.destroy());
  }
  client.once('close', () => {
    answered();
    clients.delete(client);
  });
}

function later(act) {
  if (delayMs === 0) act();
  else setTimeout(() => act(), delayMs);
}

/** Requests by kind, most of them at one time, and when the first began and the last was answered, in ms since the reset. */
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
      for (const client of door.clients) client.destroy();
      door.upstreamPort = upstreamPorts[number];
      door.tally = newTally();
    }
  },
  read: () => doors.map(({ tally }) => tally.seen),
};

process.on('message', ({ id, order, argument }) => process.send({ id, answer: orders[order](argument) ?? null }));
process.once('disconnect', () => process.exit());
