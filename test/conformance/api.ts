import { type RawAnswer, type RawRequest, sendRaw } from '../support/raw-http.ts';
import { MANIFEST_TYPES } from './content.ts';
import type { SetUp } from './requirement.ts';

/** A server that was put into one of the set-ups, with what is to be found there. */
export interface Prepared {
  readonly url: string;
  readonly repository: string;
  /** An image that is there: for `upgraded`, one whose subject is `subject`. */
  readonly digest: string;
  readonly tag?: string;
  readonly subject?: string;
}

/** A registry as one requirement sees it. */
export interface Api {
  /** Of the registry, without a slash at the end. */
  readonly url: string;
  /** Nobody else uses these two. */
  readonly repository: string;
  readonly other: string;
  readonly prepared: Readonly<Partial<Record<SetUp, Prepared>>>;
}

/** `path` is one below `/v2/`, or, as `Location` headers have it, a path from the root or a whole URL. */
export function send({ url }: Api, path: string, request: RawRequest = {}): Promise<RawAnswer> {
  return sendRaw(new URL(path, `${url}/v2/`).href, request);
}

/** GET or HEAD of a manifest by a client that takes every type. */
export function readManifest(api: Api, reference: string, { method = 'GET', repository = api.repository } = {}) {
  const headers = { accept: MANIFEST_TYPES.join(', ') };
  return send(api, `${repository}/manifests/${reference}`, { method, headers });
}

/** GET or HEAD of a blob. */
export function readBlob(
  api: Api,
  digest: string,
  { method = 'GET', repository = api.repository, headers = {} }: RawRequest & { readonly repository?: string } = {},
): Promise<RawAnswer> {
  return send(api, `${repository}/blobs/${digest}`, { method, headers });
}

/** Sends as the content of the distribution API is sent. */
export function write(api: Api, path: string, request: RawRequest): Promise<RawAnswer> {
  const headers = { 'content-type': 'application/octet-stream', ...request.headers };
  return send(api, path, { method: 'PUT', ...request, headers });
}

/** The same registry in one of its set-ups, with the repository that was prepared there. */
export function enter(api: Api, setUp: SetUp): { readonly there: Api; readonly prepared: Prepared } {
  const prepared = api.prepared[setUp];
  if (prepared === undefined) throw new Error(`this registry was not ${setUp}`);
  return { there: { ...api, url: prepared.url, repository: prepared.repository }, prepared };
}
