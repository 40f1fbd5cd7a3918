import { isPlaitError, PlaitError } from '../errors/plait-error.ts';
import type { Clock } from '../transport/clock.ts';
import { listAuthFiles, readAuthFile } from './auth-file.ts';
import { toInvalidCredentials } from './config-error.ts';
import { listConfigHeaders } from './config-headers.ts';
import { askHelper } from './credential-helper.ts';
import { type Credentials, toCredentials } from './credentials.ts';
import { type DockerConfig, findEntry, findHelper, parseDockerConfig } from './docker-config.ts';
import { toServerName } from './registry-key.ts';

/** Where explicitly configured credentials come from: variables of the environment, or a credential helper. */
export type CredentialSource =
  | { readonly kind: 'env'; readonly usernameEnv: string; readonly passwordEnv: string }
  | { readonly kind: 'helper'; readonly helper: string };

/** Finds the credentials of repositories; each file is read, and each helper asked for a registry, once a run. */
export interface CredentialFinder {
  /**
   * The credentials for the repository `path` of `registry`; without a path, those of the registry. Undefined when
   * there are none. Throws CREDENTIALS_INVALID and CREDENTIAL_HELPER_FAILED for what is there but does not work.
   */
  find(registry: string, path?: string): Promise<Credentials | undefined>;
  /**
   * What the docker config adds to every request to a registry, names in lower case. A file that cannot be used adds
   * nothing; it is reported when credentials are wanted from it.
   */
  findHeaders(): Promise<Readonly<Record<string, string>>>;
}

export interface CredentialOptions {
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly homeDirectory: string;
  readonly runDirectory?: string;
  readonly clock: Clock;
  /** What the user configured for a registry; it is then the only source. */
  readonly explicit: (registry: string) => CredentialSource | undefined;
}

/** Sources in order: explicit, DOCKER_AUTH_CONFIG, the files of {@link listAuthFiles}. The first match counts. */
export function createCredentialFinder(options: CredentialOptions): CredentialFinder {
  const configs = listAuthFiles(options).map((file) => ({ kind: file.kind, read: once(() => readAuthFile(file)) }));
  const readers = configs.map(({ read }) => read);
  const ask = memoize((name, registry) => askHelper(name, toServerName(registry), options));
  const search = { options, readers, ask };
  const docker = configs.find(({ kind }) => kind === 'docker');
  return {
    find: memoize((registry, path) => findCredentials(search, registry, path)),
    findHeaders: once(async () => listConfigHeaders(await docker?.read().catch(() => undefined))),
  };
}

function once<T>(make: () => T): () => T {
  let made: { readonly value: T } | undefined;
  return () => {
    made ??= { value: make() };
    return made.value;
  };
}

/** As `make`, which is called once for each pair of texts. */
function memoize<T>(make: (first: string, second: string) => T): (first: string, second?: string) => T {
  const known = new Map<string, () => T>();
  return (first, second = '') => {
    const key = JSON.stringify([first, second]);
    const get = known.get(key) ?? once(() => make(first, second));
    known.set(key, get);
    return get();
  };
}

interface Search {
  readonly options: CredentialOptions;
  readonly readers: readonly (() => Promise<DockerConfig | undefined>)[];
  readonly ask: (helper: string, registry: string) => Promise<Credentials | undefined>;
}

async function findCredentials(search: Search, registry: string, path: string): Promise<Credentials | undefined> {
  const { options, readers } = search;
  const explicit = options.explicit(registry);
  if (explicit !== undefined) return readExplicit(search, registry, explicit);
  const inline = options.environment.DOCKER_AUTH_CONFIG ?? '';
  const fromVariable =
    inline === '' ? undefined : findEntry(parseDockerConfig(inline, 'DOCKER_AUTH_CONFIG'), registry, path);
  if (fromVariable !== undefined) return fromVariable;
  for (const read of readers) {
    const config = await read();
    const found = config && (await findInConfig(search, config, { registry, path }));
    if (found !== undefined) return found;
  }
  return undefined;
}

async function findInConfig(
  { ask }: Search,
  config: DockerConfig,
  { registry, path }: { readonly registry: string; readonly path: string },
): Promise<Credentials | undefined> {
  const helper = findHelper(config, registry);
  const where = `\`credsStore\` and \`credHelpers\` in ${config.place}`;
  const fromHelper = helper === undefined ? undefined : await tellWhere(ask(helper, registry), where);
  return fromHelper ?? findEntry(config, registry, path);
}

/** The failure of a helper with `where` it is named. */
async function tellWhere<T>(asked: Promise<T>, where: string): Promise<T> {
  try {
    return await asked;
  } catch (error) {
    if (!isPlaitError(error, 'CREDENTIAL_HELPER_FAILED')) throw error;
    const hint = `see that it works for the user that runs Plait, or remove it from ${where}`;
    throw new PlaitError(error.code, error.message, { hint, cause: error.cause });
  }
}

async function readExplicit(search: Search, registry: string, source: CredentialSource): Promise<Credentials> {
  if (source.kind === 'env') return readVariables(search.options, registry, source);
  const found = await tellWhere(search.ask(source.helper, registry), `\`auth\` of ${registry} under \`registries\``);
  if (found !== undefined) return found;
  throw new PlaitError(
    'CREDENTIAL_HELPER_FAILED',
    `the credential helper ${source.helper} has nothing for ${registry}`,
    {
      hint: `log in with \`docker login ${registry}\`, or remove \`auth\` of ${registry} under \`registries\``,
    },
  );
}

function readVariables(
  options: CredentialOptions,
  registry: string,
  { usernameEnv, passwordEnv }: CredentialSource & { kind: 'env' },
): Credentials {
  const read = (name: string): string => {
    const value = options.environment[name] ?? '';
    if (value !== '') return value;
    const hint = `set ${name}, or remove \`auth\` of ${registry} under \`registries\``;
    throw toInvalidCredentials(`the environment for ${registry}`, `${name} is not set, or empty`, hint);
  };
  return toCredentials(read(usernameEnv), read(passwordEnv), `credentials from ${usernameEnv} and ${passwordEnv}`);
}
