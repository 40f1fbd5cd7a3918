import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { makeConfigJsonSchema } from '../../../src/config/json-schema.ts';
import { type Playground, startPlayground } from '../../../src/playground/server.ts';
import type { RegistryClient } from '../../../src/registry/client.ts';
import { type KeyEffect, type Mapping, probe, pushSamples } from '../../support/key-effects.ts';
import { makeClient } from '../../support/make-client.ts';

let playground: Playground;
let client: RegistryClient;
beforeAll(async () => {
  playground = await startPlayground();
  client = makeClient();
  await pushSamples(playground.url);
});
afterAll(async () => {
  await client.close();
  await playground.close();
});

const APP = 'HOST/out/app';
const SOURCE = 'HOST/src/app';
const BEHIND = { tags: ['behind'] };
const WIDER = { tags: ['wider'] };
const TWO_BEHIND = { tags: ['behind', 'behind2'] };
const NO_SOURCE = { platforms: undefined, source: undefined };
const override = (platform: string, tag: string, fields: Mapping) => ({
  base: { platforms: { [platform]: { ref: `${SOURCE}:${tag}` } }, source: undefined },
  image: { platforms: { [platform]: { ref: `${SOURCE}:${tag}`, override: fields } } },
});
const published = (platform: string) => new RegExp(`"platform":"${platform.replaceAll(/[().+]/g, String.raw`\$&`)}"`);

/** Keys that `images` and rows of a matrix may have, and `defaults` where they are inherited. */
const IMAGE_KEYS: readonly KeyEffect[] = [
  { keys: ['id'], image: { id: 'renamed' }, shows: /declares renamed/ },
  { keys: ['enabled'], image: { enabled: false }, shows: /nothing is declared/ },
  { keys: ['protect'], base: BEHIND, image: { protect: true }, shows: /protected tag would change/ },
  { keys: ['target'], image: { target: 'HOST/out/other' }, shows: /out\/other/ },
  { keys: ['tags'], image: { tags: ['newer'] }, shows: /"name":"newer"/ },
  {
    keys: ['targets', 'targets[].repository', 'targets[].tags'],
    image: { target: undefined, tags: undefined, targets: [{ repository: 'HOST/out/other', tags: ['t'] }] },
    shows: /out\/other.*"name":"t"/,
  },
  {
    keys: ['platforms'],
    base: { source: `${SOURCE}:{arch}{variant}` },
    image: { platforms: ['linux/arm/v7'] },
    shows: published('linux/arm/v7'),
  },
  {
    keys: ['platforms.*.ref'],
    base: { platforms: { 'linux/amd64': { ref: `${SOURCE}:amd64` } }, source: undefined },
    image: { platforms: { 'linux/amd64': { ref: `${SOURCE}:newer` } } },
    shows: /src\/app:newer/,
  },
  {
    keys: ['platforms.*.from', 'platforms.*.select'],
    base: { platforms: { 'linux/amd64': `${SOURCE}:amd64` }, source: undefined },
    image: { platforms: { 'linux/arm64': { from: `${SOURCE}:multi`, select: 'linux/arm64' } } },
    shows: published('linux/arm64'),
  },
  {
    keys: ['platforms.*.override', 'platforms.*.override.os'],
    ...override('freebsd/amd64', 'amd64', { os: 'freebsd' }),
    shows: published('freebsd/amd64'),
  },
  {
    keys: ['platforms.*.override.architecture'],
    ...override('linux/riscv64', 'amd64', { architecture: 'riscv64' }),
    shows: published('linux/riscv64'),
  },
  {
    keys: ['platforms.*.override.variant'],
    ...override('linux/arm/v6', 'armv7', { variant: 'v6' }),
    shows: published('linux/arm/v6'),
  },
  {
    keys: ['platforms.*.override.os.version'],
    ...override('windows(10.0.26100.1)/amd64', 'windows', { 'os.version': '10.0.26100.1' }),
    shows: published('windows(10.0.26100.1)/amd64'),
  },
  {
    keys: ['platforms.*.override.os.features'],
    ...override('windows/amd64', 'windows', { 'os.features': ['win32k'] }),
    shows: /win32k/,
  },
  {
    keys: ['platforms.*.optional'],
    base: {
      platforms: { 'linux/amd64': `${SOURCE}:amd64`, 'linux/s390x': { ref: `${SOURCE}:none` } },
      source: undefined,
    },
    image: {
      platforms: { 'linux/amd64': `${SOURCE}:amd64`, 'linux/s390x': { ref: `${SOURCE}:none`, optional: true } },
    },
    shows: /optional-source-absent/,
  },
  {
    keys: ['platforms.*.annotations'],
    base: { platforms: { 'linux/amd64': { ref: `${SOURCE}:amd64` } }, source: undefined },
    image: { platforms: { 'linux/amd64': { ref: `${SOURCE}:amd64`, annotations: { 'com.acme.by': 'me' } } } },
    shows: /com\.acme\.by/,
  },
  {
    keys: ['source'],
    base: { platforms: ['linux/amd64'] },
    image: { source: `${SOURCE}:newer` },
    shows: /src\/app:newer/,
  },
  { keys: ['from'], image: { ...NO_SOURCE, from: `${SOURCE}:multi` }, shows: /src\/app:multi/ },
  {
    keys: ['select'],
    base: { ...NO_SOURCE, from: `${SOURCE}:multi` },
    image: { select: ['linux/s390x'] },
    shows: /SOURCE_PLATFORM_MISSING/,
  },
  { keys: ['as'], base: { ...NO_SOURCE, from: `${SOURCE}:annotated` }, image: { as: 'copy' }, shows: /com\.acme\.of/ },
];

const INHERITED_KEYS: readonly KeyEffect[] = [
  { keys: ['mediaType'], image: { mediaType: 'docker' }, shows: /manifest\.list\.v2/ },
  {
    keys: ['unmanagedPlatforms'],
    base: { ...WIDER, platforms: ['linux/amd64'] },
    image: { unmanagedPlatforms: 'error' },
    shows: /PLATFORM_UNMANAGED/,
  },
  { keys: ['attestations'], image: { attestations: 'require' }, shows: /ATTESTATION_MISSING/ },
  {
    keys: ['referrers'],
    base: { target: 'HOST/out/empty' },
    image: { referrers: 'all' },
    shows: /"artifactType":"application\/vnd\.example\.signature"/,
  },
  {
    keys: ['referrers.artifactTypes'],
    base: { target: 'HOST/out/empty' },
    image: { referrers: { artifactTypes: ['application/vnd.example.signature'] } },
    shows: /"artifactType":"application\/vnd\.example\.signature"/,
  },
  { keys: ['compare'], base: { tags: ['turned'] }, image: { compare: 'bytes' }, shows: /"field":"encoding"/ },
  {
    keys: ['order'],
    base: { platforms: ['linux/arm64', 'linux/amd64'] },
    image: { order: 'canonical' },
    shows: /^index .*amd64.*arm64/m,
  },
  {
    keys: ['onMissingSource'],
    base: { source: `${SOURCE}:none-{arch}` },
    image: { onMissingSource: 'skipImage' },
    shows: /left as it is/,
  },
  { keys: ['annotations'], image: { annotations: { 'com.acme.a': 'b' } }, shows: /com\.acme\.a/ },
  {
    keys: ['descriptorAnnotations'],
    image: { descriptorAnnotations: { 'com.acme.p': '{platform}' } },
    shows: /"com\.acme\.p":"linux\/amd64"/,
  },
  {
    keys: ['archNames'],
    base: { source: `${SOURCE}:{archName}` },
    image: { archNames: 'uname' },
    shows: /src\/app:x86_64/,
  },
  {
    keys: ['guards', 'guards.maxPlatformRemovals'],
    base: { ...WIDER, platforms: ['linux/amd64', 'linux/arm64'] },
    image: { guards: { maxPlatformRemovals: 1 } },
    shows: /^changes .*"action":"remove"/m,
  },
  {
    keys: ['guards.immutableTags'],
    base: BEHIND,
    image: { guards: { immutableTags: ['beh*'] } },
    shows: /immutable tag would move/,
  },
  {
    keys: ['guards.requirePlatforms'],
    image: { guards: { requirePlatforms: ['linux/s390x'] } },
    shows: /lacks linux\/s390x/,
  },
  {
    keys: ['guards.sameLabel', 'guards.sameLabel.labels'],
    image: { guards: { sameLabel: { labels: ['commit'] } } },
    shows: /commit is \\"c0ffee\\" for/,
  },
  {
    keys: ['guards.sameLabel.except'],
    base: { guards: { sameLabel: { labels: ['commit'] } } },
    image: { guards: { sameLabel: { labels: ['commit'], except: ['linux/arm64'] } } },
    shows: /^changes \[\{/m,
  },
  {
    keys: ['labels'],
    image: { labels: { tier: 'release' } },
    selector: 'tier=release',
    shows: /declares .*"tier":"release"/,
  },
];

const matrix = (value: Mapping) => ({
  base: { tags: ['new-${matrix.v}'], matrix: { axes: { v: ['a', 'b'] } } },
  image: { matrix: value },
});

const FILE_KEYS: readonly KeyEffect[] = [
  { keys: ['version'], file: { version: undefined }, root: { version: 1 }, shows: /^changes/m },
  {
    keys: ['images'],
    file: { images: undefined },
    root: { images: [{ target: APP, tags: ['x'], from: `${SOURCE}:multi` }] },
    shows: /"name":"x"/,
  },
  { keys: ['defaults'], root: { defaults: { annotations: { 'com.acme.d': 'e' } } }, shows: /com\.acme\.d/ },
  {
    keys: ['images[].matrix', 'images[].matrix.axes'],
    image: { tags: ['t-${matrix.v}'], matrix: { axes: { v: ['one', 'two'] } } },
    shows: /"name":"t-two"/,
  },
  {
    keys: ['images[].matrix.rows'],
    image: { tags: ['t-${matrix.v}'], matrix: { rows: [{ v: 'row' }] } },
    shows: /"name":"t-row"/,
  },
  {
    keys: ['images[].matrix.include'],
    ...matrix({ axes: { v: ['a', 'b'] }, include: [{ v: 'c' }] }),
    shows: /"name":"new-c"/,
  },
  {
    keys: ['images[].matrix.exclude'],
    ...matrix({ axes: { v: ['a'] }, exclude: [{ v: 'a' }] }),
    shows: /nothing is declared|no row|left/,
  },
  {
    keys: ['include', 'include[].path'],
    root: { include: [{ path: 'team.yaml' }] },
    others: { 'team.yaml': { version: 1, images: [{ target: APP, tags: ['team'], from: `${SOURCE}:multi` }] } },
    shows: /"name":"team"/,
  },
  {
    keys: ['include[].optional'],
    file: { include: [{ path: 'none/*.yaml' }] },
    root: { include: [{ path: 'none/*.yaml', optional: true }] },
    shows: /^changes/m,
  },
  {
    keys: ['include[].allow'],
    file: { include: [{ path: 'team.yaml' }] },
    root: { include: [{ path: 'team.yaml', allow: ['absent'] }] },
    others: { 'team.yaml': { version: 1, images: [{ target: APP, tags: ['team'], from: `${SOURCE}:multi` }] } },
    shows: /not allowed|may not|allow/,
  },
  {
    keys: ['include[].allowTargets'],
    file: { include: [{ path: 'team.yaml' }] },
    root: { include: [{ path: 'team.yaml', allowTargets: ['HOST/teams/**'] }] },
    others: { 'team.yaml': { version: 1, images: [{ target: APP, tags: ['team'], from: `${SOURCE}:multi` }] } },
    shows: /teams\/\*\*/,
  },
  {
    keys: ['variables', 'variables.*.default'],
    base: { tags: ['${tag}'] },
    root: { variables: { tag: { default: 'filled' } } },
    shows: /"name":"filled"/,
  },
  {
    keys: ['variables.*.type'],
    base: { tags: '${tags}' },
    file: { variables: { tags: { default: ['a'] } } },
    root: { variables: { tags: { type: 'list', default: ['list'] } } },
    shows: /"name":"list"/,
  },
  {
    keys: ['variables.*.pattern'],
    base: { tags: ['${tag}'] },
    file: { variables: { tag: { default: 'filled' } } },
    root: { variables: { tag: { default: 'filled', pattern: String.raw`^\d+$` } } },
    shows: /pattern/,
  },
  {
    keys: ['variables.*.env'],
    base: { tags: ['${tag}'] },
    file: { variables: { tag: { default: 'filled' } } },
    root: { variables: { tag: { default: 'filled', env: 'TAG' } } },
    environment: { TAG: 'outside' },
    shows: /"name":"outside"/,
  },
  {
    keys: ['variables.*.description'],
    base: { tags: ['${tag}'] },
    file: { variables: { tag: {} } },
    root: { variables: { tag: { description: 'What is released' } } },
    shows: /What is released/,
  },
  {
    keys: ['guards', 'guards.updates', 'guards.updates.count'],
    base: TWO_BEHIND,
    root: { guards: { updates: { count: 1 } } },
    shows: /more than 1"/,
  },
  {
    keys: ['guards.updates.percent', 'guards.updates.from'],
    base: TWO_BEHIND,
    file: { guards: { updates: { percent: 50 } } },
    root: { guards: { updates: { percent: 50, from: 1 } } },
    shows: /more than 50 percent/,
  },
  ...(['count', 'percent'] as const).map((key) => ({
    keys:
      key === 'count' ? ['guards.deletes', 'guards.deletes.count'] : ['guards.deletes.percent', 'guards.deletes.from'],
    file: { registries: { HOST: { deletes: 'tag' } }, absent: [{ target: APP, tags: ['behind', 'behind2'] }] },
    root: { guards: { deletes: key === 'count' ? { count: 1 } : { percent: 10, from: 1 } } },
    shows: /the run would delete 2 of/,
  })),
  {
    keys: ['guards.allowedSources'],
    root: { guards: { allowedSources: ['ghcr.io/**'] } },
    shows: /source-not-allowed/,
  },
  { keys: ['guards.floatingSources'], root: { guards: { floatingSources: 'error' } }, shows: /have no digest/ },
  {
    keys: ['drift', 'drift.children'],
    base: { target: 'HOST/lost/app', tags: ['1'] },
    root: { drift: { children: 'verify' } },
    shows: /"action":"restore"/,
  },
  ...(['match', 'fields', 'reason', 'until'] as const).map((key) => ({
    keys: key === 'match' ? ['drift.ignore', 'drift.ignore[].match'] : [`drift.ignore[].${key}`],
    root: {
      drift: { ignore: [{ match: `${APP}:*`, fields: ['annotations'], reason: 'trials', until: '2026-12-31' }] },
    },
    shows: {
      match: /"text":"[^"]*out\/app:\*"/,
      fields: /"fields":\["annotations"\]/,
      reason: /"reason":"trials"/,
      until: /"until":"2026-12-31"/,
    }[key],
  })),
  {
    keys: ['absent', 'absent[].target', 'absent[].tags'],
    file: { registries: { HOST: { deletes: 'tag' } } },
    root: { absent: [{ target: APP, tags: ['behind'] }] },
    shows: /"action":"delete"/,
  },
  {
    keys: ['absent[].tagsMatching'],
    file: { registries: { HOST: { deletes: 'tag' } } },
    root: { absent: [{ target: APP, tagsMatching: ['behind*'] }] },
    shows: /"name":"behind2"/,
  },
  {
    keys: ['absent[].except'],
    file: { registries: { HOST: { deletes: 'tag' } }, absent: [{ target: APP, tagsMatching: ['behind*'] }] },
    root: { absent: [{ target: APP, tagsMatching: ['behind*'], except: ['behind2'] }] },
    shows: /"tags":\[\{"name":"behind","expect":"[^"]*"\}\]/,
  },
];

/** What these do to requests is tested where they are used: here, that they reach it. */
const REGISTRY_KEYS: readonly KeyEffect[] = (
  [
    ['auth', { helper: 'corp' }],
    ['auth.helper', { helper: 'corp' }],
    ['auth.usernameEnv', { usernameEnv: 'U', passwordEnv: 'P' }],
    ['auth.passwordEnv', { usernameEnv: 'U', passwordEnv: 'P' }],
    ['ca', './ca.pem'],
    ['clientCert', './c.pem'],
    ['clientKey', './k.pem'],
    ['concurrency', 3],
    ['deletes', 'tag'],
    ['insecureSkipVerify', true],
    ['mirrors', ['mirror.example']],
    ['readOnly', true],
    ['rateLimitReserve', 20],
    ['trustedRealms', ['auth.example']],
    ['plainHttp', true],
  ] as const
).map(([key, value]) => {
  const [name = ''] = key.split('.');
  const pair = name.startsWith('client') ? { clientCert: './c.pem', clientKey: './k.pem' } : { [name]: value };
  return {
    keys: key === 'ca' ? ['registries', 'registries.*.ca'] : [`registries.*.${key}`],
    root: { registries: { 'other.example': pair } },
    shows: new RegExp(`other\\.example.*"${key.split('.').at(-1)}"`),
  };
});

const inImages = (effect: KeyEffect): KeyEffect => ({ ...effect, keys: effect.keys.map((key) => `images[].${key}`) });

/** The same effect from `defaults`, under an image that says nothing of it. */
const inDefaults = ({ image = {}, ...effect }: KeyEffect): KeyEffect => ({
  ...effect,
  keys: effect.keys.map((key) => `defaults.${key}`),
  ...(effect.base?.guards === undefined ? {} : { base: { guards: undefined }, file: { defaults: effect.base } }),
  root: { defaults: image },
});

/** The same effect from the one row of a matrix, over what the image says. */
const inRows =
  (part: 'rows' | 'include') =>
  ({ image = {}, base = {}, ...effect }: KeyEffect): KeyEffect => ({
    ...effect,
    keys: effect.keys.map((key) => `images[].matrix.${part}[].${key}`),
    base: { ...base, matrix: { [part]: [{ x: 'y' }] } },
    image: { matrix: { [part]: [{ x: 'y', ...nullMissing(image) }] } },
  });

/** A row cannot leave out what the image says: it removes it. */
function nullMissing(image: Mapping): Mapping {
  return Object.fromEntries(Object.entries(image).map(([key, value]) => [key, value ?? null]));
}

const EFFECTS: readonly KeyEffect[] = [
  ...[...IMAGE_KEYS, ...INHERITED_KEYS].flatMap((effect) => [
    inImages(effect),
    inRows('rows')(effect),
    inRows('include')(effect),
  ]),
  ...INHERITED_KEYS.map(inDefaults),
  ...FILE_KEYS,
  ...REGISTRY_KEYS,
];

describe('a key of the config language', () => {
  it.each(EFFECTS.map((effect) => [effect.keys.join(', '), effect] as const))(
    '%s shows its effect',
    async (_keys, effect) => {
      const bench = { playground, client };
      const before = await probe(bench, effect, false);
      const after = await probe(bench, effect, true);

      expect(before).not.toMatch(effect.shows);
      expect(after).toMatch(effect.shows);
    },
  );

  it('is in the list of those above, every one', () => {
    const shown = new Set(EFFECTS.flatMap((effect) => effect.keys));
    expect(listSchemaKeys().filter((key) => !shown.has(key))).toEqual([]);
  });
});

interface SchemaNode {
  readonly $ref?: string;
  readonly anyOf?: readonly SchemaNode[];
  readonly oneOf?: readonly SchemaNode[];
  readonly properties?: Readonly<Record<string, SchemaNode>>;
  readonly items?: SchemaNode;
  readonly additionalProperties?: SchemaNode | boolean;
  readonly definitions?: Readonly<Record<string, SchemaNode>>;
  readonly $defs?: Readonly<Record<string, SchemaNode>>;
}

/** Every key that the JSON Schema knows, as `images[].platforms.*.ref`. */
function listSchemaKeys(): readonly string[] {
  const schema = makeConfigJsonSchema() as SchemaNode;
  const definitions = schema.definitions ?? schema.$defs ?? {};
  const found = new Set<string>();
  const walk = (node: SchemaNode, path: string): void => {
    if (node.$ref !== undefined) walk(definitions[node.$ref.split('/').at(-1) ?? ''] ?? {}, path);
    for (const option of [...(node.anyOf ?? []), ...(node.oneOf ?? [])]) walk(option, path);
    if (node.items !== undefined) walk(node.items, `${path}[]`);
    if (typeof node.additionalProperties === 'object') walk(node.additionalProperties, `${path}.*`);
    for (const [key, child] of Object.entries(node.properties ?? {})) {
      const name = path === '' ? key : `${path}.${key}`;
      found.add(name);
      walk(child, name);
    }
  };
  walk(schema, '');
  return [...found];
}
