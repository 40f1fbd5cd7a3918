import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { computeDigest } from '../../src/oci/digest.ts';
import { computeChecksum } from '../../src/plan/document.ts';
import type { PlanDocument } from '../../src/plan/plan-document.ts';
import { type Playground, startPlayground } from '../../src/playground/server.ts';
import { runCli } from '../support/run-cli.ts';
import { runHere } from '../support/run-here.ts';
import { isWrite } from '../support/scenario.ts';
import { writeFiles } from '../support/write-files.ts';

let playground: Playground;
beforeAll(async () => {
  playground = await startPlayground({ seed: true });
});
afterAll(() => playground.close());
beforeEach(() => playground.clearRequests());

const run = (folder: string, ...args: readonly string[]) => runHere(args, { cwd: folder, home: folder });
const writes = () => playground.requests.filter(({ method, path }) => isWrite(`${method} ${path}`));

/** One image of the playground, in one line. */
const image = (path: string, { version = '1.0.0', more = '' } = {}) =>
  `  - { target: ${playground.host}/${path}, tags: ["1"], platforms: [linux/amd64, linux/arm64], ` +
  `source: "${playground.host}/demo/builds/hello:${version}-{arch}"${more} }\n`;

/** What every command that reads a config does with one that is refused. */
const COMMANDS: readonly (readonly [string, ...string[]])[] = [
  ['plan', '-o', 'plan.json'],
  ['apply', '--yes'],
  ['validate', '--online'],
  ['drift'],
  ['render'],
  ['lock'],
] as const;

describe('files that include each other in a circle', () => {
  it.each(COMMANDS)('end %s with 64, and the way round is printed', async (...command) => {
    const folder = writeFiles({
      'manifests.yaml': `version: 1\ninclude: [{ path: teams/a.yaml, allow: [images, include] }]\nimages:\n${image('out/ring')}`,
      'teams/a.yaml': 'version: 1\ninclude:\n  - { path: b.yaml, allow: [images, include] }\n',
      'teams/b.yaml': 'version: 1\ninclude:\n  - { path: ../manifests.yaml }\n',
    });
    const { code, stderr } = await run(folder, ...command);

    expect([code, playground.requests]).toEqual([64, []]);
    expect(stderr).toContain('teams/b.yaml:3:13: error');
    expect(stderr).toContain('include-cycle');
    expect(stderr).toContain('manifests.yaml → teams/a.yaml → teams/b.yaml → manifests.yaml');
  });
});

describe('the file of a team', () => {
  const including = (allowTargets: string) =>
    `version: 1\ninclude:\n  - { path: "teams/*.yaml", allow: [images, absent], allowTargets: [${allowTargets}] }\n`;

  it.each(COMMANDS)('that writes outside its targets ends %s with 64, at its own line', async (...command) => {
    const folder = writeFiles({
      'manifests.yaml': `${including(`"${playground.host}/teams/**"`)}images:\n${image('out/own')}`,
      'teams/red.yaml': `version: 1\nimages:\n${image('teams/red')}${image('out/stolen')}`,
    });
    const { code, stderr } = await run(folder, ...command);

    expect([code, playground.requests]).toEqual([64, []]);
    expect(stderr).toMatch(/teams\/red\.yaml:4:\d+: error/);
    expect(stderr).toContain('target-not-allowed');
    expect(stderr).not.toContain('teams/red.yaml:3:');
  });

  it.each([
    ['deletes outside its targets', 'absent:\n  - { target: HOST/demo/app, tags: [latest] }\n', 'target-not-allowed'],
    ['brings settings of registries', 'registries: { "HOST": { deletes: tag } }\n', 'key-not-allowed'],
    ['lifts guards', 'guards: { floatingSources: allow }\n', 'key-not-allowed'],
  ])('that %s is refused', async (_what, team, code) => {
    const text = team.replaceAll('HOST', playground.host);
    const folder = writeFiles({
      'manifests.yaml': `${including(`"${playground.host}/teams/**"`)}images:\n${image('out/own')}`,
      'teams/red.yaml': `version: 1\n${text}`,
    });
    const result = await run(folder, 'apply', '--yes');

    expect([result.code, playground.requests]).toEqual([64, []]);
    expect(result.stderr).toContain(code);
  });

  it('is applied with the rest when it keeps to them', async () => {
    const folder = writeFiles({
      'manifests.yaml': `${including(`"${playground.host}/teams/**"`)}images:\n${image('out/own')}`,
      'teams/red.yaml': `version: 1\nimages:\n${image('teams/red')}`,
    });
    const { code, stdout } = await run(folder, 'plan');

    expect([code, writes()]).toEqual([0, []]);
    expect(stdout).toContain('Plan: 2 to create');
  });
});

const SIZE = 10 * 1024 * 1024;
const HEAD = 'version: 1\n';
const pad = (text: string, size = SIZE) => `${text}#${'x'.repeat(size - text.length - 1)}`;

/** Each anchor holds nine of the one before: 9¹² values in some hundred bytes. */
const LAUGHS = Array.from({ length: 12 }, (_, level) => {
  const inner = level === 0 ? '[ha]' : `[${Array.from({ length: 9 }, () => `*a${level - 1}`).join(', ')}]`;
  return `x-${level}: &a${level} ${inner}\n`;
}).join('');

/** The same through merge keys. */
const MERGES = Array.from({ length: 12 }, (_, level) => {
  const inner = level === 0 ? '{ k: v }' : Array.from({ length: 9 }, (__, key) => `k${key}: *m${level - 1}`).join(', ');
  return `x-${level}: &m${level} { ${inner.replace(/^\{ | \}$/g, '')} }\n`;
}).join('');

describe('10 MiB of YAML', () => {
  it.each([
    ['whose aliases hold each other', () => pad(`${HEAD}${LAUGHS}`), 'too-many-values'],
    ['whose mappings hold each other', () => pad(`${HEAD}${MERGES}`), 'too-many-values'],
    ['of aliases for one long list', () => aliasRow(), 'file-too-large'],
    ['of aliases below an image', () => pad(`${HEAD}${LAUGHS}images: *a11\n`), 'too-many-values'],
    ['and a byte', () => pad(HEAD, SIZE + 1), 'CONFIG_INVALID'],
  ])('%s ends with 64 in a process that may take 512 MB', async (_what, make, words) => {
    const folder = writeFiles({ 'manifests.yaml': make() });
    const env = { NODE_OPTIONS: '--max-old-space-size=512' };
    const { code, stderr } = await runCli(['apply', '--yes'], { cwd: folder, env });

    expect([code, playground.requests]).toEqual([64, []]);
    expect(stderr).toContain(words);
    expect(stderr.length).toBeLessThan(10_000);
  });

  it('that hold one image and a long comment are a config like any other', async () => {
    const folder = writeFiles({ 'manifests.yaml': pad(`${HEAD}images:\n${image('out/long')}`) });
    const { code, stdout } = await run(folder, 'plan');

    expect([code, writes()]).toEqual([0, []]);
    expect(stdout).toContain('Plan: 1 to create');
  });
});

function aliasRow(): string {
  const head = `${HEAD}x-a: &a [${'1, '.repeat(1000)}1]\nx-b:\n`;
  const line = '  - *a\n';
  return head + line.repeat(Math.floor((SIZE - head.length) / line.length));
}

describe('drift that was accepted until a day gone by', () => {
  const config = () => `version: 1
drift:
  ignore:
    - { match: "${playground.host}/out/app:*", fields: [annotations], reason: trials, until: "2020-02-29" }
images:
${image('out/app', { more: ', annotations: { a: b }' })}`;

  it.each([['plan'], ['validate'], ['apply', '--dry-run', '--yes']] as const)(
    'is a warning of %s at its line, and ignores nothing',
    async (...command) => {
      const folder = writeFiles({ 'manifests.yaml': config() });
      const { code, stderr } = await run(folder, ...command);

      expect([code, writes()]).toEqual([0, []]);
      expect(stderr).toMatch(/manifests\.yaml:4:\d+: warning/);
      expect(stderr).toContain('expired-ignore');
      expect(stderr).toContain('2020-02-29');
    },
  );

  it('is drift again', async () => {
    const folder = writeFiles({
      'manifests.yaml': config().replace('out/app', 'out/*').replaceAll('out/app', 'out/was'),
    });
    const text = readFileSync(join(folder, 'manifests.yaml'), 'utf8');
    writeFileSync(join(folder, 'manifests.yaml'), text.replace('{ a: b }', '{ a: before }'));
    await run(folder, 'apply', '--yes');
    playground.clearRequests();
    writeFileSync(join(folder, 'manifests.yaml'), text);
    const expired = await run(folder, 'drift');
    writeFileSync(join(folder, 'manifests.yaml'), text.replace('2020-02-29', '2999-12-31'));
    const accepted = await run(folder, 'drift');

    expect([expired.code, accepted.code, writes()]).toEqual([2, 0, []]);
    expect(expired.stderr).toContain('expired-ignore');
  });

  it('is not part of the config as it counts', async () => {
    const folder = writeFiles({ 'manifests.yaml': config() });
    const { stdout } = await run(folder, 'render');

    expect(stdout).toContain('out/app');
    expect(stdout).not.toContain('trials');
  });

  it('is an error when the day is no day', async () => {
    const folder = writeFiles({ 'manifests.yaml': config().replace('2020-02-29', '2021-02-29') });
    const { code, stderr } = await run(folder, 'plan');

    expect([code, playground.requests]).toEqual([64, []]);
    expect(stderr).toMatch(/manifests\.yaml:4:\d+: error/);
  });
});

describe('a saved plan that was changed', () => {
  let folder: string;
  let plan: PlanDocument;
  beforeEach(async () => {
    folder = writeFiles({
      'manifests.yaml': `version: 1\nimages:\n${image('out/one')}${image('out/two', { version: '1.1.0' })}`,
    });
    await run(folder, 'plan', '-o', 'plan.json');
    plan = JSON.parse(readFileSync(join(folder, 'plan.json'), 'utf8')) as PlanDocument;
    playground.clearRequests();
  });

  /** Applies it under a checksum that fits, as somebody would who knows the format. */
  async function applySealed(edit: (copy: Mutable<PlanDocument>) => void) {
    const copy = structuredClone(plan) as Mutable<PlanDocument>;
    edit(copy);
    const sealed = { ...copy, checksum: computeChecksum(copy) };
    writeFileSync(join(folder, 'plan.json'), JSON.stringify(sealed));
    return run(folder, 'apply', 'plan.json');
  }

  it.each(['2.0', '10.3', '0.9'])('to format %s is refused, and both formats are named', async (version) => {
    const { code, stderr } = await applySealed((copy) => {
      copy.formatVersion = version;
    });

    expect([code, playground.requests]).toEqual([64, []]);
    expect(stderr).toContain('PLAN_VERSION');
    expect(stderr).toContain(version);
    expect(stderr).toContain(plan.formatVersion);
  });

  it('in one character of a digest is refused by its checksum', async () => {
    const text = JSON.stringify(plan);
    const digest = plan.changes[0]?.platforms[0]?.after ?? '';
    writeFileSync(join(folder, 'plan.json'), text.replaceAll(digest, flip(digest)));
    const { code, stderr } = await run(folder, 'apply', 'plan.json');

    expect([code, playground.requests]).toEqual([64, []]);
    expect(stderr).toContain('PLAN_INVALID');
  });

  it.each<[string, (copy: Mutable<PlanDocument>) => void]>([
    ['the indexes of two images', (copy) => swap(copy.changes[0]!, copy.changes[1]!, 'index')],
    ['the content of two indexes', (copy) => swapContent(copy)],
    ['the digest that names an index', (copy) => renameIndex(copy)],
    ['a platform of the content, with the digest of the index to fit', (copy) => swapChildren(copy)],
    ['a platform of the description', (copy) => swap(...firstRows(copy), 'after')],
  ])('by swapping %s is refused though its checksum fits', async (_what, edit) => {
    const { code, stderr } = await applySealed(edit);

    expect([code, playground.requests]).toEqual([64, []]);
    expect(stderr).toContain('PLAN_INVALID');
  });

  it('to expect another digest of a tag is stale, and writes nothing', async () => {
    const { code, stdout } = await applySealed((copy) => {
      copy.changes[0]!.tags[0]!.expect = copy.changes[1]!.index;
    });

    expect([code, writes()]).toEqual([4, []]);
    expect(stdout).toContain('moved since the plan');
  });
});

type Mutable<T> = { -readonly [Key in keyof T]: T[Key] extends object ? Mutable<T[Key]> : T[Key] };

const flip = (digest: string) => digest.slice(0, -1) + (digest.endsWith('0') ? '1' : '0');

function swap<Key extends string>(a: Record<Key, unknown>, b: Record<Key, unknown>, key: Key): void {
  [a[key], b[key]] = [b[key], a[key]];
}

function firstRows(copy: Mutable<PlanDocument>) {
  const [a, b] = copy.changes[0]!.platforms;
  return [a!, b!] as const;
}

function swapContent({ indexes }: Mutable<PlanDocument>): void {
  const [a, b] = Object.values(indexes);
  swap(a!, b!, 'content');
  swap(a!, b!, 'size');
}

function renameIndex(copy: Mutable<PlanDocument>): void {
  const [change] = copy.changes;
  const old = change!.index ?? '';
  const other = flip(old);
  copy.indexes = Object.fromEntries(Object.entries(copy.indexes).map(([k, v]) => [k === old ? other : k, v]));
  change!.index = other;
}

/** amd64 gets the image of arm64 and the other way round; everything that can be counted is right. */
function swapChildren(copy: Mutable<PlanDocument>): void {
  const [change] = copy.changes;
  const old = copy.indexes[change!.index ?? '']!;
  const [a, b] = firstRows(copy).map((row) => row.after ?? '');
  const text = Buffer.from(old.content, 'base64').toString();
  const swapped = text.replaceAll(a!, '?').replaceAll(b!, a!).replaceAll('?', b!);
  const digest = computeDigest(new TextEncoder().encode(swapped));
  copy.indexes = { ...copy.indexes, [digest]: { ...old, content: Buffer.from(swapped).toString('base64') } };
  change!.index = digest;
}
