import { buildImage } from '../dist/playground/images.js';
import { loadModule } from '../scripts/load-module.mjs';

const { pushImage } = await loadModule('../test/support/push-content.ts');
const { sendRaw } = await loadModule('../test/support/raw-http.ts');

export const ARCHITECTURES = ['amd64', 'arm64', 'ppc64le', 's390x'];
export const TAG = '1.0';
/** How many tags there are: one in each repository. */
export const TAGS = 100;
const AT_ONCE = 8;
const INDEXES = 'application/vnd.oci.image.index.v1+json, application/vnd.docker.distribution.manifest.list.v2+json';

/** Names of repositories: the same each time. */
export function listNames(count) {
  return Array.from({ length: count }, (_, number) => `app-${String(number).padStart(3, '0')}`);
}

/** The image of an architecture in a repository; `build` tells apart what is built from the same source later. */
function makeImage(name, architecture, build = '') {
  return buildImage({
    platform: { os: 'linux', architecture },
    text: `${name} ${architecture}${build}`,
    format: 'oci',
  });
}

/** The digests that an index of `name` must list, in the order of {@link ARCHITECTURES}. */
export function listDigests(name, builds = {}) {
  return ARCHITECTURES.map((architecture) => makeImage(name, architecture, builds[architecture]).manifest.digest);
}

/** Pushes the image of each architecture that is given, to every repository. */
export async function pushImages({ port, names, architectures = ARCHITECTURES, build }) {
  await forEach(names, async (repository) => {
    for (const architecture of architectures) {
      const tag = `${TAG}-${architecture}`;
      const image = makeImage(repository, architecture, build);
      await pushImage({ url: `http://127.0.0.1:${port}`, repository, tag }, image);
    }
  });
}

/** How many of the repositories have an index under {@link TAG} that lists these images for these platforms and no others. */
export async function countRight({ port, prefix, names, builds }) {
  let right = 0;
  await forEach(names, async (name) => {
    const url = `http://127.0.0.1:${port}/v2/${prefix}${name}/manifests/${TAG}`;
    const { status, text } = await sendRaw(url, { headers: { accept: INDEXES } });
    if (status === 200 && isRight(JSON.parse(text), listDigests(name, builds))) right += 1;
  });
  return right;
}

function isRight({ manifests = [] }, digests) {
  const entries = manifests.map(({ digest, platform }) => `${platform?.os}/${platform?.architecture} ${digest}`);
  const wanted = digests.map((digest, number) => `linux/${ARCHITECTURES[number]} ${digest}`);
  return entries.sort().join() === wanted.sort().join();
}

async function forEach(items, work) {
  const queue = items.values();
  await Promise.all(
    Array.from({ length: AT_ONCE }, async () => {
      for (const item of queue) await work(item);
    }),
  );
}
