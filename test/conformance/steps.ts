import { expect } from 'vitest';
import type { RawAnswer } from '../support/raw-http.ts';
import { type Api, send, write } from './api.ts';
import { type Content, type ManifestContent, makeBlobs, makeImage } from './content.ts';

/** Of an answer that must have one: where it leads, as it stands there. */
export function locationOf({ headers }: RawAnswer): string {
  expect(headers.location).toMatch(/./);
  return String(headers.location);
}

/** Where the answer leads, with `digest=` put after what is there. */
export function withDigest(location: string, digest: string): string {
  return `${location}${location.includes('?') ? '&' : '?'}digest=${digest}`;
}

/** Opens an upload and returns its location. */
export async function openUpload(api: Api, query = ''): Promise<string> {
  const answer = await send(api, `${api.repository}/blobs/uploads/${query}`, { method: 'POST' });
  expect(answer.status).toBe(202);
  return locationOf(answer);
}

/** Sends one chunk that begins at `first`. */
export function sendChunk(api: Api, location: string, text: string, first: number): Promise<RawAnswer> {
  const headers = { 'content-range': `${first}-${first + text.length - 1}` };
  return write(api, location, { method: 'PATCH', headers, body: text });
}

/** Sends the content and closes the upload. */
export function closeUpload(api: Api, location: string, { bytes, digest }: Content): Promise<RawAnswer> {
  return write(api, withDigest(location, digest), { body: bytes });
}

export async function pushBlob(api: Api, content: Content): Promise<void> {
  expect((await closeUpload(api, await openUpload(api), content)).status).toBe(201);
}

/** The answer to a push, by digest unless there is a tag. */
export function putManifest(api: Api, manifest: ManifestContent, reference = manifest.digest): Promise<RawAnswer> {
  const headers = { 'content-type': manifest.mediaType };
  return write(api, `${api.repository}/manifests/${reference}`, { headers, body: manifest.bytes });
}

/** A push that must succeed. */
export async function pushManifest(api: Api, manifest: ManifestContent, reference?: string): Promise<RawAnswer> {
  const answer = await putManifest(api, manifest, reference);
  expect(answer.status).toBe(201);
  return answer;
}

/** Pushes the blobs of an image of this name and returns the image, which is not there yet. */
export async function prepareImage(api: Api, name: string, fields: object = {}): Promise<ManifestContent> {
  const { config, layer } = makeBlobs(name);
  await pushBlob(api, config);
  await pushBlob(api, layer);
  return makeImage(name, fields);
}

/** Pushes an image with its blobs, under a tag if one is named. */
export async function pushImage(
  api: Api,
  name: string,
  { tag, ...fields }: { readonly tag?: string; readonly [field: string]: unknown } = {},
): Promise<ManifestContent> {
  const image = await prepareImage(api, name, fields);
  await pushManifest(api, image, tag);
  return image;
}

/** Refused: something that the request is to blame for. */
export function expectRefused({ status }: RawAnswer): void {
  expect(status).toBeGreaterThanOrEqual(400);
  expect(status).toBeLessThan(500);
}

/** The codes of the errors in an answer. */
export function codesOf(answer: RawAnswer): readonly string[] {
  const { errors } = JSON.parse(answer.text) as { readonly errors: readonly { readonly code: string }[] };
  return errors.map(({ code }) => code);
}

/** The target of the `Link` to the next page, as it stands there; undefined on the last page. */
export function nextPageOf({ headers }: RawAnswer): string | undefined {
  const { link } = headers;
  if (link === undefined) return undefined;
  // RFC 5988, section 5: <URI-Reference>, then parameters; the value of rel is quoted or a token.
  const match = /^<([^>]*)>(?:\s*;\s*[^;]+)*?\s*;\s*rel=(?:"next"|next)\s*(?:;|$)/i.exec(String(link));
  expect(match, `Link: ${String(link)}`).not.toBeNull();
  return match?.[1];
}
