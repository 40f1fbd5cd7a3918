/** One request that was really sent, a redirect or a token request too. */
export interface RequestEvent {
  readonly method: string;
  /** Without user, fragment and what might be secret in the query. */
  readonly url: string;
  /** Absent when no answer came. */
  readonly status?: number;
  /** Of the network, when no answer came: ECONNREFUSED. */
  readonly failure?: string;
  /** Milliseconds until the head of the answer was there, or until it failed. */
  readonly durationMs: number;
}

/** What registries and token servers are asked for. Everything else in a query may be a secret, as in signed URLs. */
const HARMLESS: ReadonlySet<string> = new Set([
  'artifactType',
  'digest',
  'from',
  'last',
  'mount',
  'n',
  'ns',
  'scope',
  'service',
  'tag',
]);

const MAX_CHARS = 2000;

/** `url` fit for a log. */
export function toShownUrl(url: URL): string {
  const query = [...url.searchParams].map(([name, value]) => {
    const shown = HARMLESS.has(name)
      ? encodeURIComponent(value).replaceAll('%2F', '/').replaceAll('%3A', ':')
      : '[hidden]';
    return `${encodeURIComponent(name)}=${shown}`;
  });
  return `${url.origin}${url.pathname}${query.length === 0 ? '' : `?${query.join('&')}`}`.slice(0, MAX_CHARS);
}

/** The code that Node and undici give what went wrong; no message, as those quote what was sent. */
export function nameFailure(error: unknown): string {
  const code: unknown = typeof error === 'object' && error !== null && 'code' in error ? error.code : undefined;
  return typeof code === 'string' && /^[A-Z0-9_]{1,60}$/.test(code) ? code : 'failed';
}
