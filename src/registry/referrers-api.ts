import { PlaitError } from '../errors/plait-error.ts';
import { decodeManifest, MAX_MANIFEST_READ_BYTES } from '../oci/decode.ts';
import type { Descriptor } from '../oci/descriptor.ts';
import type { Digest } from '../oci/digest.ts';
import { MEDIA_TYPES } from '../oci/media-types.ts';
import { parseErrorBody } from '../transport/error-body.ts';
import { type BufferedResponse, listHeader } from '../transport/message.ts';
import type { ChannelRequest } from './channel.ts';
import type { ReferrersOptions } from './client.ts';
import { describePlace, type Place } from './context.ts';
import { toReferrersPath } from './endpoint.ts';
import { toRegistryError } from './errors.ts';
import { findNextLink } from './link.ts';
import { toMediaType } from './read-manifest.ts';
import { selectReferrers, toUnique } from './select-referrers.ts';

const PAGE_LIMIT = { maxBytes: MAX_MANIFEST_READ_BYTES, tooLarge: 'MANIFEST_TOO_LARGE' } as const;
const MAX_PAGES = 1000;
const MAX_BYTES = 32 * 1024 * 1024;

/**
 * What answers in the place of the API where there is none: nothing (404, which is what the specification says), a refusal
 * of the path (400, 406) or of the method (405, 501).
 */
const NO_LIST: ReadonlySet<number> = new Set([400, 404, 405, 406, 501]);

/** A 404 or 400 with one of these is about the name or digest, and says nothing of the API. */
const OTHER_CODES: ReadonlySet<string> = new Set([
  'NAME_UNKNOWN',
  'NAME_INVALID',
  'MANIFEST_UNKNOWN',
  'DIGEST_INVALID',
]);

/**
 * What the registry itself says refers to `subject` (distribution-spec end-12), in its order, each once; undefined when it
 * gives no such list. A list that cannot be had whole is an error: a part of it would pass for all of it.
 */
export async function askReferrers(place: Place, subject: Digest, options: ReferrersOptions): Promise<Answer> {
  const { memory } = place.channel;
  const ask = (): Promise<Answer> => askNow(place, subject, options);
  if (memory.listsReferrers === undefined) {
    // Until an answer tells whether there is a list at all, the others wait for it.
    const first = await memory.turns.run('referrers', async () =>
      memory.listsReferrers === undefined ? { answer: await ask() } : undefined,
    );
    if (first !== undefined) return first.answer;
  }
  return memory.listsReferrers === false ? undefined : ask();
}

type Answer = readonly Descriptor[] | undefined;

async function askNow(place: Place, subject: Digest, options: ReferrersOptions): Promise<Answer> {
  const purpose = `list the referrers of ${describePlace(place.repository, subject)}`;
  const first = await toFirstPage(place, subject, options);
  const page = await readPage({ place, purpose, options }, first);
  return page === undefined ? undefined : readOn({ place, purpose, options }, first, page);
}

/** That page and all that come after it. A page that leads back to an earlier one is the last. */
async function readOn(question: Question, first: URL, firstPage: Page): Promise<readonly Descriptor[]> {
  const visited = new Set([first.href]);
  const found: Descriptor[] = [];
  let page = firstPage;
  for (let bytes = page.bytes; ; bytes += page.bytes) {
    found.push(...page.referrers);
    const { link } = page;
    if (link === undefined || visited.has(link.href)) return toUnique(found);
    visited.add(link.href);
    if (bytes > MAX_BYTES || visited.size > MAX_PAGES) throw refuse(question, `the list of ${link.host} has no end`);
    const next = await readPage(question, link);
    if (next === undefined) throw refuse(question, `${link.host} broke the list off`);
    page = next;
  }
}

async function toFirstPage(place: Place, subject: Digest, { artifactType }: ReferrersOptions): Promise<URL> {
  const url = new URL(toReferrersPath(place.repository, subject), await place.channel.findOrigin());
  if (artifactType !== undefined) url.searchParams.set('artifactType', artifactType);
  return url;
}

interface Question {
  readonly place: Place;
  readonly purpose: string;
  readonly options: ReferrersOptions;
}

interface Page {
  readonly referrers: readonly Descriptor[];
  readonly link: URL | undefined;
  readonly bytes: number;
}

/** Undefined for an answer that is no list and no failure either. */
async function readPage(question: Question, url: URL): Promise<Page | undefined> {
  const { channel } = question.place;
  const response = await request(question, url);
  if (response.status === 200) {
    // A site that answers every path with a page of its own has no list either.
    if (toMediaType(response) !== MEDIA_TYPES.ociIndex) return undefined;
    channel.memory.listsReferrers = true;
    return toPage(question, response);
  }
  if (!NO_LIST.has(response.status))
    throw toRegistryError({ channel, purpose: question.purpose, method: 'GET', response });
  if (isWithoutApi(response)) channel.memory.listsReferrers ??= false;
  return undefined;
}

function request({ place, purpose, options }: Question, url: URL): Promise<BufferedResponse> {
  const asked: ChannelRequest = {
    method: 'GET',
    target: url,
    purpose,
    headers: { accept: MEDIA_TYPES.ociIndex },
    access: [{ path: place.repository.path, actions: ['pull'] }],
    signal: options.signal,
    ...(options.onAbort === undefined ? {} : { onAbort: options.onAbort }),
  };
  return place.channel.send(asked, PAGE_LIMIT);
}

function isWithoutApi({ status, headers, body }: BufferedResponse): boolean {
  if (status === 405 || status === 501) return true;
  return status === 404 && !parseErrorBody(headers, body).codes.some((code) => OTHER_CODES.has(code));
}

function toPage({ purpose, options }: Question, response: BufferedResponse): Page {
  const { manifests } = decode(response, purpose);
  const { artifactType } = options;
  const isFiltered = listHeader(response.headers, 'oci-filters-applied')
    .flatMap((value) => value.split(','))
    .some((name) => name.trim() === 'artifactType');
  return {
    referrers: isFiltered ? manifests : selectReferrers(manifests, artifactType),
    link: findNextLink(response, purpose),
    bytes: response.body.byteLength,
  };
}

function decode(response: BufferedResponse, purpose: string): { readonly manifests: readonly Descriptor[] } {
  try {
    const index = decodeManifest(response.body, MEDIA_TYPES.ociIndex);
    return index.kind === 'index' ? index : { manifests: [] };
  } catch (cause) {
    throw cause instanceof PlaitError
      ? new PlaitError(cause.code, `could not ${purpose}: ${cause.message}`, { hint: cause.hint, cause })
      : cause;
  }
}

function refuse({ purpose }: Question, problem: string): PlaitError {
  return new PlaitError('REGISTRY_PROTOCOL', `could not ${purpose}: ${problem}`, {
    hint: 'run again; if it stays so, check the registry and the proxy in front of it',
  });
}
