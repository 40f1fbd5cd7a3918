import { homedir } from 'node:os';
import { join } from 'node:path';
import { unpackDebianPackage } from './debian-package.ts';
import { describeFailure, runProgram } from './run-program.ts';

/** A way to run CNCF distribution, the registry that most of the world runs. Plain data: it is handed to the workers. */
export type RegistryProgram =
  | { readonly kind: 'binary'; readonly path: string; readonly version: string }
  | { readonly kind: 'container'; readonly engine: string; readonly image: string; readonly version: string };

export interface RegistrySearch {
  readonly program?: RegistryProgram;
  /** Why each way did not work, in the order tried. */
  readonly tried: readonly string[];
}

const IMAGE = 'registry:2';
const QUICK_MS = 15_000;
const PULL_MS = 90_000;

/** Looks for a registry program: installed, else in a container, else Debian's package in the cache folder. */
export async function findRegistryProgram(): Promise<RegistrySearch> {
  const tried: string[] = [];
  const ways = [findInstalled, findContainer, findDebianPackage];
  for (const way of ways) {
    const program = await way((reason) => tried.push(reason));
    if (program !== undefined) return { program, tried };
  }
  return { tried };
}

type Note = (reason: string) => void;

async function findInstalled(note: Note): Promise<RegistryProgram | undefined> {
  return (await probeBinary('docker-registry', note)) ?? (await probeBinary('registry', note));
}

/** Only distribution answers `--version` with its own name: other programs are called `registry` too. */
async function probeBinary(path: string, note: Note): Promise<RegistryProgram | undefined> {
  const result = await runProgram(path, ['--version'], { timeoutMs: QUICK_MS });
  const version = /distribution\S*\s+v?(\d\S*)/.exec(result.stdout.toString('utf8'))?.[1];
  if (result.code === 0 && version !== undefined) return { kind: 'binary', path, version };
  note(`${path}: ${result.code === 0 ? 'a different program of this name' : describeFailure(result)}`);
  return undefined;
}

async function findContainer(note: Note): Promise<RegistryProgram | undefined> {
  for (const engine of ['docker', 'podman']) {
    const info = await runProgram(engine, ['info'], { timeoutMs: QUICK_MS });
    if (info.code !== 0) {
      note(`${engine}: ${describeFailure(info)}`);
      continue;
    }
    const program = await probeImage(engine, note);
    if (program !== undefined) return program;
  }
  return undefined;
}

async function probeImage(engine: string, note: Note): Promise<RegistryProgram | undefined> {
  const image = process.env.PLAIT_TEST_REGISTRY_IMAGE ?? IMAGE;
  const local = await runProgram(engine, ['image', 'inspect', image], { timeoutMs: QUICK_MS });
  if (local.code !== 0) {
    const pull = await runProgram(engine, ['pull', '--quiet', image], { timeoutMs: PULL_MS });
    if (pull.code !== 0) {
      note(`${engine} pull ${image}: ${describeFailure(pull)}`);
      return undefined;
    }
  }
  const args = ['run', '--rm', '--entrypoint', 'registry', image, '--version'];
  const run = await runProgram(engine, args, { timeoutMs: QUICK_MS });
  const version = /distribution\S*\s+v?(\d\S*)/.exec(run.stdout.toString('utf8'))?.[1];
  if (version !== undefined) return { kind: 'container', engine, image, version };
  note(`${engine} run ${image}: ${describeFailure(run)}`);
  return undefined;
}

async function findDebianPackage(note: Note): Promise<RegistryProgram | undefined> {
  const target = join(cacheFolder(), `docker-registry-${process.arch}`);
  const path = join(target, 'usr', 'bin', 'docker-registry');
  const cached = await probeBinary(path, () => undefined);
  if (cached !== undefined) return cached;
  try {
    await unpackDebianPackage('docker-registry', target);
  } catch (error) {
    note(`Debian's package: ${error instanceof Error ? error.message : String(error)}`);
    return undefined;
  }
  return probeBinary(path, note);
}

/** Outside the working tree, so that a fresh clone or `npm ci` does not have to fetch again. */
export function cacheFolder(): string {
  return join(process.env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'plait-test');
}
