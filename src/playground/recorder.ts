import type { IncomingMessage, ServerResponse } from 'node:http';

/** One request that the playground got, in the order of arrival. */
export interface RecordedRequest {
  readonly method: string;
  /** With the query. */
  readonly path: string;
  /** 0 until the answer is sent, and for ever when the client went away before. */
  readonly status: number;
  /** Lower-case names. Of `authorization` only the scheme is kept. */
  readonly headers: Readonly<Record<string, string>>;
}

export interface Recorder {
  readonly requests: readonly RecordedRequest[];
  record(request: IncomingMessage, response: ServerResponse): void;
  clear(): void;
}

const MAX_REQUESTS = 100_000;

/** Keeps the newest requests, so that a playground that runs for weeks does not grow. */
export function createRecorder(): Recorder {
  const requests: RecordedRequest[] = [];
  return {
    requests,
    record(request, response) {
      const entry = { method: request.method ?? '', path: request.url ?? '', status: 0, headers: describe(request) };
      requests.push(entry);
      if (requests.length > MAX_REQUESTS) requests.splice(0, MAX_REQUESTS / 10);
      response.once('finish', () => {
        entry.status = response.statusCode;
      });
    },
    clear() {
      requests.length = 0;
    },
  };
}

function describe({ headers }: IncomingMessage): Readonly<Record<string, string>> {
  const described: Record<string, string> = {};
  for (const [name, value] of Object.entries(headers)) {
    const text = Array.isArray(value) ? value.join(', ') : (value ?? '');
    described[name] = name === 'authorization' ? (text.split(' ')[0] ?? '') : text;
  }
  return described;
}
