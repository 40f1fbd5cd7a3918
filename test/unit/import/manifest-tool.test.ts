import { describe, expect, it } from 'vitest';
import { ConfigError } from '../../../src/config/diagnostic.ts';
import { importSpec } from '../../../src/import/manifest-tool/import-spec.ts';
import { readSpec } from '../../../src/import/manifest-tool/read-spec.ts';

const read = (text: string) => readSpec({ path: 'spec.yaml', directory: '/', text });
const importText = (text: string) => importSpec('spec.yaml', read(text), new Map());

/** `line:column code` of everything that is wrong. */
function listErrors(text: string): readonly string[] {
  try {
    read(text);
    return [];
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    return error.diagnostics.map(({ origin, code }) => `${origin.line} ${code}`);
  }
}

const ENTRY = '  - { image: "r.lan:5000/app:amd64", platform: { architecture: amd64, os: linux } }\n';

describe('a spec of manifest-tool', () => {
  it('is the list that the tool makes of it, tags as they stand', () => {
    const { config } = importText(
      `image: r.lan:5000/app:latest\ntags: [1.10, v2]\nmanifests:\n${ENTRY}  - image: r.lan:5000/app:armv7\n    platform: { Architecture: arm, OS: linux, variant: v7 }\n`,
    );

    expect(config.images).toEqual([
      expect.objectContaining({
        targets: [{ repository: 'r.lan:5000/app', tags: ['latest', '1.10', 'v2'] }],
        content: expect.objectContaining({ kind: 'list', platforms: ['linux/amd64', 'linux/arm/v7'] }),
      }),
    ]);
  });

  it('fills ARCH, OS and VARIANT of a name', () => {
    const { config } = importText(
      'image: a.io/x:1\nmanifests:\n  - { image: "a.io/x:1-OS-ARCHVARIANT", platform: { os: linux, architecture: arm, variant: v6 } }\n',
    );

    expect(config.images[0]?.content).toMatchObject({ entries: [{ source: { ref: 'a.io/x:1-linux-armv6' } }] });
  });

  it('takes the platform from the name where none is said', () => {
    const { config } = importText('image: a.io/x:1\nmanifests: [{ image: a.io/x-arm64:1 }]\n');

    expect(config.images[0]?.content).toMatchObject({ entries: [{ platform: 'linux/arm64' }] });
  });

  it('keeps a version of Windows and features', () => {
    const { config } = importText(
      'image: a.io/x:1\nmanifests:\n  - { image: a.io/x:w, platform: { os: windows, architecture: amd64, os.version: 10.0.1.2, os.features: [win32k] } }\n',
    );

    expect(config.images[0]?.content).toMatchObject({ entries: [{ platform: 'windows(10.0.1.2+win32k)/amd64' }] });
  });

  it('takes annotations, which make it an OCI index', () => {
    const { config } = importText(`image: a.io/x:1\nannotations: { a.b: "\${c}" }\nmanifests:\n${ENTRY}`);

    expect(config.images[0]).toMatchObject({ mediaType: 'oci', annotations: { 'a.b': '$${c}' } });
  });

  it('notes keys that it does not know, and features of processors', () => {
    const { notes } = importText(
      'image: a.io/x:1\nmanifest: []\nmanifests:\n  - { image: a.io/x:arm64, platform: { os: linux, architecture: arm64, features: [sse] } }\n',
    );

    expect(notes.map(({ severity, where }) => `${severity} ${where}`)).toEqual([
      'warning spec.yaml:2',
      'warning spec.yaml:4',
    ]);
  });

  it.each([
    ['no name', `manifests:\n${ENTRY}`, ['1 missing-key']],
    ['no images', 'image: a.io/x:1\n', ['1 missing-key']],
    ['a name that is none', `image: a.io/X\nmanifests:\n${ENTRY}`, ['1 invalid-reference']],
    ['an image that is none', 'image: a.io/x\nmanifests:\n  - { image: "a b" }\n', ['3 invalid-reference']],
    ['a list for a text', `image: []\nmanifests:\n${ENTRY}`, ['1 wrong-type']],
    ['a text for a list', 'image: a.io/x\nmanifests: no\n', ['1 missing-key', '2 wrong-type']],
    ['no mapping', '- a\n', ['1 wrong-type']],
    ['no YAML', 'image: [\n', ['2 yaml-syntax']],
    ['the same key twice', `image: a.io/x\nimage: a.io/y\nmanifests:\n${ENTRY}`, ['2 duplicate-key']],
  ])('is refused with its line for %s', (_what, text, expected) => {
    expect(listErrors(text)).toEqual(expected);
  });

  it.each([
    ['a template', 'image: a.io/x:{{ .Version }}\n'],
    ['nothing', ''],
  ])('is refused when it is %s', (_what, text) => {
    expect(() => read(text)).toThrow(expect.objectContaining({ name: expect.any(String) as string }));
  });
});
