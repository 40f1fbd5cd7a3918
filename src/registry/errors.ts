import type { ErrorCode } from '../errors/codes.ts';
import { PlaitError } from '../errors/plait-error.ts';
import { type ErrorBody, parseErrorBody } from '../transport/error-body.ts';
import type { BufferedResponse } from '../transport/message.ts';
import type { Channel } from './channel.ts';
import { READ_ONLY_HINT } from './read-only.ts';

/** An answer that is not the one hoped for, and what was asked. */
export interface Refusal {
  readonly channel: Channel;
  /** Completes "could not …". */
  readonly purpose: string;
  readonly method: string;
  readonly response: BufferedResponse;
}

/** The one place where an answer of a registry becomes an error. Carries the registry's own words, cleaned and cut. */
export function toRegistryError(refusal: Refusal): PlaitError {
  const { channel, purpose, response } = refusal;
  const body = parseErrorBody(response.headers, response.body);
  const { code, what, hint } = judge(refusal, body);
  const words = body.text === '' ? '' : `: ${channel.conceal(body.text)}`;
  const message = `could not ${purpose}: ${what} (HTTP ${response.status}${words})`;
  return new PlaitError(code, message, { hint, status: response.status });
}

interface Verdict {
  readonly code: ErrorCode;
  /** What the registry did. */
  readonly what: string;
  readonly hint?: string;
}

function judge(refusal: Refusal, body: ErrorBody): Verdict {
  const { channel, method, response } = refusal;
  const host = response.url.host;
  if (isHttpOnTlsPort(response.status, body)) return toHttpOnTlsPort(host);
  switch (response.status) {
    case 401:
      return judgeUnauthorized(channel);
    case 403:
      return judgeDenied(channel, method);
    case 404:
      return isRead(method) ? judgeNotFound(host, body) : judgeMissing(host, body);
    case 405:
      return isRead(method) ? toPlainError(host, body) : toReadOnly(channel);
    case 412:
      return {
        ...toPlainError(host, body),
        hint: 'a policy of the registry forbids this image; see its project settings',
      };
    case 429:
      return {
        code: 'REGISTRY_RATE_LIMITED',
        what: `${host} wants fewer requests`,
        hint: `try again later, use credentials with a higher limit, or lower \`concurrency\` for ${channel.registry}`,
      };
    default:
      return toPlainError(host, body);
  }
}

function toPlainError(host: string, body: ErrorBody): Verdict {
  if (!body.isPage) return { code: 'REGISTRY_ERROR', what: `${host} answered with an error` };
  return {
    code: 'REGISTRY_ERROR',
    what: `${host} answered with a web page`,
    hint: `check that ${host} is a registry, and not a proxy or a web site`,
  };
}

/** A 404 that does not say that something of a registry is missing. */
function judgeNotFound(host: string, body: ErrorBody): Verdict {
  const general = toPlainError(host, body);
  if (body.isPage || body.codes.length > 0) return general;
  const hint = `nothing of a registry is at this address; check host and port, and that its API is at ${host}/v2/`;
  return { ...general, hint };
}

function isRead(method: string): boolean {
  return method === 'GET' || method === 'HEAD';
}

/** ECR and Artifact Registry do not create repositories on the first push. */
function judgeMissing(host: string, body: ErrorBody): Verdict {
  const general = toPlainError(host, body);
  if (!body.codes.includes('NAME_UNKNOWN')) return general;
  return { ...general, hint: `${host} wants the repository to be created before anything is pushed to it` };
}

/** Private and missing repositories look the same from outside. */
const NO_CREDENTIALS = 'or check the name: without login, a private repository looks like a missing one';

function judgeUnauthorized(channel: Channel): Verdict {
  const source = channel.describeCredentials();
  if (source !== undefined) {
    return {
      code: 'REGISTRY_UNAUTHORIZED',
      what: `${channel.registry} did not accept the ${source}`,
      hint: `check them, for example with \`docker login ${channel.registry}\``,
    };
  }
  return {
    code: 'REGISTRY_UNAUTHORIZED',
    what: `${channel.registry} wants credentials, and there are none for it`,
    hint: `log in with \`docker login ${channel.registry}\`, name them with \`auth\` under \`registries\`, ${NO_CREDENTIALS}`,
  };
}

function judgeDenied(channel: Channel, method: string): Verdict {
  const source = channel.describeCredentials();
  const right = isRead(method) ? 'read from' : 'write to';
  const hint =
    source === undefined
      ? `log in with \`docker login ${channel.registry}\`, ${NO_CREDENTIALS}`
      : `the ${source} may not ${right} this repository`;
  return { code: 'REGISTRY_DENIED', what: `${channel.registry} refused it`, hint };
}

function toReadOnly(channel: Channel): Verdict {
  return {
    code: 'REGISTRY_READ_ONLY',
    what: `${channel.registry} takes no writes`,
    hint: READ_ONLY_HINT,
  };
}

/** Go servers and nginx answer so when they are spoken to in the clear on a TLS port. */
function isHttpOnTlsPort(status: number, body: ErrorBody): boolean {
  return status === 400 && /http request (to an|was sent to) https/i.test(body.text);
}

function toHttpOnTlsPort(host: string): Verdict {
  return {
    code: 'REGISTRY_TLS',
    what: `${host} speaks https, and was spoken to in plain http`,
    hint: `remove \`plainHttp\` from the settings of ${host}`,
  };
}
