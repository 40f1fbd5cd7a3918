import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type CliOptions, type CliResult, runCli } from './run-cli.ts';
import { makeTempDir } from './temp-dir.ts';

/** As V8 writes it, see `NODE_V8_COVERAGE` of Node. */
interface Coverage {
  readonly result: readonly {
    readonly url: string;
    readonly functions: readonly {
      readonly functionName: string;
      readonly ranges: readonly { readonly count: number }[];
    }[];
  }[];
}

export interface LoadedModules {
  readonly result: CliResult;
  /** The files of the package that were loaded, by name. */
  readonly files: readonly string[];
  /** The modules that ran, by their paths in the sources: the files of the package hold each as a function of that name. */
  readonly modules: readonly string[];
}

/** Runs the built program and has V8 say which modules ran. */
export async function runCounted(args: readonly string[], options: CliOptions = {}): Promise<LoadedModules> {
  const folder = makeTempDir();
  const result = await runCli(args, { ...options, env: { ...options.env, NODE_V8_COVERAGE: folder } });
  const scripts = readdirSync(folder).flatMap((file) => {
    const coverage: Coverage = JSON.parse(readFileSync(join(folder, file), 'utf8'));
    return coverage.result.filter(({ url }) => url.includes('/dist/'));
  });
  const modules = scripts.flatMap(({ functions }) =>
    functions.filter(({ ranges }) => (ranges[0]?.count ?? 0) > 0).map(({ functionName }) => functionName),
  );
  return {
    result,
    files: scripts.map(({ url }) => url.slice(url.lastIndexOf('/') + 1)).sort(),
    modules: modules.filter((name) => /^(?:src|node_modules)\/\S+\.[cm]?[jt]s$/.test(name)),
  };
}
