import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { PlaitError } from '../errors/plait-error.ts';
import type { Clock } from '../transport/clock.ts';
import { toInvalidCredentials } from './config-error.ts';
import { askHelper } from './credential-helper.ts';
import { type Credentials, toCredentials } from './credentials.ts';
import { type DockerConfig, findEntry, findHelper, parseDockerConfig } from './docker-config.ts';
import { toServerName } from './registry-key.ts';

/** Where explicitly configured credentials come from: variables of the environment, or a credential helper. */
export type CredentialSource =
  | { readonly kind: 'env'; readonly usernameEnv: string; readonly passwordEnv: string }
  | { readonly kind: 'helper'; readonly helper: string };

/** Finds the credentials of registries; each registry is looked up once a run. */
export interface CredentialFinder {
  /**
   * Undefined when there are none. Throws CREDENTIALS_INVALID and CREDENTIAL_HELPER_FAILED for what is there but does
   * not work.
   */
  find(registry: string): Promise<Credentials | undefined>;
}

export interface CredentialOptions {
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly homeDirectory: string;
  readonly clock: Clock;
  /** What the user configured for a registry; it is then the only source. */
  readonly explicit: (registry: string) => CredentialSource | undefined;
}

const MAX_CONFIG_BYTES = 1024 * 1024;

/** Sources in order: explicit, DOCKER_AUTH_CONFIG, the docker config file. The first match counts. */
export function createCredentialFinder(options: CredentialOptions): CredentialFinder {
  const known = new Map<string, Promise<Credentials | undefined>>();
  const readConfig = once(() => readDockerConfig(options));
  return {
    find: (registry) => {
      const earlier = known.get(registry);
      if (earlier !== undefined) return earlier;
      const found = search(options, registry, readConfig);
      known.set(registry, found);
      return found;
    },
  };
}

function once<T>(make: () => T): () => T {
  let made: { readonly value: T } | undefined;
  return () => {
    made ??= { value: make() };
    return made.value;
  };
}

type ReadConfig = () => Promise<DockerConfig | undefined>;

async function search(
  options: CredentialOptions,
  registry: string,
  readConfig: ReadConfig,
): Promise<Credentials | undefined> {
  const explicit = options.explicit(registry);
  if (explicit !== undefined) return readExplicit(options, registry, explicit);
  const inline = options.environment.DOCKER_AUTH_CONFIG ?? '';
  const fromVariable = inline === '' ? undefined : findEntry(parseDockerConfig(inline, 'DOCKER_AUTH_CONFIG'), registry);
  if (fromVariable !== undefined) return fromVariable;
  const config = await readConfig();
  return config && findInConfig(options, config, registry);
}

async function findInConfig(
  options: CredentialOptions,
  config: DockerConfig,
  registry: string,
): Promise<Credentials | undefined> {
  const helper = findHelper(config, registry);
  const fromHelper = helper === undefined ? undefined : await askHelper(helper, toServerName(registry), options);
  return fromHelper ?? findEntry(config, registry);
}

async function readExplicit(
  options: CredentialOptions,
  registry: string,
  source: CredentialSource,
): Promise<Credentials> {
  if (source.kind === 'env') return readVariables(options, registry, source);
  const found = await askHelper(source.helper, toServerName(registry), options);
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

async function readDockerConfig({ environment, homeDirectory }: CredentialOptions): Promise<DockerConfig | undefined> {
  const directory = environment.DOCKER_CONFIG ?? '';
  const isDefault = directory === '';
  const path = join(isDefault ? join(homeDirectory, '.docker') : directory, 'config.json');
  const place = isDefault ? '~/.docker/config.json' : path;
  const text = await readLimited(path, place);
  return text === undefined ? undefined : parseDockerConfig(text, place);
}

async function readLimited(path: string, place: string): Promise<string | undefined> {
  try {
    const file = await stat(path);
    if (file.isFile() && file.size <= MAX_CONFIG_BYTES) return await readFile(path, 'utf8');
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ENOTDIR') return undefined;
    throw toInvalidCredentials(place, `it cannot be read (${code})`, `check the rights of ${place}`);
  }
  throw toInvalidCredentials(place, `it is no file, or has more than ${MAX_CONFIG_BYTES} bytes`, `check ${place}`);
}
