import { spawn } from 'node:child_process';
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';

export interface EditorDiagnostic {
  /** 1-based. */
  readonly line: number;
  readonly message: string;
}

/** The language server that editors use for YAML, with one schema and without the network. */
export interface YamlEditor {
  /** What it complains of in a text. */
  diagnose(text: string): Promise<readonly EditorDiagnostic[]>;
  /** What it offers at the end of a text. */
  complete(text: string): Promise<readonly string[]>;
  /** What it says of the key at the end of a text, with its colon. */
  hover(text: string): Promise<string>;
  close(): void;
}

const SERVER = resolve('node_modules/yaml-language-server/bin/yaml-language-server');

/** Starts the server. Every text is a file of its own, on no disk, so that no late answer is taken for another one. */
export async function openYamlEditor(schema: string): Promise<YamlEditor> {
  const child = spawn(process.execPath, [SERVER, '--stdio'], { stdio: ['pipe', 'pipe', 'ignore'] });
  const settings = {
    validate: true,
    completion: true,
    hover: true,
    schemaStore: { enable: false },
    schemas: { [pathToFileURL(schema).href]: 'manifests-*.yaml' },
  };
  const connection = new Connection((message) => child.stdin.write(frame(message)), settings);
  child.stdout.on('data', (chunk: Buffer) => connection.read(chunk));
  await connection.request('initialize', {
    processId: null,
    rootUri: null,
    capabilities: { workspace: { configuration: true, didChangeConfiguration: { dynamicRegistration: true } } },
  });
  connection.notify('initialized', {});
  connection.notify('workspace/didChangeConfiguration', { settings: { yaml: settings } });
  return makeEditor(connection, () => child.kill());
}

async function makeEditor(connection: Connection, close: () => void): Promise<YamlEditor> {
  let count = 0;
  const open = (text: string): string => {
    count += 1;
    // In the root of the repository, from where the example names its schema.
    const uri = pathToFileURL(resolve(`manifests-${count}.yaml`)).href;
    connection.notify('textDocument/didOpen', { textDocument: { uri, languageId: 'yaml', version: 1, text } });
    return uri;
  };
  /** `back`: characters before the end. */
  const ask = (method: string, text: string, back = 0): Promise<unknown> => {
    const lines = text.split('\n');
    const position = { line: lines.length - 1, character: (lines.at(-1) ?? '').length - back };
    return connection.request(method, { textDocument: { uri: open(text) }, position });
  };
  // The server looks at a text again when it has read its settings: only then it finds this.
  await connection.waitForDiagnostics(open('version: 0\n'), (found) => found.length > 0);
  return {
    diagnose: (text) => connection.waitForDiagnostics(open(text), () => true),
    complete: async (text) => {
      const { items } = (await ask('textDocument/completion', text)) as {
        readonly items: readonly { label: string }[];
      };
      return items.map(({ label }) => label);
    },
    hover: async (text) => JSON.stringify(await ask('textDocument/hover', text, 2)),
    close,
  };
}

function frame(message: object): string {
  const text = JSON.stringify({ jsonrpc: '2.0', ...message });
  return `Content-Length: ${Buffer.byteLength(text)}\r\n\r\n${text}`;
}

type Diagnostics = readonly EditorDiagnostic[];

interface Message {
  readonly id?: number;
  readonly method?: string;
  readonly params?: {
    readonly uri?: string;
    readonly items?: readonly { section?: string }[];
    readonly diagnostics?: readonly RawDiagnostic[];
  };
  readonly result?: unknown;
}

interface RawDiagnostic {
  readonly message: string;
  readonly range: { readonly start: { readonly line: number } };
}

/** JSON-RPC with the headers of the language server protocol. */
class Connection {
  readonly #send: (message: object) => void;
  readonly #settings: object;
  readonly #answers = new Map<number, (result: unknown) => void>();
  readonly #listeners = new Map<string, (found: Diagnostics) => void>();
  #rest: Buffer = Buffer.alloc(0);
  #last = 0;

  constructor(send: (message: object) => void, settings: object) {
    this.#send = send;
    this.#settings = settings;
  }

  request(method: string, params: object): Promise<unknown> {
    this.#last += 1;
    const id = this.#last;
    return new Promise((resolve) => {
      this.#answers.set(id, resolve);
      this.#send({ id, method, params });
    });
  }

  notify(method: string, params: object): void {
    this.#send({ method, params });
  }

  waitForDiagnostics(uri: string, isWanted: (found: Diagnostics) => boolean): Promise<Diagnostics> {
    return new Promise((resolve) => {
      this.#listeners.set(uri, (found) => {
        if (isWanted(found)) resolve(found);
      });
    });
  }

  read(chunk: Buffer): void {
    this.#rest = Buffer.concat([this.#rest, chunk]);
    for (let message = this.#take(); message !== undefined; message = this.#take()) this.#handle(message);
  }

  #take(): Message | undefined {
    const end = this.#rest.indexOf('\r\n\r\n');
    const length = Number(/Content-Length: (\d+)/.exec(this.#rest.toString('latin1', 0, Math.max(end, 0)))?.[1]);
    if (end < 0 || this.#rest.length < end + 4 + length) return undefined;
    const text = this.#rest.toString('utf8', end + 4, end + 4 + length);
    this.#rest = this.#rest.subarray(end + 4 + length);
    return JSON.parse(text) as Message;
  }

  #handle({ id, method, params, result }: Message): void {
    if (method === undefined) this.#answers.get(id ?? 0)?.(result);
    else if (id !== undefined) this.#send({ id, result: this.#answer(method, params) });
    else if (method === 'textDocument/publishDiagnostics') {
      this.#listeners.get(params?.uri ?? '')?.((params?.diagnostics ?? []).map(toDiagnostic));
    }
  }

  /** What the server asks the editor for. */
  #answer(method: string, params: Message['params']): unknown {
    if (method !== 'workspace/configuration') return null;
    return (params?.items ?? []).map(({ section }) => (section === 'yaml' ? this.#settings : null));
  }
}

function toDiagnostic({ message, range }: RawDiagnostic): EditorDiagnostic {
  return { line: range.start.line + 1, message };
}
