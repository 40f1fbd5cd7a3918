import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { ConfigError } from '../../../src/config/diagnostic.ts';
import { formatPlatform } from '../../../src/oci/platform.ts';
import { formatReference } from '../../../src/oci/reference.ts';
import { formatRepository } from '../../../src/oci/repository.ts';
import { diagnoseFiles, listAll, loadFiles, loadYaml } from '../../support/load-yaml.ts';

const EXAMPLE = readFileSync(new URL('../../fixtures/config/complete.yaml', import.meta.url), 'utf8');

describe('the complete example', () => {
  const team = `version: 1
images: [{target: ghcr.io/acme/teams/core, tags: [t], from: "ghcr.io/acme/builds/core:1"}]
absent: []
`;
  const { declarations, absences, guards, drift, settings, diagnostics } = loadYaml(EXAMPLE, {
    includes: { 'teams/core/images.yaml': team },
  });

  it('is valid, and nothing is to be said about it', () => {
    expect(diagnostics).toEqual([]);
  });

  it('makes an image of every app, tag and copy', () => {
    const tags = declarations.map(({ id, targets }) => [
      id,
      targets.map(({ repository, tags }) => `${formatRepository(repository)} ${tags.join(' ')}`),
    ]);

    expect(tags).toEqual([
      ['release-api', ['ghcr.io/acme/api 1.8.2 1.8 1 latest']],
      ['release-web', ['ghcr.io/acme/web 1.8.2 1.8 1 latest']],
      ['release-worker', ['ghcr.io/acme/worker 1.8.2 1.8 1 latest']],
      ['ghcr.io/acme/agent:1.4.0', ['ghcr.io/acme/agent 1.4.0 stable']],
      ['harbor.corp.example/mirror/redis:7.4', ['harbor.corp.example/mirror/redis 7.4 7']],
      ['promote-api', ['ghcr.io/acme/api prod', 'harbor.corp.example/prod/api prod']],
      ['promote-web', ['ghcr.io/acme/web prod', 'harbor.corp.example/prod/web prod']],
      ['registry.lan:5000/toolbox:latest', ['registry.lan:5000/toolbox latest']],
      ['ghcr.io/acme/teams/core:t', ['ghcr.io/acme/teams/core t']],
    ]);
  });

  it('needs no file of a team', () => {
    expect(listAll(EXAMPLE)).toEqual(['5:11 note unmatched-include include[0].path']);
  });

  it('knows what is to be gone', () => {
    expect(absences.map(({ id, tags, except }) => [id, tags, except])).toEqual([
      ['absent harbor.corp.example/mirror/redis', ['7.4-broken'], []],
      ['absent harbor.corp.example/pr/api', [], ['pr-keep']],
    ]);
    expect(absences[1]?.tagsMatching.map(({ matches }) => [matches('pr-7'), matches('a-pr-7')])).toEqual([
      [true, false],
    ]);
  });

  it('knows what holds a run back', () => {
    expect(guards).toMatchObject({
      updates: { percent: 30, count: 200, from: 10 },
      deletes: { percent: 0, count: 5, from: 10 },
      floatingSources: 'allow',
    });
    expect(drift).toMatchObject({
      children: 'verify',
      ignore: [{ fields: ['annotations'], reason: 'trials', until: '2026-12-31', origin: { line: 60, column: 7 } }],
    });
  });

  it('knows what holds back each image', () => {
    const [api, , , agent, redis] = declarations;

    expect(api?.guards).toMatchObject({
      maxPlatformRemovals: 0,
      requirePlatforms: [
        { os: 'linux', architecture: 'amd64' },
        { os: 'linux', architecture: 'arm64' },
      ],
      sameLabel: { labels: ['org.opencontainers.image.revision'], except: [] },
    });
    expect(agent?.guards.immutableTags.map(({ matches }) => [matches('1.4.0'), matches('stable')])).toEqual([
      [true, false],
    ]);
    expect(redis?.guards.sameLabel).toBeUndefined();
    expect(declarations.filter(({ protect }) => protect).map(({ id }) => id)).toEqual([
      'registry.lan:5000/toolbox:latest',
    ]);
  });

  it('names the source of every platform', () => {
    const sources = declarations.flatMap(({ content }) =>
      content.kind === 'platforms'
        ? content.entries.map(({ platform, source }) => `${formatPlatform(platform)} ${formatReference(source)}`)
        : [],
    );

    expect(sources).toContain('linux/arm/v7 ghcr.io/acme/builds/worker:1.8.2-arm32v7');
    expect(sources).toContain('windows(10.0.20348.2227+win32k)/amd64 ghcr.io/acme/agent-ci:1.4.0-ltsc2022');
    expect(sources).toContain('linux/arm64 registry.lan:5000/toolbox-build:latest-linux-arm64');
    expect(sources).toHaveLength(15);
  });

  it('knows the settings of every registry', () => {
    expect([...settings.keys()]).toEqual([
      '*',
      'docker.io',
      'ghcr.io',
      'harbor.corp.example',
      'registry.lan:5000',
      'staging.corp.example',
    ]);
  });

  it('knows where everything is written', () => {
    expect(declarations[3]?.origin).toEqual({ file: 'manifests.yaml', line: 76, column: 5 });
  });
});

describe('several files', () => {
  it('keep variables and defaults to themselves, and their order', () => {
    const text = (tag: string): string =>
      `version: 1\nvariables: {v: {default: ${tag}}}\ndefaults: {labels: {of: ${tag}}}\nimages: [{target: a/b, tags: ["\${v}"], from: "c:1"}]\n`;

    const { declarations, files } = loadFiles({ 'b.yaml': text('b'), 'a.yaml': text('a') });

    expect(declarations.map(({ origin, labels, targets }) => [origin.file, labels.of, targets[0]?.tags])).toEqual([
      ['b.yaml', 'b', ['b']],
      ['a.yaml', 'a', ['a']],
    ]);
    expect(files.map(({ path }) => path)).toEqual(['b.yaml', 'a.yaml']);
  });

  it('show all errors of all files at once, in order', () => {
    const found = diagnoseFiles({
      'z.yaml': 'version: 1\nimages:\n  - {target: a/b, tags: [1.0, x], from: c}\n  - {tag: a}\n',
      'syntax.yaml': 'version: [\n',
      'a.yaml': 'version: 1\nimges: []\n',
    });

    expect(found.map(({ origin, code }) => `${origin.file}:${origin.line} ${code}`)).toEqual([
      'z.yaml:3 not-text',
      'z.yaml:3 floating-reference',
      'z.yaml:4 missing-target',
      'z.yaml:4 missing-content',
      'z.yaml:4 unknown-key',
      'syntax.yaml:2 yaml-syntax',
      'a.yaml:2 unknown-key',
    ]);
  });

  it('are known by the SHA-256 of their text', () => {
    const text = '\uFEFFversion: 1 # é\n';

    const { files } = loadFiles({ 'a.yaml': text });

    expect(files).toEqual([{ path: 'a.yaml', sha256: createHash('sha256').update(Buffer.from(text)).digest('hex') }]);
  });

  it('can be none at all', () => {
    expect(loadFiles({})).toEqual({
      files: [],
      declarations: [],
      absences: [],
      guards: { floatingSources: 'allow' },
      drift: { children: 'off', ignore: [] },
      settings: new Map(),
      diagnostics: [],
    });
  });
});

describe('an invalid config', () => {
  it('is a ConfigError that says the first thing and how many more', () => {
    const load = (): unknown => loadYaml('version: 1\nimages: [{target: a/b, tags: [-x, -y], from: "c:1"}]\n');

    expect(load).toThrow(ConfigError);
    expect(load).toThrow(
      expect.objectContaining({
        code: 'CONFIG_INVALID',
        message: expect.stringMatching(/^manifests\.yaml:2:31: .* \(and 1 more\)$/),
        diagnostics: [
          expect.objectContaining({ code: 'invalid-tag' }),
          expect.objectContaining({ code: 'invalid-tag' }),
        ],
      }),
    );
  });

  it('shows at most 1000 diagnostics, errors before warnings when it overflows', () => {
    const tags = Array.from({ length: 3000 }, (_, index) => `-${index}x`).join(', ');

    expect(
      diagnoseFiles({ 'a.yaml': `version: 1\nimages: [{target: a/b, from: "c:1", tags: [${tags}]}]\n` }),
    ).toHaveLength(1000);
  });

  it('never prints control characters of the file', () => {
    const text =
      'version: 1\n"\\e[31mred\\u202e": 1\nimages: [{target: "\\e]0;x\\a", tags: ["\\e[2J"], from: "\\u0007:1"}]\n';

    const found = JSON.stringify(diagnoseFiles({ 'a.yaml': text }).map(({ message, hint }) => [message, hint]));

    // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what must not be there
    expect(found).not.toMatch(/[\u0000-\u001f\u007f-\u009f\u202a-\u202e]|\\u00|\\u202e/);
  });
});
