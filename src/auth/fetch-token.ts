import { isPlaitError, PlaitError } from '../errors/plait-error.ts';
import { parseErrorBody } from '../transport/error-body.ts';
import type { BufferedResponse } from '../transport/message.ts';
import type { Transport } from '../transport/transport.ts';
import { hintToRenew } from './credentials.ts';
import { type Grant, parseGrant } from './token-answer.ts';
import { type TokenQuery, toGetRequest, toPostRequest } from './token-request.ts';

const TOKEN_LIMIT = { maxBytes: 1024 * 1024 };

/**
 * Gets a token. An identity token is exchanged by POST; a password is sent by GET, and by POST where the server knows
 * only that; without credentials a GET asks anonymously. Throws REGISTRY_UNAUTHORIZED or REGISTRY_DENIED when the
 * server refuses (never asks again as somebody else), REALM_REFUSED when it is where the registry must not send us.
 */
export async function fetchToken(transport: Transport, query: TokenQuery): Promise<Grant> {
  const response = await askServer(transport, query);
  if (response.status !== 200) throw toTokenError(query, response);
  const grant = parseGrant(response.body);
  if (grant !== undefined) return grant;
  throw new PlaitError(
    'REGISTRY_PROTOCOL',
    `could not ${query.purpose}: ${query.realm.host} answered without a token`,
    {
      hint: `${query.registry} names it as its token server; a proxy or a login page may answer in its place`,
    },
  );
}

async function askServer(transport: Transport, query: TokenQuery): Promise<BufferedResponse> {
  const { credentials } = query;
  if (credentials?.kind === 'identity-token') return send(transport, query, toPostRequest(query, credentials));
  const response = await send(transport, query, toGetRequest(query));
  const knowsOnlyPost = credentials !== undefined && (response.status === 404 || response.status === 405);
  return knowsOnlyPost ? send(transport, query, toPostRequest(query, credentials)) : response;
}

async function send(
  transport: Transport,
  query: TokenQuery,
  request: Parameters<Transport['send']>[0],
): Promise<BufferedResponse> {
  try {
    return await transport.send(request, TOKEN_LIMIT);
  } catch (error) {
    if (!isPlaitError(error, 'REDIRECT_REFUSED')) throw error;
    throw new PlaitError('REALM_REFUSED', error.message, {
      hint: `whoever runs ${query.registry} must correct the \`realm\` in its token settings: nothing was sent there`,
      cause: error,
    });
  }
}

function toTokenError(query: TokenQuery, response: BufferedResponse): PlaitError {
  const { text } = parseErrorBody(response.headers, response.body);
  const { code, what, hint } = judge(query, response.status);
  const words = text === '' ? '' : `: ${query.conceal(text)}`;
  const message = `could not ${query.purpose}: the token server ${query.realm.host} ${what} (HTTP ${response.status}${words})`;
  return new PlaitError(code, message, { hint, status: response.status });
}

interface Verdict {
  readonly code: PlaitError['code'];
  readonly what: string;
  readonly hint: string;
}

function judge({ credentials, registry, realm }: TokenQuery, status: number): Verdict {
  if (status === 429) {
    const hint = 'run again in a few minutes; a server may give more tokens to those who log in';
    return { code: 'REGISTRY_RATE_LIMITED', what: 'wants fewer requests', hint };
  }
  if (status !== 401 && status !== 403 && (status !== 400 || credentials === undefined)) {
    const hint = `${registry} lets in nobody whom ${realm.host} gives no token: check that it is up, then run again`;
    return { code: 'REGISTRY_ERROR', what: 'answered with an error', hint };
  }
  if (credentials === undefined) {
    const hint = `log in with \`docker login ${registry}\`, or check the name: private ones look missing`;
    return { code: 'REGISTRY_UNAUTHORIZED', what: 'wants credentials, and there are none', hint };
  }
  const what = `did not accept the ${credentials.source}`;
  if (status === 403) {
    const hint = 'give that account the right to pull here, and to push where Plait writes, or use another account';
    return { code: 'REGISTRY_DENIED', what, hint };
  }
  return { code: 'REGISTRY_UNAUTHORIZED', what, hint: hintToRenew(registry) };
}
