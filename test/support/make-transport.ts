import { onTestFinished } from 'vitest';
import type { BufferedResponse, HttpRequest } from '../../src/transport/message.ts';
import { createTransport, type Transport, type TransportOptions } from '../../src/transport/transport.ts';
import { REAL_CLOCK } from './make-client.ts';

/** A transport that speaks plain http and tries again soon; it ends with the test. */
export function makeTransport(options: Partial<TransportOptions> = {}): Transport {
  const transport = createTransport({
    profile: () => ({ plainHttp: true }),
    clock: REAL_CLOCK,
    userAgent: 'plait-test',
    retry: { baseDelayMs: 1, maxDelayMs: 5 },
    ...options,
  });
  onTestFinished(() => transport.close());
  return transport;
}

/** A GET with everything a request must have. */
export function toRequest(url: string, more: Partial<HttpRequest> = {}): HttpRequest {
  return { method: 'GET', url: new URL(url), purpose: 'read it', lane: 'metadata', ...more };
}

/** Sends it with room for 1 KiB of body. */
export function sendSmall(
  transport: Transport,
  url: string,
  more: Partial<HttpRequest> = {},
): Promise<BufferedResponse> {
  return transport.send(toRequest(url, more), { maxBytes: 1024 });
}
