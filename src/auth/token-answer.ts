/** What a token server grants. */
export interface Grant {
  readonly token: string;
  /** How long it is good for, milliseconds from when it was asked for. */
  readonly lifetimeMs: number;
  /** To be used instead of the identity token that was given out before; kept in memory only. */
  readonly refreshToken?: string;
}

const MIN_LIFETIME_S = 60;
const MAX_LIFETIME_S = 24 * 3600;
const MAX_TOKEN_CHARS = 64 * 1024;

/** Printable ASCII without blanks: anything else could break out of a header. */
const TOKEN = /^[\x21-\x7e]+$/;

/**
 * The grant in an answer of a token server (distribution `auth/token.md`); undefined when it holds no usable token.
 * `token` wins over `access_token`; a lifetime below a minute, or none, counts as a minute; `issued_at` is ignored,
 * because clocks differ.
 */
export function parseGrant(body: Uint8Array): Grant | undefined {
  const answer = parseLoosely(body);
  const token = [answer.token, answer.access_token].find(isToken);
  if (token === undefined) return undefined;
  const refreshToken = answer.refresh_token;
  return {
    token,
    lifetimeMs: toLifetimeS(answer.expires_in) * 1000,
    ...(isToken(refreshToken) ? { refreshToken } : {}),
  };
}

function isToken(value: unknown): value is string {
  return typeof value === 'string' && value.length <= MAX_TOKEN_CHARS && TOKEN.test(value);
}

function toLifetimeS(value: unknown): number {
  if (typeof value !== 'number' || !Number.isFinite(value)) return MIN_LIFETIME_S;
  return Math.min(MAX_LIFETIME_S, Math.max(MIN_LIFETIME_S, value));
}

function parseLoosely(body: Uint8Array): Readonly<Record<string, unknown>> {
  try {
    const document: unknown = JSON.parse(new TextDecoder().decode(body));
    return typeof document === 'object' && document !== null ? { ...document } : {};
  } catch {
    // What the parser says would quote the token.
    return {};
  }
}
