import { isDeepStrictEqual } from 'node:util';
import { Document, isMap, isScalar, isSeq, stringify } from 'yaml';
import type { Annotations } from '../oci/descriptor.ts';
import { formatPlatform } from '../oci/platform.ts';
import { formatReference } from '../oci/reference.ts';
import { formatRepository } from '../oci/repository.ts';
import type { RegistryAuth, RegistrySettings } from '../registry/settings.ts';
import type {
  Declaration,
  DeclaredAbsence,
  DeclaredTarget,
  ImageGuards,
  PlatformOverride,
  PlatformSource,
  SameLabel,
} from './declaration.ts';
import { formatKeyPath, type KeyPath } from './key-path.ts';
import type { LoadedConfig } from './load.ts';
import { DEFAULT_DRIFT_RULES, DEFAULT_RUN_GUARDS, type DriftRules, type RunGuards } from './run-rules.ts';

/**
 * The expanded config as plain data in the language of config files: without variables, matrices and defaults, and
 * with everything that holds written out, but for rules of the run that no file has. Loading it again gives the same.
 * Deterministic.
 */
export function renderConfig({ declarations, absences, guards, drift, settings }: Rendered): unknown {
  const registries = [...settings].map(([host, each]) => [host, renderSettings(each)] as const);
  return escapeTexts({
    version: 1,
    ...(registries.length === 0 ? {} : { registries: Object.fromEntries(registries) }),
    ...(isDeepStrictEqual(guards, DEFAULT_RUN_GUARDS) ? {} : { guards: renderRunGuards(guards) }),
    ...(isDeepStrictEqual(drift, DEFAULT_DRIFT_RULES) ? {} : { drift: renderDrift(drift) }),
    images: declarations.map(renderDeclaration),
    ...(absences.length === 0 ? {} : { absent: absences.map(renderAbsence) }),
  });
}

type Rendered = Pick<LoadedConfig, 'declarations' | 'absences' | 'guards' | 'drift' | 'settings'>;

const FORMAT = { compat: 'yaml-1.1', aliasDuplicateObjects: false, lineWidth: 0 } as const;

/** Plain data as YAML that every reader understands alike: what is a boolean or number to any of them is quoted. */
export function formatYaml(value: unknown): string {
  return stringify(value, FORMAT);
}

/** As {@link formatYaml}, with a comment after each single value that `comments` has for its key path. */
export function formatCommentedYaml(value: unknown, comments: ReadonlyMap<string, string>): string {
  const document = new Document(value, FORMAT);
  const visitNode = (node: unknown, path: KeyPath): void => {
    if (isMap(node)) for (const { key, value: inner } of node.items) visitNode(inner, [...path, String(key)]);
    else if (isSeq(node)) for (const [index, inner] of node.items.entries()) visitNode(inner, [...path, index]);
    else if (isScalar(node)) {
      const comment = comments.get(formatKeyPath(path));
      if (comment !== undefined) node.comment = ` ${comment}`;
    }
  };
  visitNode(document.contents, []);
  return document.toString(FORMAT);
}

function renderRunGuards({ allowedSources, ...guards }: RunGuards): object {
  return {
    ...guards,
    ...(allowedSources === undefined ? {} : { allowedSources: allowedSources.map(({ text }) => text) }),
  };
}

function renderDrift({ children, ignore }: DriftRules): object {
  const rules = ignore.map(({ text, fields, reason, until }) => ({ match: text, fields, reason, until }));
  return { children, ...withoutEmptyLists({ ignore: rules }) };
}

function renderAbsence({ repository, tags, tagsMatching, except }: DeclaredAbsence): object {
  const patterns = tagsMatching.map(({ text }) => text);
  return { target: formatRepository(repository), ...withoutEmptyLists({ tags, tagsMatching: patterns, except }) };
}

function renderDeclaration(declaration: Declaration): object {
  const { id, targets, content, protect, referrers } = declaration;
  const { mediaType, unmanagedPlatforms, attestations, compare, order, onMissingSource } = declaration;
  const isCopy = content.kind === 'copy';
  return {
    id,
    ...renderTargets(targets),
    ...renderContent(declaration),
    ...(isCopy ? {} : { mediaType }),
    ...withoutEmpty({ annotations: declaration.annotations }),
    unmanagedPlatforms,
    attestations,
    referrers: referrers.kind === 'types' ? { artifactTypes: referrers.artifactTypes } : referrers.kind,
    ...(isCopy ? {} : { compare, order }),
    onMissingSource,
    guards: renderGuards(declaration.guards),
    ...(protect ? { protect } : {}),
    ...withoutEmpty({ labels: declaration.labels }),
  };
}

function renderGuards({ maxPlatformRemovals, immutableTags, requirePlatforms, sameLabel }: ImageGuards): object {
  return {
    maxPlatformRemovals,
    ...withoutEmptyLists({
      immutableTags: immutableTags.map(({ text }) => text),
      requirePlatforms: requirePlatforms.map(formatPlatform),
    }),
    ...(sameLabel === undefined ? {} : { sameLabel: renderSameLabel(sameLabel) }),
  };
}

function renderSameLabel({ labels, except }: SameLabel): object {
  return { labels, ...withoutEmptyLists({ except: except.map(formatPlatform) }) };
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

function withoutEmptyLists(lists: Readonly<Record<string, readonly unknown[]>>): object {
  return Object.fromEntries(Object.entries(lists).filter(([, list]) => list.length > 0));
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
