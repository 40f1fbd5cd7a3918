import { mkdirSync, readdirSync, readFileSync, statSync, symlinkSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { runProgram } from './run-program.ts';
import { makeTempDir } from './temp-dir.ts';

const TIMEOUT_MS = 60_000;

/** The package as npm would publish it, installed into an empty project without asking anybody for anything. */
export interface PackedPackage {
  /** The project. */
  readonly folder: string;
  /** What npm made, in bytes. */
  readonly packedBytes: number;
  /** The files of the package, sorted, and their texts. */
  readonly files: ReadonlyMap<string, string>;
}

/** Packs dist/ as it is. Throws when npm or tar fail. */
export async function installPacked(): Promise<PackedPackage> {
  const folder = makeTempDir();
  const args = ['pack', '--ignore-scripts', '--json', '--pack-destination', folder];
  const { stdout } = await run('npm', args, resolve('.'));
  const [packed]: readonly { readonly filename: string }[] = JSON.parse(stdout);
  const archive = join(folder, packed?.filename ?? '');
  const place = join(folder, 'node_modules', 'plait');
  mkdirSync(place, { recursive: true });
  await run('tar', ['-xzf', archive, '-C', place, '--strip-components=1'], folder);
  // Types of Node, which every such project has.
  symlinkSync(resolve('node_modules/@types'), join(folder, 'node_modules', '@types'));
  symlinkSync(resolve('node_modules/undici-types'), join(folder, 'node_modules', 'undici-types'));
  return { folder, packedBytes: statSync(archive).size, files: readFiles(place) };
}

function readFiles(place: string): ReadonlyMap<string, string> {
  const paths = readdirSync(place, { recursive: true, encoding: 'utf8' }).sort();
  const files = paths.filter((path) => statSync(join(place, path)).isFile());
  return new Map(files.map((path) => [path, readFileSync(join(place, path), 'utf8')]));
}

/** What the program prints. Throws, with all that it said, unless it ends with 0. */
export async function run(program: string, args: readonly string[], cwd: string): Promise<{ readonly stdout: string }> {
  const result = await runProgram(program, args, { timeoutMs: TIMEOUT_MS, cwd });
  const stdout = result.stdout.toString('utf8');
  if (result.code !== 0) throw new Error(`${program} ended with ${result.code}:\n${stdout}${result.stderr}`);
  return { stdout };
}
