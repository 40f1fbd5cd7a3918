import { describe, expect, it } from 'vitest';
import { formatKeyPath } from '../../../src/config/key-path.ts';
import { loadTraced } from '../../../src/config/load.ts';
import { describeValueOrigin, listOrigins } from '../../../src/config/origins.ts';
import { formatCommentedYaml, formatYaml, renderConfig } from '../../../src/config/render.ts';
import { loadYaml } from '../../support/load-yaml.ts';

const CONFIG = `version: 1
variables:
  version: { default: "1.8.2", env: APP_VERSION }
  team: { default: core }
  linux: { type: list, default: [linux/amd64, linux/arm64] }
  channel: { default: edge }
registries:
  ghcr.io: { auth: { usernameEnv: USER_NAME, passwordEnv: TOKEN }, trustedRealms: [auth.example], deletes: tag }
defaults:
  annotations: { org.example.vendor: Acme, org.example.team: "\${team}" }
  guards:
    immutableTags: ['re:^v\\d+$']
guards:
  updates: { percent: 30 }
  allowedSources: ["ghcr.io/**"]
drift:
  ignore:
    - { match: "ghcr.io/acme/x:*", fields: [annotations], reason: trials, until: "2026-12-31" }
images:
  - id: release-\${matrix.app}
    matrix:
      rows:
        - { app: api, labels: { tier: one } }
    target: ghcr.io/acme/\${matrix.app}
    tags: ["\${version}", latest, "\${channel}"]
    platforms: \${linux}
    source: ghcr.io/builds/\${matrix.app}:\${version}-{arch}
    descriptorAnnotations: { org.example.platform: "{platform}" }
    guards: { maxPlatformRemovals: 2, sameLabel: { labels: [revision] } }
  - targets:
      - { repository: ghcr.io/acme/x, tags: [a, b] }
      - { repository: ghcr.io/acme/y, tags: [c] }
    platforms:
      linux/aarch64: ghcr.io/builds/x:1
      linux/amd64:
        from: ghcr.io/builds/x:2
        annotations: { org.example.note: "1" }
        override: { variant: v2 }
  - { target: ghcr.io/acme/z, tags: [z], from: "ghcr.io/builds/z:1", as: copy, protect: true }
absent:
  - { target: ghcr.io/acme/x, tags: [old], tagsMatching: ["pr-*"], except: [pr-1] }
`;

function trace() {
  const source = (path: string, text: string) => ({ path, directory: '/project', text });
  return loadTraced({
    files: [source('manifests.yaml', CONFIG)],
    variables: { team: 'edge' },
    variableFiles: [source('values.yaml', 'channel: beta\n')],
    environment: { APP_VERSION: '2.0.0' },
    now: 0,
  });
}

describe('origins', () => {
  it('are the place of each value, and of the variables in it', async () => {
    const { config, trace: made } = trace();
    const rendered = renderConfig(config);
    const comments = listOrigins(rendered, made).map(
      ({ path, origin }) => [formatKeyPath(path), describeValueOrigin(origin)] as const,
    );

    const text = formatCommentedYaml(rendered, new Map(comments));

    await expect(text).toMatchFileSnapshot('../../golden/render-origin.txt');
    expect(formatYaml(renderConfig(loadYaml(text)))).toBe(formatYaml(rendered));
  });

  it('are data, too', () => {
    const { config, trace: made } = trace();
    const origins = new Map(
      listOrigins(renderConfig(config), made).map(({ path, origin }) => [formatKeyPath(path), origin]),
    );

    expect(origins.get('images[0].mediaType')).toEqual({ variables: [] });
    expect(origins.get('images[0].tags[2]')).toEqual({
      place: { origin: { file: 'manifests.yaml', line: 25, column: 34 } },
      variables: [{ name: 'channel', origin: { file: 'values.yaml', line: 1, column: 10 } }],
    });
    expect(origins.get('images[0].tags[0]')?.variables).toEqual([
      { name: 'version', origin: { file: 'manifests.yaml', line: 3, column: 12 }, via: 'APP_VERSION' },
    ]);
  });
});
