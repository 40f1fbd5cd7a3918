import { type IncomingHttpHeaders, request } from 'node:http';

export interface RawRequest {
  readonly method?: string;
  /** Exactly these, apart from Host, Connection and Content-Length: no `Accept` unless given. */
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: Uint8Array | string;
  /** Sends the body without telling its length beforehand. */
  readonly isStreamed?: boolean;
}

export interface RawAnswer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly bytes: Buffer;
  readonly text: string;
}

/** One plain-http request as it is: no redirects, no retries, no headers of its own. */
export function sendRaw(
  url: string,
  { method = 'GET', headers = {}, ...content }: RawRequest = {},
): Promise<RawAnswer> {
  const { body = '', isStreamed = false } = content;
  const isLengthTold = method !== 'GET' && method !== 'HEAD' && !isStreamed;
  const length = isLengthTold ? { 'content-length': Buffer.byteLength(body) } : {};
  return new Promise((resolve, reject) => {
    const outgoing = request(url, { method, headers: { ...headers, ...length } }, (answer) => {
      const chunks: Buffer[] = [];
      answer.on('data', (chunk: Buffer) => chunks.push(chunk));
      answer.once('error', reject);
      answer.once('end', () => {
        const bytes = Buffer.concat(chunks);
        resolve({ status: answer.statusCode ?? 0, headers: answer.headers, bytes, text: bytes.toString('utf8') });
      });
    });
    outgoing.once('error', reject);
    if (isStreamed) outgoing.flushHeaders();
    outgoing.end(body);
  });
}
