import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { openYamlEditor, type YamlEditor } from '../support/yaml-editor.ts';

const IMAGE = 'version: 1\nimages:\n  - target: ghcr.io/acme/api\n    ';

let editor: YamlEditor;
beforeAll(async () => {
  editor = await openYamlEditor(resolve('schemas/manifests.schema.json'));
  return () => editor.close();
});

describe('an editor with the schema', () => {
  it.each([
    ['the keys of the file', 'version: 1\n', ['images', 'registries', 'variables', 'absent']],
    ['the keys of an image', IMAGE, ['tags', 'platforms', 'unmanagedPlatforms', 'guards']],
    ['the words of a key', `${IMAGE}unmanagedPlatforms: `, ['remove', 'keep', 'error']],
    ['the keys of a registry', 'version: 1\nregistries:\n  ghcr.io:\n    ', ['plainHttp', 'concurrency', 'auth']],
  ])('offers %s', async (_what, text, expected) => {
    expect(await editor.complete(text)).toEqual(expect.arrayContaining(expected));
  });

  it.each([
    ['a typo in a key', `${IMAGE}tgas: [latest]\n`, 4],
    ['a word that is none', `${IMAGE}mediaType: ocii\n`, 4],
    ['a version without quotes', `${IMAGE}tags: [1.10]\n`, 4],
  ])('underlines %s', async (_what, text, line) => {
    const found = await editor.diagnose(text);

    expect(found.map((each) => each.line)).toContain(line);
  });

  it('has nothing to say of the example', async () => {
    expect(await editor.diagnose(readFileSync('manifests.example.yaml', 'utf8'))).toEqual([]);
  });

  it('explains a key', async () => {
    expect(await editor.hover(`${IMAGE}guards:`)).toContain('What holds a change of one image back.');
  });
});
