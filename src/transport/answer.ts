import { assertIdentity, readBeginning, readBody } from './body.ts';
import type { Exchange } from './exchange.ts';
import type { BodyLimit, BufferedResponse, HttpRequest, StreamedResponse } from './message.ts';
import { locate, toNetworkError } from './network-error.ts';

/** What is kept of the text of an error. */
const MAX_ERROR_BYTES = 64 * 1024;

/** The answer with its body in memory. The text of an error is cut instead of refused when it is long or compressed. */
export async function readAnswer(request: HttpRequest, answer: Exchange, limit: BodyLimit): Promise<BufferedResponse> {
  const { status, headers, url, crossedOrigin } = answer;
  try {
    return { status, headers, url, crossedOrigin, body: await readByStatus(request, answer, limit) };
  } catch (error) {
    throw locate(error, url);
  } finally {
    answer.body.destroy();
  }
}

function readByStatus(request: HttpRequest, answer: Exchange, limit: BodyLimit): Promise<Uint8Array> {
  if (answer.status >= 400) return readBeginning(answer.body, MAX_ERROR_BYTES);
  if (request.method !== 'HEAD') assertIdentity(request, answer.headers);
  return readBody(request, answer, limit);
}

/** Hands the answer to `use` and lets go of what it left of the body. */
export async function useAnswer<T>(
  request: HttpRequest,
  answer: Exchange,
  use: (response: StreamedResponse) => Promise<T>,
): Promise<T> {
  const { status, headers, url, crossedOrigin, body } = answer;
  try {
    return await use({
      status,
      headers,
      url,
      crossedOrigin,
      chunks: withKnownErrors(answer, request),
      readBeginning: async (maxBytes) => {
        try {
          return await readBeginning(body, maxBytes);
        } catch (error) {
          throw locate(error, url);
        }
      },
    });
  } finally {
    body.destroy();
  }
}

/** Makes the errors of the connection ours, so that they cannot be taken for those of another one. */
async function* withKnownErrors({ body, url }: Exchange, request: HttpRequest): AsyncGenerator<Uint8Array> {
  try {
    yield* body;
  } catch (error) {
    throw toNetworkError(error, url, request.purpose);
  }
}
