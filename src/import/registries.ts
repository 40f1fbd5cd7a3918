import { renderConfig } from '../config/render.ts';
import { DEFAULT_DRIFT_RULES, DEFAULT_RUN_GUARDS } from '../config/run-rules.ts';
import type { RegistrySettings } from '../registry/settings.ts';
import type { ImportedConfig } from './imported.ts';

/** Settings that were given for single hosts. */
export interface HostSettings {
  readonly hosts: readonly string[];
  readonly settings: ReadonlyMap<string, RegistrySettings>;
}

/** Pure: the config with what it takes to reach the registries that it was read from. */
export function withRegistries(config: ImportedConfig, { hosts, settings }: HostSettings): ImportedConfig {
  const own = new Map([...settings].filter(([host]) => hosts.includes(host)));
  const rendered = renderConfig({
    declarations: [],
    absences: [],
    guards: DEFAULT_RUN_GUARDS,
    drift: DEFAULT_DRIFT_RULES,
    settings: own,
  }) as { readonly registries?: Readonly<Record<string, unknown>> };
  return { ...config, registries: { ...config.registries, ...rendered.registries } };
}
