import { describe, expect, it } from 'vitest';
import type { Declaration } from '../../../src/config/declaration.ts';
import { diagnoseFiles, listAll, listErrors, loadFiles, loadYaml } from '../../support/load-yaml.ts';

const TAGGED = `version: 1
variables:
  tag: {default: "1.0", env: TAG, description: The release}
images:
  - {target: ghcr.io/acme/api, tags: ["\${tag}"], from: "ghcr.io/acme/ci:\${tag}-rc"}
`;

function firstOf(text: string, given = {}): Declaration {
  const [declaration] = loadYaml(text, given).declarations;
  if (declaration === undefined) throw new Error('nothing is declared');
  return declaration;
}

function tagsOf(text: string, given = {}): readonly string[] {
  return firstOf(text, given).targets.flatMap((target) => target.tags);
}

function labelsOf(text: string, given = {}): Readonly<Record<string, string>> {
  return firstOf(text, given).labels;
}

/** An image whose labels are `labels`, after the variables in `variables`, in flow style. */
function labelled(variables: string, labels: string): string {
  return `version: 1
variables: {${variables}}
images: [{target: a/b, tags: [t], from: "c:1", labels: {${labels}}}]
`;
}

describe('the value of a variable', () => {
  it('is its default, or that of the environment, or that of --var, the last wins', () => {
    expect(tagsOf(TAGGED)).toEqual(['1.0']);
    expect(tagsOf(TAGGED, { environment: { TAG: '2.0' } })).toEqual(['2.0']);
    expect(tagsOf(TAGGED, { environment: { TAG: '2.0' }, variables: { tag: '3.0' } })).toEqual(['3.0']);
  });

  it('comes from the environment only by the name that is declared', () => {
    expect(tagsOf(TAGGED, { environment: { tag: '9', HOME: '/root' } })).toEqual(['1.0']);
    expect(listErrors(labelled('', 'home: "${HOME}"'), { environment: { HOME: '/root' } })).toEqual([
      '3:63 unknown-variable images[0].labels.home',
    ]);
  });

  it('is also the empty text, which is not the same as none', () => {
    expect(labelsOf(labelled('a: {default: x, env: A}', 'a: "${a}"'), { environment: { A: '' } })).toEqual({ a: '' });
  });

  it('is missing without all three, and said so once', () => {
    const text = labelled('a: {env: A}, b: {}', 'a: "${a}", b: "${a}${b}"');

    expect(listErrors(text)).toEqual(['2:16 missing-value variables.a', '2:29 missing-value variables.b']);
  });

  it('is taken as it stands from outside, so that it can smuggle in no other variable', () => {
    const text = labelled('a: {default: x}, secret: {default: s}', 'a: "${a}", b: "<${a}>"');

    expect(labelsOf(text, { variables: { a: '${secret} $${x}' } })).toEqual({
      a: '${secret} $${x}',
      b: '<${secret} $${x}>',
    });
  });

  it('is never repeated in a diagnostic', () => {
    const text = labelled('a: {env: TOKEN, pattern: "^v"}', 'a: "${a}"');

    const shown = JSON.stringify(diagnoseFiles({ 'manifests.yaml': text }, { environment: { TOKEN: 'hunter2' } }));

    expect(shown).toContain('pattern-mismatch');
    expect(shown).not.toContain('hunter2');
  });
});

describe('a list', () => {
  const text = `version: 1
variables: {all: {type: list, default: [linux/amd64, linux/arm64], env: ALL}}
images: [{target: a/b, tags: [t], platforms: "\${all}", source: "c:{arch}"}]
`;

  it('stays a list where it stands alone', () => {
    expect(firstOf(text).content).toMatchObject({
      entries: [{ platform: { architecture: 'amd64' } }, { platform: { architecture: 'arm64' } }],
    });
  });

  it('is comma-separated from outside, and white space around items goes', () => {
    const { content } = firstOf(text, { environment: { ALL: ' linux/s390x , linux/arm/v7,' } });

    expect(content).toMatchObject({
      entries: [{ platform: { architecture: 's390x' } }, { platform: { variant: 'v7' } }],
    });
  });

  it('cannot stand inside of a text, nor where a text is wanted', () => {
    expect(listErrors(labelled('l: {type: list, default: [x]}', 'a: "${l}-x"'))).toEqual([
      '3:60 invalid-substitution images[0].labels.a',
    ]);
    expect(listErrors(labelled('l: {type: list, default: [x]}', 'a: "${l}"'))).toEqual([
      '3:60 wrong-type images[0].labels.a',
    ]);
  });

  it('shows a bad item where it is written', () => {
    const bad = text.replace('linux/arm64', 'linux');

    expect(listErrors(bad)).toEqual(['2:54 invalid-platform images[0].platforms[1]']);
  });

  it('does not mix with texts', () => {
    expect(listErrors(labelled('a: {type: list, default: x}', 'a: b'))).toEqual([
      '2:38 wrong-type variables.a.default',
    ]);
    expect(listErrors(labelled('a: {default: [x]}', 'a: b'))).toEqual(['2:26 wrong-type variables.a.default']);
    expect(listErrors(labelled('a: {default: x}', 'a: b').replace('[t]', '"${a}"'))).toEqual([
      '3:30 wrong-type images[0].tags',
    ]);
  });
});

describe('substitution', () => {
  it('fills in every reference of a text', () => {
    expect(labelsOf(labelled('a: {default: x}, b-2: {default: y}', 'l: "${a}${b-2}/${a}"'))).toEqual({ l: 'xy/x' });
  });

  it('writes a literal ${ for $${', () => {
    expect(labelsOf(labelled('a: {default: x}', 'l: "$${a} $$${a} $ {a} $a"'))).toEqual({ l: '${a} $${a} $ {a} $a' });
  });

  it('happens in registries and defaults, too', () => {
    const text = `version: 1
variables: {ca: {default: root.pem}, type: {default: docker}}
registries: {ghcr.io: {ca: "certs/\${ca}"}}
defaults: {mediaType: "\${type}"}
images: [{target: a/b, tags: [t], from: "c:1"}]
`;

    const { settings, declarations } = loadYaml(text);

    expect(settings.get('ghcr.io')?.ca).toBe('/project/certs/root.pem');
    expect(declarations[0]?.mediaType).toBe('docker');
  });

  it('does not happen in keys', () => {
    expect(labelsOf(labelled('a: {default: x}', '"${a}": y'))).toEqual({ '${a}': 'y' });
  });

  it('needs a name that is declared', () => {
    const text = labelled('version: {default: x}', 'a: "${versoin}", b: "${}", c: "${version:-1}", d: "${env.HOME}"');

    const found = diagnoseFiles({ 'manifests.yaml': text });

    expect(found.map(({ code, hint }) => [code, hint])).toEqual([
      ['unknown-variable', 'did you mean ${version}?'],
      ['unknown-variable', expect.stringContaining('declare it')],
      ['unknown-variable', expect.stringContaining('default')],
      ['unknown-variable', expect.stringContaining('declare it')],
    ]);
  });

  it('needs a closing brace', () => {
    expect(listErrors(labelled('a: {default: x}', 'l: "${a"'))).toEqual([
      '3:60 invalid-substitution images[0].labels.l',
    ]);
  });

  it('knows ${matrix.…} only in images with a matrix', () => {
    const text = `version: 1
defaults: {labels: {a: "\${matrix.app}"}}
images: [{target: a/b, tags: ["\${matrix.app}"], from: "c:1"}]
`;

    expect(listErrors(text)).toEqual([
      '2:24 unknown-variable defaults.labels.a',
      '3:31 unknown-variable images[0].tags[0]',
    ]);
  });

  it('refuses what would become too long', () => {
    const text = labelled(`a: {default: ${'x'.repeat(60_000)}}`, `l: "${'${a}'.repeat(10_000)}"`);

    expect(listErrors(text)).toEqual(['3:60 text-too-long images[0].labels.l']);
  });

  it('refuses what would become too much', () => {
    const labels = Array.from({ length: 1200 }, (_, index) => `l${index}: "<\${a}"`).join(', ');

    expect(listErrors(labelled(`a: {default: ${'x'.repeat(60_000)}}`, labels))).toContainEqual(
      expect.stringMatching(/ too-many-values /),
    );
  });
});

describe('the declaration of a variable', () => {
  it.each([
    ['a: {default: "1.0", pattern: "^v"}', '2:26 pattern-mismatch variables.a'],
    ['a: {default: [v1, 1], type: list, pattern: "^v"}', '2:31 not-text variables.a.default[1]'],
    ['a: {default: [v1, x, v2], type: list, pattern: "^v"}', '2:31 pattern-mismatch variables.a'],
    ['a: {default: x, pattern: "("}', '2:38 invalid-pattern variables.a.pattern'],
    [`a: {default: x, pattern: "${'x'.repeat(1025)}"}`, '2:38 invalid-pattern variables.a.pattern'],
    [`a: {default: "${'x'.repeat(1025)}", pattern: "x"}`, '2:26 pattern-mismatch variables.a'],
    [`a: {default: "${'a'.repeat(50)}!", pattern: "^(a+)+$"}`, '2:26 pattern-mismatch variables.a'],
    ['a: {default: a, pattern: "(?=a)"}', '2:38 invalid-pattern variables.a.pattern'],
    ['a: {default: "${b}"}, b: {default: c}', '2:26 invalid-substitution variables.a.default'],
    ['a: {default: x, env: "not a name"}', '2:34 invalid-value variables.a.env'],
    ['a: {default: x, type: number}', '2:35 invalid-value variables.a.type'],
    ['"a b": {default: x}', '2:13 invalid-name variables["a b"]'],
    ['matrix: {default: x}', '2:13 invalid-name variables.matrix'],
    ['a: x', '2:16 wrong-type variables.a'],
  ])('is checked: %s', (variables, expected) => {
    expect(listErrors(labelled(variables, ''))).toEqual([expected]);
  });

  it('may have a literal ${ in its default', () => {
    expect(labelsOf(labelled('a: {default: "$${b}"}', 'l: "${a}"'))).toEqual({ l: '${b}' });
  });

  it('matches the pattern as a whole dialect, not anchored', () => {
    expect(labelsOf(labelled(String.raw`a: {default: "é-1.2.3", pattern: '\p{L}.\d+\.\d+'}`, 'l: "${a}"'))).toEqual({
      l: 'é-1.2.3',
    });
  });
});

describe('--var', () => {
  it('is refused for a name that no file declares, with the nearest one', () => {
    const [first] = diagnoseFiles({ 'manifests.yaml': TAGGED }, { variables: { tga: '1' } });

    expect(first).toMatchObject({ code: 'unknown-variable', hint: 'did you mean tag?', path: 'variables' });
  });

  it('is for whichever file declares it', () => {
    const other = 'version: 1\nimages: [{target: c/d, tags: [t], from: "e:1"}]\n';

    const { declarations } = loadFiles({ 'a.yaml': TAGGED, 'b.yaml': other }, { variables: { tag: '7' } });

    expect(declarations.map(({ targets }) => targets[0]?.tags)).toEqual([['7'], ['t']]);
  });

  it('is not called unknown when a file could not be read', () => {
    expect(listAll('version: [\n', { variables: { tag: '1' } })).toEqual(['2:1 yaml-syntax ']);
  });

  it('does not take names of objects for variables', () => {
    expect(listErrors(TAGGED, { variables: { constructor: 'x', toString: 'y' } })).toHaveLength(2);
    expect(listErrors(labelled('', 'a: "${constructor}"'))).toEqual(['3:60 unknown-variable images[0].labels.a']);
  });
});
