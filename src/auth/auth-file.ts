import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { toInvalidCredentials } from './config-error.ts';
import { type DockerConfig, parseDockerConfig } from './docker-config.ts';

/** A file that may hold credentials. */
export interface AuthFile {
  readonly path: string;
  /** How errors name it. */
  readonly place: string;
  /** 'docker' has a general helper and headers besides; in a file of podman these have no meaning. */
  readonly kind: 'docker' | 'podman';
  /** True when the user named the file, so that it must be there. */
  readonly isNamed: boolean;
}

export interface AuthFileOptions {
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly homeDirectory: string;
}

const MAX_BYTES = 1024 * 1024;

/**
 * The files to look into, in this order: docker's, then podman's (containers-auth.json(5)). `REGISTRY_AUTH_FILE` stands
 * for all of them.
 */
export function listAuthFiles({ environment, homeDirectory }: AuthFileOptions): readonly AuthFile[] {
  const named = environment.REGISTRY_AUTH_FILE ?? '';
  if (named !== '') return [{ path: named, place: named, kind: 'podman', isNamed: true }];
  const docker = environment.DOCKER_CONFIG ?? '';
  const runtime = environment.XDG_RUNTIME_DIR ?? '';
  const config = environment.XDG_CONFIG_HOME ?? '';
  return [
    docker === ''
      ? toFile('docker', join(homeDirectory, '.docker', 'config.json'), '~/.docker/config.json')
      : toFile('docker', join(docker, 'config.json')),
    ...(runtime === '' ? [] : [toFile('podman', join(runtime, 'containers', 'auth.json'))]),
    config === ''
      ? toFile('podman', join(homeDirectory, '.config', 'containers', 'auth.json'), '~/.config/containers/auth.json')
      : toFile('podman', join(config, 'containers', 'auth.json')),
  ];
}

function toFile(kind: AuthFile['kind'], path: string, place = path): AuthFile {
  return { kind, path, place, isNamed: false };
}

/** What the file says; undefined when there is no such file. Throws CREDENTIALS_INVALID when it cannot be used. */
export async function readAuthFile(file: AuthFile): Promise<DockerConfig | undefined> {
  const text = await readLimited(file);
  if (text === undefined) return undefined;
  const config = parseDockerConfig(text, file.place);
  return file.kind === 'docker' ? config : { ...config, store: undefined, headers: undefined };
}

async function readLimited({ path, place, isNamed }: AuthFile): Promise<string | undefined> {
  try {
    const file = await stat(path);
    if (file.isFile() && file.size <= MAX_BYTES) return await readFile(path, 'utf8');
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code !== 'ENOENT' && code !== 'ENOTDIR')
      throw toInvalidCredentials(place, `it cannot be read (${code})`, `check the rights of ${place}`);
    if (!isNamed) return undefined;
    throw toInvalidCredentials(place, 'there is no such file', 'correct or unset REGISTRY_AUTH_FILE');
  }
  throw toInvalidCredentials(place, `it is no file, or has more than ${MAX_BYTES} bytes`, `check ${place}`);
}
