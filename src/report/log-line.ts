import { stripVTControlCharacters } from 'node:util';
import type { RequestEvent } from '../transport/request-event.ts';

/** From what ends a run to what only a search for a fault wants to know. */
export const LOG_LEVELS = ['error', 'warn', 'info', 'debug'] as const;

export type LogLevel = (typeof LOG_LEVELS)[number];

export interface LogRecord {
  readonly level: LogLevel;
  /** For people; may have several lines and colours. */
  readonly message: string;
  /** Given for requests alone. */
  readonly request?: RequestEvent;
}

/** `debug: HEAD https://ghcr.io/v2/acme/api/manifests/1 200 34 ms` */
export function describeRequest({ method, url, status, failure, durationMs }: RequestEvent): string {
  return `${method} ${url} ${status ?? failure ?? ''} ${Math.round(durationMs)} ms`;
}

/** One JSON object in one line. `now` is Unix time in milliseconds. */
export function renderLogLine({ level, message, request }: LogRecord, now: number): string {
  const text = stripVTControlCharacters(message).trimEnd();
  const { method, url, status, failure, durationMs } = request ?? {};
  const fields = request === undefined ? {} : { method, url, status, failure, ms: Math.round(durationMs ?? 0) };
  return `${JSON.stringify({ time: new Date(now).toISOString(), level, message: text, ...fields })}\n`;
}
