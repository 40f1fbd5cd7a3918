import { stringify } from 'yaml';
import { ConfigError } from '../../src/config/diagnostic.ts';
import type { LoadedConfig } from '../../src/config/load.ts';
import { settingsFor } from '../../src/config/registries.ts';
import { toStoredIndex } from '../../src/oci/index-bytes.ts';
import { MEDIA_TYPES } from '../../src/oci/media-types.ts';
import { parsePlatform } from '../../src/oci/platform.ts';
import { makePlan } from '../../src/plan/make-plan.ts';
import { selectScope } from '../../src/plan/select.ts';
import { buildImage, buildIndex } from '../../src/playground/images.ts';
import type { Playground } from '../../src/playground/server.ts';
import type { RegistryClient } from '../../src/registry/client.ts';
import { readAbsences } from '../../src/state/read-absences.ts';
import { readState } from '../../src/state/read-state.ts';
import { buildReferrer } from './build-referrer.ts';
import { loadFiles } from './load-yaml.ts';
import { pushImage, pushIndex, pushManifest } from './push-content.ts';

type Value = unknown;
export type Mapping = Readonly<Record<string, Value>>;

/** One key of the config language, set in a config that is otherwise the same. */
export interface KeyEffect {
  /** As the schema spells them: `images[].platforms.*.ref`. More than one when they only work together. */
  readonly keys: readonly string[];
  /** What the image is without the key, over the usual one; undefined removes. */
  readonly base?: Mapping;
  /** What is set in the image. */
  readonly image?: Mapping;
  /** What the file is without the key, beside its image. */
  readonly file?: Mapping;
  /** What is set in the file. */
  readonly root?: Mapping;
  readonly environment?: Readonly<Record<string, string>>;
  /** Other files of the project. */
  readonly others?: Readonly<Record<string, Value>>;
  readonly selector?: string;
  /** Is in what Plait says with the key, and not in what it says without. */
  readonly shows: RegExp;
}

const AMD64 = parsePlatform('linux/amd64');
const ARM64 = parsePlatform('linux/arm64');
const IMAGES = {
  amd64: buildImage({ platform: AMD64, text: 'one', format: 'docker', labels: { commit: 'c0ffee', only: 'x' } }),
  arm64: buildImage({ platform: ARM64, text: 'one', format: 'docker', labels: { commit: 'decaf' } }),
  armv7: buildImage({ platform: parsePlatform('linux/arm/v7'), text: 'one', format: 'oci' }),
  windows: buildImage({ platform: parsePlatform('windows(10.0.20348.1)/amd64'), text: 'one', format: 'oci' }),
  newer: buildImage({ platform: AMD64, text: 'two', format: 'oci' }),
};

/** Fills a registry with what the effects are shown on. */
export async function pushSamples(url: string): Promise<void> {
  const build = (tag: string) => ({ url, repository: 'src/app', tag });
  for (const [name, image] of Object.entries(IMAGES)) await pushImage(build(name), image);
  await pushImage({ url, repository: 'src/app' }, buildReferrer({ subject: IMAGES.amd64.descriptor, text: 'signed' }));
  const live = { url, repository: 'out/app' };
  for (const image of Object.values(IMAGES)) await pushImage(live, image);
  const { amd64, arm64, armv7, newer } = IMAGES;
  await pushIndex({ ...build('multi') }, buildIndex({ images: [amd64, arm64], format: 'oci' }));
  const annotated = {
    kind: 'index',
    mediaType: MEDIA_TYPES.ociIndex,
    annotations: { 'com.acme.of': 'source' },
  } as const;
  const children = [amd64.descriptor, arm64.descriptor];
  await pushManifest(build('annotated'), toStoredIndex({ ...annotated, manifests: children }));
  for (const tag of ['behind', 'behind2']) {
    await pushIndex({ ...live, tag }, buildIndex({ images: [newer, arm64], format: 'oci' }));
  }
  await pushIndex({ ...live, tag: 'wider' }, buildIndex({ images: [amd64, arm64, armv7], format: 'oci' }));
  await pushIndex({ ...live, tag: 'turned' }, buildIndex({ images: [arm64, amd64], format: 'oci' }));
  await pushIndex({ url, repository: 'lost/app', tag: '1' }, buildIndex({ images: [amd64, arm64], format: 'oci' }));
  await fetch(`${url}/v2/lost/app/manifests/${arm64.manifest.digest}`, { method: 'DELETE' });
}

/** All that Plait says to a config: what is wrong with it, its settings, and its plan with the bytes it would push. */
export async function probe(
  { playground, client }: { readonly playground: Playground; readonly client: RegistryClient },
  effect: KeyEffect,
  isSet: boolean,
): Promise<string> {
  const text = toText(playground.host, effect, isSet);
  try {
    const others = Object.entries(effect.others ?? {}).map(
      ([path, value]) => [path, stringify(JSON.parse(fill(playground.host, value)))] as const,
    );
    const config = loadFiles(
      { 'manifests.yaml': text },
      { environment: effect.environment ?? {}, includes: Object.fromEntries(others) },
    );
    return await describe(client, config, effect.selector ?? null);
  } catch (error) {
    if (error instanceof ConfigError) return describeDiagnostics(error.diagnostics);
    return `failed: ${String(error)}`;
  }
}

function toText(host: string, { base, image, file, root }: KeyEffect, isSet: boolean): string {
  const usual = {
    target: 'HOST/out/app',
    tags: ['new'],
    platforms: ['linux/amd64', 'linux/arm64'],
    source: 'HOST/src/app:{arch}',
  };
  const entry = without({ ...usual, ...base, ...(isSet ? image : {}) });
  const whole = without({ version: 1, images: [entry], ...file, ...(isSet ? root : {}) });
  return stringify(JSON.parse(fill(host, whole)));
}

function without(mapping: Mapping): Mapping {
  return Object.fromEntries(Object.entries(mapping).filter(([, value]) => value !== undefined));
}

function fill(host: string, value: Value): string {
  return JSON.stringify(value).replaceAll('HOST', host);
}

async function describe(client: RegistryClient, config: LoadedConfig, selector: string | null): Promise<string> {
  const scope = { targets: [], exclude: [], selector, shard: null };
  const { declarations, absences } = selectScope(config, scope);
  const { guards, drift, settings } = config;
  const images = await readState(client, declarations, { children: drift.children });
  const unwanted = await readAbsences(client, absences);
  const mayDelete = (registry: string) => settingsFor(settings, registry).deletes === 'tag';
  const plan = makePlan({ images, absences: unwanted, guards, allowances: [], mayDelete, scope });
  const ids = declarations.map(({ id, labels }) => `declares ${id} ${JSON.stringify(labels)}`);
  const { indexes, ...rest } = plan;
  return [
    describeDiagnostics(config.diagnostics),
    `settings ${JSON.stringify([...settings])}`,
    `drift ${JSON.stringify(drift)}`,
    ...ids,
    ...Object.entries(rest).map(([part, value]) => `${part} ${JSON.stringify(value)}`),
    ...[...indexes.values()].map(({ bytes }) => `index ${Buffer.from(bytes).toString('utf8')}`),
  ].join('\n');
}

function describeDiagnostics(diagnostics: readonly { code: string; message: string; hint?: string }[]): string {
  return diagnostics.map(({ code, message, hint }) => `${code}: ${message} (${hint ?? ''})`).join('\n');
}
