import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { LoadedConfig } from '../../../src/config/load.ts';
import { formatYaml, renderConfig } from '../../../src/config/render.ts';
import { loadYaml } from '../../support/load-yaml.ts';

const EXAMPLE = readFileSync(new URL('../../fixtures/config/complete.yaml', import.meta.url), 'utf8');

/** All that is declared without places and functions, and without the templates that are used up in platforms. */
function toComparable({ declarations, absences, guards, drift, settings }: LoadedConfig): unknown {
  const lean = declarations.map((declaration) => {
    if (declaration.content.kind !== 'platforms') return declaration;
    const { archNames: _archNames, descriptorAnnotations: _templates, ...rest } = declaration;
    return rest;
  });
  const all = { declarations: lean, absences, guards, drift, settings: [...settings] };
  return JSON.parse(JSON.stringify(all, (key, value: unknown) => (key === 'origin' ? undefined : value)));
}

describe('a rendered config', () => {
  it('is the language itself, and gives the same when it is loaded', () => {
    const first = loadYaml(EXAMPLE);

    const second = loadYaml(formatYaml(renderConfig(first)));

    expect(toComparable(second)).toEqual(toComparable(first));
  });

  it('is the same for the same config, and for its own rendering', () => {
    const rendered = formatYaml(renderConfig(loadYaml(EXAMPLE)));

    expect(formatYaml(renderConfig(loadYaml(EXAMPLE)))).toBe(rendered);
    expect(formatYaml(renderConfig(loadYaml(rendered)))).toBe(rendered);
  });

  it('has everything written out', () => {
    const text = `version: 1
variables: {tag: {default: "1.10"}}
defaults: {annotations: {vendor: Acme}}
images:
  - target: redis
    tags: ["\${tag}", "yes"]
    platforms: [linux/amd64, linux/arm]
    source: ghcr.io/acme/redis:\${tag}-{arch}{-variant}
    descriptorAnnotations: {on: "{os}"}
`;

    expect(formatYaml(renderConfig(loadYaml(text)))).toBe(`version: 1
images:
  - id: docker.io/library/redis:1.10
    target: docker.io/library/redis
    tags:
      - "1.10"
      - "yes"
    platforms:
      linux/amd64:
        ref: ghcr.io/acme/redis:1.10-amd64
        annotations:
          "on": linux
      linux/arm/v7:
        ref: ghcr.io/acme/redis:1.10-arm-v7
        annotations:
          "on": linux
    mediaType: oci
    annotations:
      vendor: Acme
    unmanagedPlatforms: remove
    attestations: keep
    referrers: none
    compare: semantic
    order: declared
    onMissingSource: error
    guards:
      maxPlatformRemovals: 0
`);
  });

  it('keeps texts that look like variables', () => {
    const text = 'version: 1\nimages: [{target: a/b, tags: [t], from: "c:1", labels: {a: "$${b} $$${c}"}}]\n';

    const rendered = formatYaml(renderConfig(loadYaml(text)));

    expect(loadYaml(text).declarations[0]?.labels).toEqual({ a: '${b} $${c}' });
    expect(loadYaml(rendered).declarations[0]?.labels).toEqual({ a: '${b} $${c}' });
  });
});
