import { createHash } from 'node:crypto';
import { callApi } from './api-call.ts';

/** What a registry holds, as anybody can read it. */
export interface RegistryContent {
  /** `app:1.0` to the digest it names. */
  readonly tags: Readonly<Record<string, string>>;
  /** `app@sha256:…` of everything that the tags reach, sorted. */
  readonly reached: readonly string[];
  /** What cannot be read though something names it, or has another digest than it is named by. */
  readonly broken: readonly string[];
}

interface Manifest {
  readonly manifests?: readonly { readonly digest: string }[];
  readonly config?: { readonly digest: string };
  readonly layers?: readonly { readonly digest: string }[];
}

/** Reads all tags of all repositories, and all that they name down to the last blob, not with the client under test. */
export async function readContent(registry: { readonly url: string }): Promise<RegistryContent> {
  const tags: Record<string, string> = {};
  const found = { reached: new Set<string>(), broken: new Set<string>() };
  for (const repository of await readList(`${registry.url}/v2/_catalog`, 'repositories')) {
    const base = `${registry.url}/v2/${repository}`;
    for (const tag of await readList(`${base}/tags/list`, 'tags')) {
      const answer = await callApi(`${base}/manifests/${tag}`, { headers: { accept: '*/*' } });
      const digest = hash(answer.bytes);
      tags[`${repository}:${tag}`] = digest;
      if (answer.status !== 200) found.broken.add(`${repository}:${tag}: ${answer.status}`);
      else await follow({ ...found, base, repository }, { kind: 'manifests', digest });
    }
  }
  return { tags, reached: [...found.reached].sort(), broken: [...found.broken] };
}

async function readList(url: string, key: string): Promise<readonly string[]> {
  const { status, text } = await callApi(url);
  return status === 200 ? (JSON.parse(text) as Record<string, readonly string[]>)[key]! : [];
}

interface Walk {
  readonly reached: Set<string>;
  readonly broken: Set<string>;
  /** URL of the repository. */
  readonly base: string;
  readonly repository: string;
}

async function follow(
  walk: Walk,
  { kind, digest }: { readonly kind: 'manifests' | 'blobs'; readonly digest: string },
): Promise<void> {
  const name = `${walk.repository}@${digest}`;
  if (walk.reached.has(name)) return;
  walk.reached.add(name);
  const answer = await callApi(`${walk.base}/${kind}/${digest}`, { headers: { accept: '*/*' } });
  if (answer.status !== 200 || hash(answer.bytes) !== digest) {
    walk.broken.add(`${name}: ${answer.status}`);
    return;
  }
  if (kind === 'blobs') return;
  const { manifests = [], config, layers = [] } = JSON.parse(answer.text) as Manifest;
  for (const child of manifests) await follow(walk, { kind: 'manifests', digest: child.digest });
  const blobs = [...layers, ...(config === undefined ? [] : [config])];
  for (const blob of blobs) await follow(walk, { kind: 'blobs', digest: blob.digest });
}

function hash(bytes: Uint8Array): string {
  return `sha256:${createHash('sha256').update(bytes).digest('hex')}`;
}
