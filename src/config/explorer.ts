import type { LoaderSync, PublicExplorer } from 'cosmiconfig';

interface ExplorerOptions {
  readonly moduleName: string;
  readonly searchPlaces: readonly string[];
  readonly loaders: Readonly<Record<string, LoaderSync>>;
  readonly transform: <T>(result: T) => T;
  readonly metaConfigFilePath: null;
  readonly searchStrategy: 'none';
  readonly applyPackagePropertyPathToConfiguration: false;
  readonly ignoreEmptySearchPlaces: boolean;
  readonly cache: boolean;
  readonly mergeImportArrays: boolean;
  readonly mergeSearchPlaces: boolean;
}

interface ExplorerModule {
  readonly Explorer: new (options: ExplorerOptions) => PublicExplorer;
}

/**
 * A cosmiconfig explorer that runs no code from the folders it searches: it knows only the loaders given here, and it
 * reads no "meta" configuration. The public `cosmiconfig()` cannot promise that: as soon as it is called it looks into
 * the working directory for `package.json`, `.config/config.js` and others, loads what it finds, which for `.js`,
 * `.mjs`, `.cjs` and `.ts` means running it, and lets it change where this tool searches. So its explorer is made
 * directly, with every option that this step would fill in. `search` looks into the one folder it is given, which must
 * be absolute, and never asks for the working directory.
 */
export async function createExplorer(
  name: string,
  searchPlaces: readonly string[],
  loaders: Readonly<Record<string, LoaderSync>>,
): Promise<PublicExplorer> {
  const module: unknown = await import('cosmiconfig/dist/Explorer.js');
  return new (module as ExplorerModule).Explorer({
    moduleName: name,
    searchPlaces,
    loaders,
    transform: (result) => result,
    metaConfigFilePath: null,
    searchStrategy: 'none',
    applyPackagePropertyPathToConfiguration: false,
    ignoreEmptySearchPlaces: false,
    cache: false,
    mergeImportArrays: true,
    mergeSearchPlaces: false,
  });
}
