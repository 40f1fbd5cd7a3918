import type { Readable } from 'node:stream';
import type { Digest } from '../oci/digest.ts';
import { isDigest } from '../oci/digest.ts';
import type { RawManifest } from '../oci/manifest.ts';
import type { ByteRange, FileStore, StagedFile } from './files.ts';
import {
  blobFolder,
  contentFolder,
  contentPath,
  REPOSITORIES,
  referrersFolder,
  revisionFolder,
  tagLink,
  tagsFolder,
} from './layout.ts';
import { guessMediaType } from './manifest-document.ts';

/**
 * Repositories over a {@link FileStore}: which blobs, manifests and tags each one has. Content is kept once whatever the
 * number of repositories that have it, and goes with the last of them. Callers see to it that one change at a time is made.
 */
export class RegistryStore {
  readonly #files: FileStore;

  constructor(files: FileStore) {
    this.#files = files;
  }

  stage(): Promise<StagedFile> {
    return this.#files.stage();
  }

  async hasRepository(repository: string): Promise<boolean> {
    const names = await this.#files.list(`${REPOSITORIES}/${repository}`);
    return names.some((name) => name.startsWith('_'));
  }

  /** All repositories, sorted. */
  async listRepositories(): Promise<readonly string[]> {
    const found: string[] = [];
    const pending = [''];
    for (let parent = pending.pop(); parent !== undefined; parent = pending.pop()) {
      const names = await this.#files.list(`${REPOSITORIES}${parent}`);
      if (names.some((name) => name.startsWith('_'))) found.push(parent.slice(1));
      pending.push(...names.filter((name) => !name.startsWith('_')).map((name) => `${parent}/${name}`));
    }
    return found.sort();
  }

  /** Size in bytes of a blob of the repository; undefined when it has none. */
  async findBlobSize(repository: string, digest: Digest): Promise<number | undefined> {
    const link = await this.#files.findSize(`${blobFolder(repository, digest)}/link`);
    return link === undefined ? undefined : this.#files.findSize(contentPath(digest));
  }

  /** True when any repository has the blob. */
  async hasBlobAnywhere(digest: Digest): Promise<boolean> {
    for (const repository of await this.listRepositories()) {
      if ((await this.findBlobSize(repository, digest)) !== undefined) return true;
    }
    return false;
  }

  streamBlob(digest: Digest, range: ByteRange): Readable {
    return this.#files.stream(contentPath(digest), range);
  }

  /** Takes in staged content that the caller has verified to be that of `digest`. */
  async addBlob(repository: string, digest: Digest, staged: StagedFile): Promise<void> {
    await staged.moveTo(contentPath(digest));
    await this.linkBlob(repository, digest);
  }

  /** Lets the repository have content that another one has. */
  async linkBlob(repository: string, digest: Digest): Promise<void> {
    await this.#files.write(`${blobFolder(repository, digest)}/link`, Buffer.from(digest));
  }

  async removeBlob(repository: string, digest: Digest): Promise<void> {
    await this.#files.remove(blobFolder(repository, digest));
    await this.#removeUnused(digest);
  }

  async findManifest(repository: string, digest: Digest): Promise<RawManifest | undefined> {
    if (!(await this.hasManifest(repository, digest))) return undefined;
    const bytes = await this.#files.read(contentPath(digest));
    if (bytes === undefined) return undefined;
    const mediaType = await this.#files.read(`${revisionFolder(repository, digest)}/mediatype`);
    return { bytes, digest, mediaType: mediaType ? Buffer.from(mediaType).toString() : guessMediaType(bytes) };
  }

  async hasManifest(repository: string, digest: Digest): Promise<boolean> {
    return (await this.#files.findSize(`${revisionFolder(repository, digest)}/link`)) !== undefined;
  }

  /** Content first, so that a crash half-way never leaves a manifest that cannot be read. */
  async addManifest(repository: string, manifest: RawManifest, subject: Digest | undefined): Promise<void> {
    const folder = revisionFolder(repository, manifest.digest);
    await this.#files.write(contentPath(manifest.digest), manifest.bytes);
    await this.#files.write(`${folder}/mediatype`, Buffer.from(manifest.mediaType));
    await this.#files.write(`${folder}/link`, Buffer.from(manifest.digest));
    if (subject !== undefined) {
      await this.#files.write(this.#referrerPath(repository, manifest.digest, subject), new Uint8Array());
    }
  }

  /** Tags first, so that none is left that names nothing. */
  async removeManifest(repository: string, digest: Digest, subject: Digest | undefined): Promise<void> {
    for (const tag of await this.listTags(repository)) {
      if ((await this.findTag(repository, tag)) === digest) await this.removeTag(repository, tag);
    }
    if (subject !== undefined) await this.#files.remove(this.#referrerPath(repository, digest, subject));
    await this.#files.remove(revisionFolder(repository, digest));
    await this.#removeUnused(digest);
  }

  /** Digests of the manifests whose subject is `subject`, sorted. */
  async listReferrers(repository: string, subject: Digest): Promise<readonly Digest[]> {
    const names = await this.#files.list(referrersFolder(repository, subject));
    return names
      .map((name) => name.replace('-', ':'))
      .filter(isDigest)
      .sort();
  }

  async findTag(repository: string, tag: string): Promise<Digest | undefined> {
    const link = await this.#files.read(tagLink(repository, tag));
    const text = link === undefined ? '' : Buffer.from(link).toString().trim();
    return isDigest(text) ? text : undefined;
  }

  async setTag(repository: string, tag: string, digest: Digest): Promise<void> {
    await this.#files.write(tagLink(repository, tag), Buffer.from(digest));
  }

  async removeTag(repository: string, tag: string): Promise<void> {
    await this.#files.remove(`${tagsFolder(repository)}/${tag}`);
  }

  /** In ASCII order, as Go and JavaScript sort. */
  async listTags(repository: string): Promise<readonly string[]> {
    return [...(await this.#files.list(tagsFolder(repository)))].sort();
  }

  #referrerPath(repository: string, digest: Digest, subject: Digest): string {
    return `${referrersFolder(repository, subject)}/${digest.replace(':', '-')}`;
  }

  async #removeUnused(digest: Digest): Promise<void> {
    if (await this.hasBlobAnywhere(digest)) return;
    for (const repository of await this.listRepositories()) {
      if (await this.hasManifest(repository, digest)) return;
    }
    await this.#files.remove(contentFolder(digest));
  }
}
