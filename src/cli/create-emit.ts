import type { Declaration } from '../config/declaration.ts';
import { loadConfig } from '../config/load.ts';
import { formatYaml, renderConfig } from '../config/render.ts';
import { DEFAULT_DRIFT_RULES, DEFAULT_RUN_GUARDS } from '../config/run-rules.ts';
import { isPlaitError, PlaitError } from '../errors/plait-error.ts';
import type { RegistrySettings } from '../registry/settings.ts';
import type { ConnectionOptions } from './options.ts';

/** What holds without a word about it, and is not worth one in a config that somebody is to go on with. */
const BUILT_IN: ReadonlyMap<string, unknown> = new Map<string, unknown>([
  ['mediaType', 'oci'],
  ['unmanagedPlatforms', 'remove'],
  ['attestations', 'keep'],
  ['referrers', 'none'],
  ['compare', 'semantic'],
  ['order', 'declared'],
  ['onMissingSource', 'error'],
  ['protect', false],
  ['guards', { maxPlatformRemovals: 0 }],
]);

/** Pure: as {@link describeRequest}. Throws USAGE for the rare image that can be published and not declared. */
export function renderRequest(declaration: Declaration, flags: ConnectionOptions): string {
  const text = describeRequest(declaration, flags);
  assertLoads(text);
  return text;
}

/** Pure: the config file that declares the same index, and how to reach its registries as far as flags say so. */
export function describeRequest(declaration: Declaration, flags: ConnectionOptions): string {
  const settings = new Map<string, RegistrySettings>();
  for (const host of flags.plainHttp) settings.set(host, { plainHttp: true });
  for (const host of flags.insecureSkipVerify) {
    settings.set(host, { ...settings.get(host), insecureSkipVerify: true });
  }
  const rules = { guards: DEFAULT_RUN_GUARDS, drift: DEFAULT_DRIFT_RULES };
  const rendered = renderConfig({ declarations: [declaration], absences: [], settings, ...rules });
  return formatYaml(shorten(rendered));
}

function shorten(config: unknown): unknown {
  if (typeof config !== 'object' || config === null || !('images' in config) || !Array.isArray(config.images)) {
    return config;
  }
  return { ...config, images: config.images.map(shortenImage) };
}

/** Without an id, the first tag is the id. */
function shortenImage(image: object): object {
  const entries = Object.entries(image).filter(
    ([key, value]) => key !== 'id' && JSON.stringify(value) !== JSON.stringify(BUILT_IN.get(key)),
  );
  return Object.fromEntries(
    entries.map(([key, value]) => [key, key === 'platforms' ? shortenPlatforms(value) : value]),
  );
}

/** Without `select`, the platform of the entry is taken from its source. */
function shortenPlatforms(platforms: object): object {
  const entries = Object.entries(platforms).map(([platform, entry]: [string, unknown]) => {
    if (typeof entry !== 'object' || entry === null || !('select' in entry)) return [platform, entry] as const;
    const { select, ...rest } = entry;
    return [platform, select === platform ? rest : entry] as const;
  });
  return Object.fromEntries(entries);
}

function assertLoads(text: string): void {
  try {
    loadConfig({ files: [{ path: 'manifests.yaml', directory: '/', text }], variables: {}, environment: {} });
  } catch (error) {
    if (!isPlaitError(error, 'CONFIG_INVALID')) throw error;
    throw new PlaitError('USAGE', `a config cannot declare this: ${error.message}`, {
      hint: 'create it without --emit, or say what its images are for with --annotate',
      cause: error,
    });
  }
}
