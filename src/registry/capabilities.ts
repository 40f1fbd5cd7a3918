/**
 * What a registry can do, as far as it matters to the requests that are sent. A run begins with what is known of the host
 * ({@link findSeed}) or, for most, with the best; then it counts what the registry does.
 */
export interface Capabilities {
  /** False once it refused a HEAD of a manifest, or answered without what it is for. */
  answersHead: boolean;
  /** False once it refused to mount anything. */
  mounts: boolean;
  /** False once it refused a blob in pieces. */
  takesChunks: boolean;
  /** False once it refused to delete a tag. */
  deletesTags: boolean;
  /** False once it took a push for several tags and confirmed none. */
  takesManyTags: boolean;
  /** Whether it has a list of referrers; undefined until it was asked. */
  listsReferrers: boolean | undefined;
  /** False where `OCI-Subject` in an answer does not show that it has one. */
  confirmsReferrers: boolean;
}

/** What is known of a host before the first request to it. */
export interface Seed extends Partial<Readonly<Capabilities>> {
  /** Requests in flight at one time, where the user sets no other number. */
  readonly concurrency?: number;
}

const BEST: Readonly<Capabilities> = Object.freeze({
  answersHead: true,
  mounts: true,
  takesChunks: true,
  deletesTags: true,
  takesManyTags: true,
  listsReferrers: undefined,
  confirmsReferrers: true,
});

/**
 * Public registries whose ways are known. A seed spares a request that would be in vain, or adds one that makes sure; it
 * never changes what is found or stored, so that it does no harm once the registry has learned better. That is why none
 * says that a registry has no referrers: they would be overlooked.
 */
const SEEDS: readonly (readonly [RegExp, Seed])[] = [
  // Counts and slows down clients that come with more; tags go through its own API (distribution #1831).
  [/^docker\.io$/, { concurrency: 3, deletesTags: false }],
  // 405 UNSUPPORTED: tags go through GitHub's API (skopeo #1880).
  [/^ghcr\.io$/, { deletesTags: false }],
  // PATCH is answered with 201 and the PUT after it is refused (regclient); OCI-Subject came before the API (sigstore-js).
  [
    /^\d{12}\.dkr[.-]ecr(?:-fips)?\.[a-z0-9-]+\.(?:amazonaws\.com(?:\.cn)?|on\.aws)$/,
    { takesChunks: false, confirmsReferrers: false },
  ],
  // As above; and every mount opens an upload (manifest-tool #124).
  [/^public\.ecr\.aws$/, { takesChunks: false, confirmsReferrers: false, mounts: false }],
  // No upload in pieces (dotnet sdk-container-builds #287).
  [/^(?:[a-z0-9-]+\.)?gcr\.io$/, { takesChunks: false }],
  [/^[a-z0-9-]+-docker\.pkg\.dev$/, { takesChunks: false }],
  // Shares a blob between repositories once a manifest names it there, and mounts none.
  [/^[a-z0-9-]+\.jfrog\.io$/, { mounts: false }],
];

/** What is known of a registry, by its whole name as users write it; empty for most. Pure. */
export function findSeed(registry: string): Seed {
  return SEEDS.find(([host]) => host.test(registry))?.[1] ?? {};
}

/** What to take a registry for when the run begins. */
export function createCapabilities(registry: string): Capabilities {
  const { concurrency: _unused, ...known } = findSeed(registry);
  return { ...BEST, ...known };
}
