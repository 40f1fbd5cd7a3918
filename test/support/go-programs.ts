import { mkdir, mkdtemp, rename, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { withLock } from './folder-lock.ts';
import { cacheFolder } from './registry-program.ts';
import { type ProgramResult, runProgram } from './run-program.ts';

/** A program that is had by building it with Go. */
export interface GoProgram {
  readonly name: string;
  readonly module: string;
  /** With `v`, as the module proxy has it. */
  readonly version: string;
  /** Below the module. */
  readonly folder: string;
  readonly env?: Readonly<Record<string, string>>;
}

/** Plain data: it is handed to the workers. */
export type GoBuild = { readonly path: string } | { readonly leftOut: string };

/** Registries that other people wrote, at the versions that Plait is tested with. The quick ones are built first. */
export const GO_PROGRAMS: readonly GoProgram[] = [
  { name: 'olareg', module: 'github.com/olareg/olareg', version: 'v0.1.2', folder: 'cmd/olareg' },
  { name: 'crane', module: 'github.com/google/go-containerregistry', version: 'v0.22.1', folder: 'cmd/crane' },
  // What its makefile calls the minimal build: no extensions, and a JSON package that Go has on request only.
  {
    name: 'zot',
    module: 'zotregistry.dev/zot/v2',
    version: 'v2.1.9',
    folder: 'cmd/zot',
    env: { GOEXPERIMENT: 'jsonv2' },
  },
  {
    name: 'distribution',
    module: 'github.com/distribution/distribution/v3',
    version: 'v3.1.1',
    folder: 'cmd/registry',
  },
];

/** For all programs together. Distribution takes five minutes on two cores when nothing is there yet. */
const BUILD_MS = 600_000;
const PROBE_MS = 15_000;

/** Finds or builds all of them; `announce` is called before what takes long. Never rejects: a reason is a result too. */
export async function buildGoPrograms(
  announce: (line: string) => void,
  programs: readonly GoProgram[] = GO_PROGRAMS,
): Promise<Readonly<Record<string, GoBuild>>> {
  const builds: Record<string, GoBuild> = {};
  await withLock(join(folderOf('lock'), 'build.lock'), BUILD_MS + PROBE_MS, async () => {
    const deadline = Date.now() + BUILD_MS;
    for (const program of programs) {
      builds[program.name] = await obtain(program, { deadline, announce }).catch((error: unknown) => ({
        leftOut: error instanceof Error ? error.message : String(error),
      }));
    }
  });
  return builds;
}

interface Limits {
  readonly deadline: number;
  readonly announce: (line: string) => void;
}

async function obtain(program: GoProgram, { deadline, announce }: Limits): Promise<GoBuild> {
  const path = join(folderOf(`${program.name}-${program.version}`), program.name);
  if (await stat(path).catch(() => undefined)) return { path };
  const go = await runProgram('go', ['version'], { timeoutMs: PROBE_MS });
  if (go.code !== 0) return { leftOut: 'Go is not installed' };
  const timeoutMs = deadline - Date.now();
  if (timeoutMs <= 0) return { leftOut: 'no time was left to build it; the next run goes on' };
  announce(`building ${program.name} ${program.version}, which is kept for later runs`);
  const result = await build(program, path, timeoutMs);
  return result.code === 0 ? { path } : { leftOut: explain(result) };
}

/**
 * Builds from a module of its own that requires exactly this version, rather than with `go install`: that also asks
 * for the list of all versions, which not every proxy gives.
 */
async function build(program: GoProgram, path: string, timeoutMs: number): Promise<ProgramResult> {
  await mkdir(join(path, '..'), { recursive: true });
  const work = await mkdtemp(`${path}.build-`);
  try {
    const text = `module plait.test/build\n\ngo 1.21\n\nrequire ${program.module} ${program.version}\n`;
    await writeFile(join(work, 'go.mod'), text);
    const built = join(work, 'program');
    const args = [
      'build',
      '-mod=mod',
      '-trimpath',
      '-ldflags=-s -w',
      '-o',
      built,
      `${program.module}/${program.folder}`,
    ];
    const env = { ...process.env, CGO_ENABLED: '0', GOWORK: 'off', ...program.env };
    const result = await runProgram('go', args, { timeoutMs, cwd: work, env });
    if (result.code === 0) await rename(built, path);
    return result;
  } finally {
    await rm(work, { recursive: true, force: true, maxRetries: 3 });
  }
}

/** One line out of what go said: the first that is not about progress. */
function explain({ code, stderr }: ProgramResult): string {
  if (code === 124) return 'it could not be built in time; what was fetched and compiled is kept, the next run goes on';
  const lines = stderr.split('\n').filter((line) => line.trim() !== '' && !line.startsWith('go: downloading'));
  return `go build: ${lines
    .map((line) => line.trim())
    .join(' ')
    .slice(0, 300)}`;
}

function folderOf(name: string): string {
  return join(cacheFolder(), 'go', `${process.platform}-${process.arch}`, name);
}
