import { type ChildProcess, spawn } from 'node:child_process';
import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';
import { WebSocket } from 'undici';
import { makeTempDir } from './temp-dir.ts';

const NAMES = ['chromium', 'chromium-browser', 'google-chrome'];
const START_MS = 30_000;

/** A browser without a window. */
export interface Browser {
  /** A new tab of its own. */
  open(): Promise<Tab>;
  close(): Promise<void>;
}

/** One tab, spoken to in the protocol of the browser's developer tools. */
export interface Tab {
  send(method: string, params?: object): Promise<Record<string, unknown>>;
  /** Loads a page and waits until it is there. */
  visit(url: string): Promise<void>;
  /** The value of an expression in the page. */
  evaluate<T>(expression: string): Promise<T>;
  /** Presses and releases a key: `Tab`, `Enter`, `Escape`, or a character. */
  press(key: string): Promise<void>;
  /** Everything that was told without being asked, in order. */
  readonly events: readonly ProtocolEvent[];
}

export interface ProtocolEvent {
  readonly method: string;
  readonly params: Readonly<Record<string, unknown>>;
}

/** Throws when there is no Chromium on the PATH. */
export async function startBrowser(): Promise<Browser> {
  const program = findProgram();
  if (program === undefined) throw new Error(`none of ${NAMES.join(', ')} is on the PATH`);
  const flags = [
    '--headless=new',
    '--no-sandbox',
    '--disable-gpu',
    '--no-first-run',
    '--disable-background-networking',
  ];
  const child = spawn(program, [
    ...flags,
    '--remote-debugging-port=0',
    `--user-data-dir=${makeTempDir()}`,
    'about:blank',
  ]);
  const connection = await Connection.open(await readAddress(child));
  return {
    open: () => openTab(connection),
    close: async () => {
      const ended = new Promise((resolve) => child.once('close', resolve));
      child.kill('SIGKILL');
      await ended;
    },
  };
}

function findProgram(): string | undefined {
  const folders = (process.env.PATH ?? '').split(delimiter);
  return NAMES.flatMap((name) => folders.map((folder) => join(folder, name))).find(isProgram);
}

function isProgram(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

function readAddress(child: ChildProcess): Promise<string> {
  let text = '';
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error(`the browser did not start: ${text}`)), START_MS);
    child.stderr?.on('data', (chunk: Buffer) => {
      text += chunk.toString('utf8');
      const [, address] = /DevTools listening on (ws:\S+)/.exec(text) ?? [];
      if (address === undefined) return;
      clearTimeout(timer);
      resolve(address);
    });
    child.once('close', (code) => reject(new Error(`the browser ended with ${code}: ${text}`)));
  });
}

interface Message {
  readonly id?: number;
  readonly sessionId?: string;
  readonly method?: string;
  readonly params?: Record<string, unknown>;
  readonly result?: Record<string, unknown>;
  readonly error?: { readonly message: string };
}

class Connection {
  readonly #socket: WebSocket;
  readonly #waiting = new Map<number, (message: Message) => void>();
  readonly #listeners: ((message: Message) => void)[] = [];
  #last = 0;

  private constructor(socket: WebSocket) {
    this.#socket = socket;
    socket.addEventListener('message', ({ data }) => this.#receive(JSON.parse(String(data)) as Message));
  }

  static open(address: string): Promise<Connection> {
    const socket = new WebSocket(address);
    return new Promise((resolve, reject) => {
      socket.addEventListener('open', () => resolve(new Connection(socket)));
      socket.addEventListener('error', () => reject(new Error(`no connection to ${address}`)));
    });
  }

  listen(listener: (message: Message) => void): void {
    this.#listeners.push(listener);
  }

  send(method: string, params: object, sessionId?: string): Promise<Record<string, unknown>> {
    const id = ++this.#last;
    this.#socket.send(JSON.stringify({ id, method, params, ...(sessionId === undefined ? {} : { sessionId }) }));
    return new Promise((resolve, reject) => {
      this.#waiting.set(id, ({ error, result = {} }) => {
        if (error === undefined) resolve(result);
        else reject(new Error(`${method}: ${error.message}`));
      });
    });
  }

  #receive(message: Message): void {
    if (message.id === undefined) for (const listener of this.#listeners) listener(message);
    else this.#waiting.get(message.id)?.(message);
  }
}

async function openTab(connection: Connection): Promise<Tab> {
  const { targetId } = await connection.send('Target.createTarget', { url: 'about:blank' });
  const { sessionId } = await connection.send('Target.attachToTarget', { targetId, flatten: true });
  const events: ProtocolEvent[] = [];
  const waiting: (() => void)[] = [];
  connection.listen((message) => {
    if (message.sessionId !== sessionId || message.method === undefined) return;
    events.push({ method: message.method, params: message.params ?? {} });
    if (message.method === 'Page.loadEventFired') for (const resolve of waiting.splice(0)) resolve();
  });
  const send: Tab['send'] = (method, params = {}) => connection.send(method, params, String(sessionId));
  for (const domain of ['Page', 'Network', 'Log', 'Runtime']) await send(`${domain}.enable`);
  return {
    send,
    events,
    visit: async (url) => {
      const loaded = new Promise<void>((resolve) => waiting.push(resolve));
      await send('Page.navigate', { url });
      await loaded;
    },
    evaluate: async <T>(expression: string) => {
      const { result } = await send('Runtime.evaluate', { expression, returnByValue: true });
      return (result as { readonly value: T }).value;
    },
    press: async (key) => {
      for (const event of describeKey(key)) await send('Input.dispatchKeyEvent', event);
    },
  };
}

const KEYS: Readonly<Record<string, { readonly code: number; readonly text?: string }>> = {
  Tab: { code: 9 },
  Enter: { code: 13, text: '\r' },
  Escape: { code: 27 },
};

function describeKey(key: string): readonly object[] {
  const { code = key.toUpperCase().charCodeAt(0), text = key } = KEYS[key] ?? {};
  const named = { key, windowsVirtualKeyCode: code };
  const isSilent = key in KEYS && KEYS[key]?.text === undefined;
  return [
    isSilent ? { ...named, type: 'rawKeyDown' } : { ...named, type: 'keyDown', text },
    { ...named, type: 'keyUp' },
  ];
}
