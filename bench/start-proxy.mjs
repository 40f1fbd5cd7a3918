import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

/**
 * Starts the proxy with its two doors.
 *
 * @returns {Promise<{ hosts: string[], order(name: string, argument?: unknown): Promise<any>, stop(): void }>}
 */
export async function startProxy() {
  const child = fork(fileURLToPath(new URL('proxy.mjs', import.meta.url)));
  let last = 0;
  const order = async (name, argument) => {
    last += 1;
    child.send({ id: last, order: name, argument });
    const [{ id, answer }] = await once(child, 'message');
    if (id !== last) throw new Error('the proxy gave an answer to something else');
    return answer;
  };
  const ports = await order('ports');
  return { hosts: ports.map((port) => `127.0.0.1:${port}`), order, stop: () => child.disconnect() };
}
