import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { CliResult } from '../../support/run-cli.ts';
import { runHere } from '../../support/run-here.ts';
import { makeTempDir } from '../../support/temp-dir.ts';

type Files = Readonly<Record<string, string>>;

function plant(files: Files): string {
  const folder = makeTempDir();
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), text);
  }
  return folder;
}

function validate(folder: string, ...args: readonly string[]): Promise<CliResult> {
  return runHere(['validate', ...args], { cwd: folder, home: folder });
}

const IMAGE = '{ target: ghcr.io/acme/api, tags: ["1.8", pr-7], from: "ghcr.io/acme/builds/api:1.8" }';

const CASES: Readonly<Record<string, Files>> = {
  'files that include each other': {
    'manifests.yaml': 'version: 1\ninclude: [{ path: teams/a.yaml }]\n',
    'teams/a.yaml': 'version: 1\ninclude: [{ path: b.yaml }]\n',
    'teams/b.yaml': 'version: 1\ninclude: [{ path: ../manifests.yaml }]\n',
  },
  'a team that writes where it may not': {
    'manifests.yaml': `version: 1
include:
  - path: teams/*.yaml
    allow: [images, absent]
    allowTargets: ["ghcr.io/acme/teams/**"]
registries: { ghcr.io: { deletes: tag } }
`,
    'teams/core.yaml': `version: 1
registries: { ghcr.io: { auth: { usernameEnv: A, passwordEnv: B } } }
images:
  - ${IMAGE}
absent:
  - { target: ghcr.io/acme/web, tagsMatching: ["*"] }
`,
  },
  'a file from outside': {
    'manifests.yaml': 'version: 1\ninclude:\n  - path: ../secrets.yaml\n  - path: /etc/passwd\n  - path: none.yaml\n',
  },
  'a pattern that is none': {
    'manifests.yaml': `version: 1
defaults: { guards: { immutableTags: ['re:^v(\\d+$'] } }
images:
  - ${IMAGE}
`,
  },
  'a tag that is wanted and to be gone': {
    'manifests.yaml': `version: 1
registries: { ghcr.io: { deletes: tag } }
images:
  - ${IMAGE}
absent:
  - { target: ghcr.io/acme/api, tags: ["1.8"] }
  - { target: ghcr.io/acme/api, tagsMatching: ["pr-*"] }
  - { target: docker.io/acme/api, tags: [old] }
`,
  },
  'a source from where none may come': {
    'manifests.yaml': `version: 1
guards: { allowedSources: ["ghcr.io/acme/*"], updates: { from: 3 } }
images:
  - ${IMAGE}
`,
  },
};

describe('a bad config', () => {
  it('is refused with the place, the reason and what to do', async () => {
    let text = '';
    for (const [title, files] of Object.entries(CASES)) {
      const { code, stderr } = await validate(plant(files));
      text += `# ${title}: exit code ${code}\n${stderr}\n`;
    }

    await expect(text).toMatchFileSnapshot('../../golden/bad-config.txt');
  });

  it('that is a link out of the folder is not read', async () => {
    const outside = plant({ 'secret.yaml': 'version: 1\nimages: [{ id: secret }]\n' });
    const folder = plant({ 'manifests.yaml': 'version: 1\ninclude: [{ path: "*.yml" }]\n' });
    symlinkSync(join(outside, 'secret.yaml'), join(folder, 'link.yml'));

    const { code, stderr } = await validate(folder);

    expect(code).toBe(64);
    expect(stderr).toContain('manifests.yaml:2:19: error: link.yml is a link that leads out of the folder');
    expect(stderr).not.toContain('secret');
  });

  it('that is a bomb of aliases is refused before it goes off', async () => {
    const levels = Array.from(
      { length: 99 },
      (_, at) => `x-${at + 1}: &a${at + 1} [${`*a${at}, `.repeat(20)}*a${at}]\n`,
    );
    const padding = `# ${'x'.repeat(9_900_000)}\n`;
    const folder = plant({
      'manifests.yaml': `version: 1\nx-0: &a0 [lol]\n${levels.join('')}${padding}images: *a99\n`,
    });

    const { code, stderr } = await validate(folder);

    expect(code).toBe(64);
    expect(stderr).toMatch(/^manifests\.yaml:\d+:\d+: error: .*\[too-many-values\]$/m);
    expect(stderr).toContain('hint:');
  });

  it('of nothing but aliases is refused', async () => {
    const folder = plant({ 'manifests.yaml': `version: 1\nx-a: &a [1]\nx-b: [${'*a,'.repeat(3_000_000)}*a]\n` });

    const { code, stderr } = await validate(folder);

    expect(code).toBe(64);
    expect(stderr).toContain('manifests.yaml:3:');
    expect(stderr).toContain('[file-too-large]');
  });
});

describe('drift that was accepted too long', () => {
  it('is worth a warning, and the config stays valid', async () => {
    const rule = '{ match: "ghcr.io/acme/*:*", fields: [tag], reason: trials, until: "2020-01-31" }';
    const folder = plant({ 'manifests.yaml': `version: 1\ndrift: { ignore: [${rule}] }\nimages: [${IMAGE}]\n` });

    const { code, stderr, stdout } = await validate(folder);

    expect(code).toBe(0);
    expect(stderr).toContain('manifests.yaml:2:86: warning: this expired on 2020-01-31');
    expect(stderr).toContain('hint:');
    expect(stdout).toBe('manifests.yaml: valid, 1 image, 2 tags\n');
  });
});

describe('values from a file', () => {
  const files = {
    'manifests.yaml': 'version: 1\nvariables: { tag: {} }\nimages: [{ target: a, tags: ["${tag}"], from: "b:1" }]\n',
    'values.yaml': 'tag: v1\n',
    'typo.json': '{ "tga": "v1", "tag": 1 }\n',
  };

  it('are used', async () => {
    const { code, stdout } = await validate(plant(files), '--var-file', 'values.yaml');

    expect(code).toBe(0);
    expect(stdout).toBe('manifests.yaml: valid, 1 image, 1 tag\n');
  });

  it('must be for variables that are declared', async () => {
    const { code, stderr } = await validate(plant(files), '--var-file', 'typo.json');

    expect(code).toBe(64);
    expect(stderr).toContain('typo.json:1:3: error: --var-file "tga" names no variable of the config');
    expect(stderr).toContain('hint: did you mean tag?');
    expect(stderr).toContain('typo.json:1:23: error: 1 is a number');
  });

  it('must be there', async () => {
    const { code, stderr } = await validate(plant(files), '--var-file', 'none.yaml');

    expect(code).toBe(64);
    expect(stderr).toContain('none.yaml does not exist');
    expect(stderr).toContain('--var-file');
  });
});

describe('origins', () => {
  it('are comments of the rendered config', async () => {
    const folder = plant({ 'manifests.yaml': `version: 1\nimages:\n  - ${IMAGE}\n` });

    const { stdout } = await runHere(['render', '--origin'], { cwd: folder, home: folder });
    const json = await runHere(['render', '--origin', '-O', 'json'], { cwd: folder, home: folder });

    expect(stdout).toContain('      - "1.8" # manifests.yaml:3\n');
    expect(stdout).toContain('    mediaType: oci # built-in\n');
    expect(JSON.parse(json.stdout)).toMatchObject({
      config: { version: 1 },
      origins: expect.arrayContaining([
        {
          path: 'images[0].tags[0]',
          value: '1.8',
          place: { origin: { file: 'manifests.yaml', line: 3, column: 40 } },
          variables: [],
        },
      ]),
    });
  });
});
