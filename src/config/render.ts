import { stringify } from 'yaml';
import type { Annotations } from '../oci/descriptor.ts';
import { formatPlatform } from '../oci/platform.ts';
import { formatReference } from '../oci/reference.ts';
import { formatRepository } from '../oci/repository.ts';
import type { RegistryAuth, RegistrySettings } from '../registry/settings.ts';
import type { Declaration, DeclaredTarget, PlatformOverride, PlatformSource } from './declaration.ts';
import type { LoadedConfig } from './load.ts';

/**
 * The expanded config as plain data in the language of config files: without variables, matrices and defaults, and
 * with everything that holds written out. Loading it again gives the same declarations. Deterministic.
 */
export function renderDeclarations({
  declarations,
  settings,
}: Pick<LoadedConfig, 'declarations' | 'settings'>): unknown {
  const registries = [...settings].map(([host, each]) => [host, renderSettings(each)] as const);
  const images = declarations.map((declaration) => renderDeclaration(declaration));
  return escapeTexts({
    version: 1,
    ...(registries.length === 0 ? {} : { registries: Object.fromEntries(registries) }),
    images,
  });
}

/** Plain data as YAML that every reader understands alike: what is a boolean or number to any of them is quoted. */
export function formatYaml(value: unknown): string {
  return stringify(value, { compat: 'yaml-1.1', aliasDuplicateObjects: false, lineWidth: 0 });
}

function renderDeclaration(declaration: Declaration): object {
  const { id, targets, content, mediaType, unmanagedPlatforms, attestations, guards } = declaration;
  const isCopy = content.kind === 'copy';
  return {
    id,
    ...renderTargets(targets),
    ...renderContent(declaration),
    ...(isCopy ? {} : { mediaType }),
    ...withoutEmpty({ annotations: declaration.annotations }),
    unmanagedPlatforms,
    attestations,
    guards: { maxPlatformRemovals: guards.maxPlatformRemovals },
    ...withoutEmpty({ labels: declaration.labels }),
  };
}

function renderTargets(targets: readonly DeclaredTarget[]): object {
  const rendered = targets.map(({ repository, tags }) => ({ repository: formatRepository(repository), tags }));
  const [only] = rendered;
  return rendered.length === 1 && only !== undefined
    ? { target: only.repository, tags: only.tags }
    : { targets: rendered };
}

function renderContent({ content, descriptorAnnotations, archNames }: Declaration): object {
  switch (content.kind) {
    case 'copy':
      return { from: formatReference(content.from), as: 'copy' };
    case 'from':
      return {
        from: formatReference(content.from),
        ...(content.select === undefined ? {} : { select: content.select.map((platform) => formatPlatform(platform)) }),
        ...withoutEmpty({ descriptorAnnotations }),
        ...(Object.keys(descriptorAnnotations).length === 0 ? {} : { archNames }),
      };
    case 'platforms':
      return { platforms: Object.fromEntries(content.entries.map((entry) => renderEntry(entry))) };
    default:
      return content satisfies never;
  }
}

function renderEntry(entry: PlatformSource): readonly [string, unknown] {
  const { source, select, override, optional, annotations } = entry;
  const reference = formatReference(source);
  const details = {
    ...(select === undefined ? {} : { select: formatPlatform(select) }),
    ...(override === undefined ? {} : { override: renderOverride(override) }),
    ...(optional ? { optional } : {}),
    ...withoutEmpty({ annotations }),
  };
  const isPlain = Object.keys(details).length === 0;
  const image = select === undefined ? { ref: reference } : { from: reference };
  return [formatPlatform(entry.platform), isPlain ? reference : { ...image, ...details }];
}

function renderOverride({ osVersion, osFeatures, ...override }: PlatformOverride): object {
  return {
    ...override,
    ...(osVersion === undefined ? {} : { 'os.version': osVersion }),
    ...(osFeatures === undefined ? {} : { 'os.features': osFeatures }),
  };
}

function renderSettings({ auth, ...settings }: RegistrySettings): object {
  return { ...settings, ...(auth === undefined ? {} : { auth: renderAuth(auth) }) };
}

function renderAuth(auth: RegistryAuth): object {
  const { kind: _kind, ...names } = auth;
  return names;
}

function withoutEmpty(mappings: Readonly<Record<string, Annotations>>): object {
  const full = Object.entries(mappings).filter(([, mapping]) => Object.keys(mapping).length > 0);
  return Object.fromEntries(full);
}

/** A literal `${` must not be taken for a variable when the result is loaded again. */
function escapeTexts(value: unknown): unknown {
  if (typeof value === 'string') return value.replaceAll('${', () => '$${');
  if (Array.isArray(value)) return value.map((item) => escapeTexts(item));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, escapeTexts(inner)]));
}
