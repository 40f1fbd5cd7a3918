/** An answer read to its end. */
export interface ApiAnswer {
  readonly status: number;
  readonly headers: Headers;
  readonly bytes: Buffer;
  readonly text: string;
}

export interface ApiRequest {
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: Uint8Array | string;
}

/** One request with the fetch of the platform, redirects not followed. */
export async function callApi(url: string | URL, request: ApiRequest = {}): Promise<ApiAnswer> {
  const { method = 'GET', headers = {}, body } = request;
  const content = typeof body === 'string' ? body : body && Buffer.from(body);
  const init = { method, headers, redirect: 'manual' as const };
  const response = await fetch(url, content === undefined ? init : { ...init, body: content });
  const bytes = Buffer.from(await response.arrayBuffer());
  return { status: response.status, headers: response.headers, bytes, text: bytes.toString('utf8') };
}

/** `[code, detail]` of each error in the answer, in the format of the distribution API. */
export function errorsOf(answer: ApiAnswer): readonly (readonly [code: string, detail?: unknown])[] {
  const { errors } = JSON.parse(answer.text) as { errors: { code: string; message: string; detail?: unknown }[] };
  return errors.map(({ code, detail }) => (detail === undefined ? [code] : [code, detail]));
}
