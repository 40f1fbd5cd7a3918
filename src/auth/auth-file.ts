import type { Stats } from 'node:fs';
import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { toInvalidCredentials } from './config-error.ts';
import { type DockerConfig, parseDockerConfig, parseDockercfg } from './docker-config.ts';

/** A file that may hold credentials. */
export interface AuthFile {
  readonly path: string;
  /** How errors name it. */
  readonly place: string;
  /**
   * 'docker' has a general helper and headers besides; in a file of podman these have no meaning. 'dockercfg' is what
   * docker wrote before it had a folder: entries and nothing else.
   */
  readonly kind: 'docker' | 'podman' | 'dockercfg';
  /**
   * 'named' by the user: it must be there. 'usual': it may be there, and must then be readable. 'guessed': it may also be
   * in a folder that is not for us.
   */
  readonly standing: 'named' | 'usual' | 'guessed';
}

export interface AuthFileOptions {
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly homeDirectory: string;
  /** Stands for `XDG_RUNTIME_DIR/containers` where that is not set, `/run/containers/UID`; not looked at when absent. */
  readonly runDirectory?: string;
}

const MAX_BYTES = 1024 * 1024;

/**
 * The files to look into, in this order: docker's, then podman's, then the one docker had long ago
 * (containers-auth.json(5)). `REGISTRY_AUTH_FILE` stands for all of them.
 */
export function listAuthFiles(options: AuthFileOptions): readonly AuthFile[] {
  const { environment, homeDirectory } = options;
  const named = environment.REGISTRY_AUTH_FILE ?? '';
  if (named !== '') return [{ path: named, place: named, kind: 'podman', standing: 'named' }];
  const docker = environment.DOCKER_CONFIG ?? '';
  const config = environment.XDG_CONFIG_HOME ?? '';
  return [
    docker === ''
      ? toFile('docker', join(homeDirectory, '.docker', 'config.json'), '~/.docker/config.json')
      : toFile('docker', join(docker, 'config.json')),
    ...listRunFiles(options),
    config === ''
      ? toFile('podman', join(homeDirectory, '.config', 'containers', 'auth.json'), '~/.config/containers/auth.json')
      : toFile('podman', join(config, 'containers', 'auth.json')),
    toFile('dockercfg', join(homeDirectory, '.dockercfg'), '~/.dockercfg'),
  ];
}

/** Where `podman login` writes. */
function listRunFiles({ environment, runDirectory }: AuthFileOptions): readonly AuthFile[] {
  const runtime = environment.XDG_RUNTIME_DIR ?? '';
  if (runtime !== '') return [toFile('podman', join(runtime, 'containers', 'auth.json'))];
  if (runDirectory === undefined) return [];
  return [{ ...toFile('podman', join(runDirectory, 'auth.json')), standing: 'guessed' }];
}

function toFile(kind: AuthFile['kind'], path: string, place = path): AuthFile {
  return { kind, path, place, standing: 'usual' };
}

/** What the file says; undefined when there is no such file. Throws CREDENTIALS_INVALID when it cannot be used. */
export async function readAuthFile(file: AuthFile): Promise<DockerConfig | undefined> {
  const text = await readLimited(file);
  if (text === undefined) return undefined;
  switch (file.kind) {
    case 'docker':
      return parseDockerConfig(text, file.place);
    case 'podman':
      return { ...parseDockerConfig(text, file.place), store: undefined, headers: undefined };
    case 'dockercfg':
      return parseDockercfg(text, file.place);
    default:
      return file.kind satisfies never;
  }
}

async function readLimited(file: AuthFile): Promise<string | undefined> {
  const { path, place } = file;
  const found = await find(file);
  if (found === undefined) return undefined;
  if (!found.isFile()) throw toInvalidCredentials(place, 'it is not a file', `move ${place} away and log in again`);
  if (found.size > MAX_BYTES)
    throw toInvalidCredentials(place, `it has more than ${MAX_BYTES} bytes`, `move ${place} away and log in again`);
  return await readFile(path, 'utf8').catch((error: unknown) => {
    throw toUnreadable(place, codeOf(error));
  });
}

async function find({ path, place, standing }: AuthFile): Promise<Stats | undefined> {
  try {
    return await stat(path);
  } catch (error) {
    // Podman of root keeps its folder in `/run` to itself.
    if (standing === 'guessed') return undefined;
    const code = codeOf(error);
    if (code !== 'ENOENT' && code !== 'ENOTDIR') throw toUnreadable(place, code);
    if (standing === 'usual') return undefined;
    const hint = 'correct REGISTRY_AUTH_FILE, or unset it to use the files of docker and podman';
    throw toInvalidCredentials(place, 'REGISTRY_AUTH_FILE names it, and there is no such file', hint);
  }
}

function toUnreadable(place: string, code: string): Error {
  return toInvalidCredentials(place, `it cannot be read (${code})`, `let the user that runs Plait read ${place}`);
}

function codeOf(error: unknown): string {
  return (error as NodeJS.ErrnoException).code ?? 'unknown';
}
