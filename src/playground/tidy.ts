import { type Digest, isDigest } from '../oci/digest.ts';
import type { FileStore } from './files.ts';
import { BLOBS, contentFolder, REPOSITORIES } from './layout.ts';
import { RegistryStore } from './store.ts';

/**
 * Removes what a process that was killed left behind: content that no repository has, and folders of tags that name
 * nothing yet. To be called before anything else uses the files.
 */
export async function removeLeftovers(files: FileStore): Promise<void> {
  const store = new RegistryStore(files);
  const used = new Set<Digest>();
  for (const repository of await store.listRepositories()) {
    for (const tag of await store.listTags(repository)) {
      if ((await store.findTag(repository, tag)) === undefined) await store.removeTag(repository, tag);
    }
    for (const digest of await listLinks(files, repository)) used.add(digest);
  }
  for (const digest of await listContent(files)) {
    if (!used.has(digest)) await files.remove(contentFolder(digest));
  }
}

async function listLinks(files: FileStore, repository: string): Promise<readonly Digest[]> {
  const folder = `${REPOSITORIES}/${repository}`;
  const found: Digest[] = [];
  for (const kind of ['_layers', '_manifests/revisions']) {
    for (const algorithm of await files.list(`${folder}/${kind}`)) {
      const names = await files.list(`${folder}/${kind}/${algorithm}`);
      found.push(...names.map((name) => `${algorithm}:${name}`).filter(isDigest));
    }
  }
  return found;
}

async function listContent(files: FileStore): Promise<readonly Digest[]> {
  const found: Digest[] = [];
  for (const algorithm of await files.list(BLOBS)) {
    for (const prefix of await files.list(`${BLOBS}/${algorithm}`)) {
      const names = await files.list(`${BLOBS}/${algorithm}/${prefix}`);
      found.push(...names.map((name) => `${algorithm}:${name}`).filter(isDigest));
    }
  }
  return found;
}
