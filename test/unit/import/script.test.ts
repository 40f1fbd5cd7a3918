import { describe, expect, it } from 'vitest';
import { isPlaitError } from '../../../src/errors/plait-error.ts';
import { leaveOutInvalid } from '../../../src/import/check-config.ts';
import type { ImportedImage } from '../../../src/import/imported.ts';
import { importScript, readScript } from '../../../src/import/script/import-script.ts';

const read = (text: string, environment: Readonly<Record<string, string>> = {}) =>
  importScript(readScript({ path: 'release.sh', text, environment }), new Map());

/** `repository:tag,tag <- sources`, one text an image. */
function describeImage({ targets, content }: ImportedImage): string {
  const names = targets.map(({ repository, tags }) => `${repository}:${tags.join(',')}`).join(' ');
  if (content.kind === 'copy') return `${names} = ${content.from}`;
  if (content.kind === 'list') return `${names} <- ${content.platforms.join(' ')} ${content.source}`;
  const entries = content.entries.map(
    ({ platform, source }) => `${platform} ${'ref' in source ? source.ref : source.from}`,
  );
  return `${names} <- ${entries.join(', ')}`;
}

const describeScript = (text: string) => read(text).config.images.map(describeImage);
const listNotes = (text: string) => read(text).notes.map(({ severity, where }) => `${severity} ${where}`);

const CREATE = 'docker manifest create a.io/x:1 a.io/x:1-amd64 a.io/x:1-arm64\n';
const MADE = 'a.io/x:1 <- linux/amd64 linux/arm64 a.io/x:1-{arch}';

describe('a script is read for what it makes', () => {
  it.each([
    [
      'a loop over words',
      'for A in amd64 arm64; do\n  docker manifest create --amend a.io/x:1 a.io/x:1-$A\ndone\ndocker manifest push a.io/x:1',
      MADE,
    ],
    [
      'a loop over a list in a variable',
      'ARCHES="amd64 arm64"\nfor A in $ARCHES\ndo docker manifest create -a a.io/x:1 a.io/x:1-${A}; done',
      MADE,
    ],
    [
      'a loop in a loop',
      'for T in 1; do for A in amd64 arm64; do docker manifest create -a a.io/x:$T a.io/x:$T-$A; done; done',
      MADE,
    ],
    [
      'a loop whose body has a condition',
      'for A in amd64 arm64; do if x; then y; fi; docker manifest create -a a.io/x:1 a.io/x:1-$A; done',
      MADE,
    ],
    ['a loop that has no end', 'for A in amd64 arm64; do docker manifest create -a a.io/x:1 a.io/x:1-$A', MADE],
    ['create and push', `${CREATE}docker manifest push a.io/x:1`, MADE],
    ['a list in several lines', CREATE.replaceAll(' a.io/x:1-', ' \\\n  a.io/x:1-'), MADE],
    ['quotes', CREATE.replaceAll(/(a\.io\S+)/g, '"$1"'), MADE],
    ['sudo and a full path', CREATE.replace('docker', 'sudo -E /usr/bin/docker --config /tmp/c'), MADE],
    ['a variable in front', CREATE.replace('docker', 'DOCKER_CLI_EXPERIMENTAL=enabled docker'), MADE],
    ['a command after another one', CREATE.replace('docker', 'set -e && cd x; docker'), MADE],
    ['lines that end as on Windows', CREATE.replaceAll('\n', '\r\n'), MADE],
    [
      'a variable that is a name',
      CREATE.replaceAll('a.io/x', '$IMAGE').replace('docker', 'IMAGE=a.io/x\ndocker'),
      MADE,
    ],
    ['a variable that is a list', `L="a.io/x:1-amd64 a.io/x:1-arm64"\ndocker manifest create a.io/x:1 $L`, MADE],
    ['braces', 'docker manifest create a.io/x:1 a.io/x:1-{amd64,arm64}', MADE],
    [
      'images that are added one by one',
      'docker manifest create -a a.io/x:1 a.io/x:1-amd64\ndocker manifest create --amend a.io/x:1 a.io/x:1-arm64',
      MADE,
    ],
    [
      'a list made again after it was removed',
      `docker manifest create a.io/x:1 a.io/y:arm\ndocker manifest rm a.io/x:1\n${CREATE}`,
      MADE,
    ],
    ['what is given to imagetools', 'docker buildx imagetools create -t a.io/x:1 a.io/x:1-amd64 a.io/x:1-arm64', MADE],
    [
      'the flag of a tag at the end',
      'docker-buildx imagetools create a.io/x:1-amd64 a.io/x:1-arm64 --tag=a.io/x:1',
      MADE,
    ],
    [
      'another name for a whole index',
      'docker buildx imagetools create -t a.io/x:latest a.io/x:1',
      'a.io/x:latest = a.io/x:1',
    ],
    [
      'two names for one index',
      'docker buildx imagetools create -t a.io/x:1 -t a.io/x:2 a.io/y-amd64:1 a.io/y-arm64:1',
      'a.io/x:1,2 <- linux/amd64 linux/arm64 a.io/y-{arch}:1',
    ],
    [
      'a version that the environment may give',
      'V=${V:-1.2}\ndocker manifest create a.io/x:$V a.io/x:$V-amd64 a.io/x:${V}-arm64',
      'a.io/x:${V} <- linux/amd64 linux/arm64 a.io/x:${V}-{arch}',
    ],
    [
      'what manifest-tool is told',
      'manifest-tool push from-args --platforms linux/amd64,linux/arm64 --template a.io/x:1-ARCH --target a.io/x:1',
      MADE,
    ],
    ['a command in a comment', `# docker manifest create a.io/y:1 a.io/y:arm\n${CREATE}`, MADE],
    ['a here-document', `cat <<EOF\ndocker manifest create a.io/y:1 a.io/y:arm\nEOF\n${CREATE}`, MADE],
    [
      'a name without a tag',
      'docker manifest create a.io/x a.io/x:amd64 a.io/x:arm64',
      'a.io/x:latest <- linux/amd64 linux/arm64 a.io/x:{arch}',
    ],
  ])('%s', (_what, text, expected) => {
    expect(describeScript(text)).toEqual([expected]);
  });

  it('keeps what an annotation says against the name of the image', () => {
    const { config } = read(
      'docker manifest create a.io/x:1 a.io/x:a a.io/x:b\ndocker manifest annotate a.io/x:1 a.io/x:a --os linux --arch arm --variant v6\ndocker manifest annotate --os=windows --arch=amd64 --os-version=10.0.1 a.io/x:1 a.io/x:b\n',
    );

    expect(config.images.map(describeImage)).toEqual([
      'a.io/x:1 <- linux/arm/v6 a.io/x:a, windows(10.0.1)/amd64 a.io/x:b',
    ]);
    expect(config.images[0]?.content).toMatchObject({
      entries: [
        { override: { os: 'linux', architecture: 'arm', variant: 'v6' } },
        { override: { os: 'windows', architecture: 'amd64', osVersion: '10.0.1' } },
      ],
    });
  });

  it('leaves an override out that the name of the image says, too', () => {
    const { config } = read(
      'docker manifest create a.io/x:1 a.io/x:amd64 a.io/x:armv7\ndocker manifest annotate a.io/x:1 a.io/x:armv7 --os linux --arch arm --variant v7\n',
    );

    expect(config.images.map(describeImage)).toEqual(['a.io/x:1 <- linux/amd64 linux/arm/v7 a.io/x:{arch}{variant}']);
  });

  it('makes another tag of a list that is made before one image with it', () => {
    const { config } = read(
      `${CREATE}docker manifest push a.io/x:1\ndocker buildx imagetools create -t a.io/x:latest a.io/x:1\ndocker buildx imagetools create -t b.io/y:z a.io/x:latest\n`,
    );

    expect(config.images.map(describeImage)).toEqual([
      'a.io/x:1,latest b.io/y:z <- linux/amd64 linux/arm64 a.io/x:1-{arch}',
    ]);
  });

  it('keeps what is live beside the images where the script amends or appends', () => {
    const { config } = read(
      'docker manifest create --amend a.io/x:1 a.io/x:amd64 a.io/x:arm64\ndocker buildx imagetools create --append -t a.io/y:1 a.io/y:arm64\n',
    );

    expect(config.images.map(({ unmanagedPlatforms }) => unmanagedPlatforms)).toEqual(['keep', 'keep']);
  });

  it('takes annotations of the index and of its entries', () => {
    const { config } = read(
      `docker buildx imagetools create -t a.io/x:1 --annotation index:a.b=1 --annotation 'manifest-descriptor:c.d=\${e}' a.io/x:1-amd64 a.io/x:1-arm64`,
    );

    expect(config.images[0]).toMatchObject({ annotations: { 'a.b': '1' }, descriptorAnnotations: { 'c.d': '$${e}' } });
  });

  it('declares the variables that only the run can tell, and names where they come from', () => {
    const { config, notes } = read('TAG=$(git describe)\ndocker buildx imagetools create -t a.io/x:$TAG a.io/x:1\n');

    expect(config.variables).toEqual([{ name: 'TAG', environment: 'TAG' }]);
    expect(notes).toEqual([expect.objectContaining({ severity: 'note', where: 'release.sh:1' })]);
  });

  it('notes a registry that is reached without a trusted connection', () => {
    const { config } = read('docker manifest create --insecure r.lan:5000/x:1 r.lan:5000/x:amd64 r.lan:5000/x:arm64');

    expect(config.registries).toEqual({ 'r.lan:5000': { insecureSkipVerify: true } });
  });
});

describe('a script is noted line by line for what is left out', () => {
  it.each([
    [
      'a loop over what a command prints, in a loop over words',
      'for A in a b; do for B in $(ls); do\ndocker manifest create a.io/x:1 a.io/x:1-$B; done; done',
      ['warning release.sh:2'],
    ],
    [
      'a loop over words in another loop',
      'while x; do for A in a b; do\ndocker manifest create a.io/x:1 a.io/x:1-$A; done; done',
      ['warning release.sh:2'],
    ],
    [
      'a loop that counts',
      'for ((i=0; i<3; i++)); do\ndocker manifest create a.io/x:1 a.io/x:1-$i; done',
      ['warning release.sh:2'],
    ],
    [
      'a loop over the arguments',
      'for A; do\ndocker manifest create a.io/x:1 a.io/x:1-$A; done',
      ['warning release.sh:2'],
    ],
    ['a command in a loop', `for i in $(ls); do\n${CREATE}done`, ['warning release.sh:2']],
    ['a command under a condition', `if [ -n "$CI" ]; then\n${CREATE}fi`, ['warning release.sh:2']],
    ['a command that runs when another one fails', `true ||\n${CREATE}`, ['warning release.sh:2']],
    ['what a command prints', 'docker manifest create $(name) a.io/x:arm', ['warning release.sh:1']],
    ['an argument of the script', 'docker manifest create $1 a.io/x:arm', ['warning release.sh:1']],
    ['an expression of GitHub Actions', '\ndocker manifest create ${{ env.X }} a.io/x:arm', ['warning release.sh:2']],
    ['a value that is changed', 'V=1.2\ndocker manifest create a.io/x:${V%.*} a.io/x:arm', ['warning release.sh:2']],
    ['a command that is wrapped', 'retry 5 docker manifest push a.io/x:1', ['warning release.sh:1']],
    ['a command in a text for a shell', `ssh host "${CREATE.trim()}"`, ['warning release.sh:1']],
    [
      'a flag that is not known',
      'docker buildx imagetools create --what -t a.io/x:1 a.io/y:1',
      ['warning release.sh:1'],
    ],
    [
      'a flag without an effect here',
      'docker buildx imagetools create -f d.json -t a.io/x:1',
      ['warning release.sh:1'],
    ],
    ['no tag', 'docker buildx imagetools create a.io/y:1', ['warning release.sh:1']],
    ['no source', 'docker buildx imagetools create -t a.io/y:1', ['warning release.sh:1']],
    [
      'an annotation without a value',
      'docker buildx imagetools create --annotation a -t a.io/y:1 a.io/z:1',
      ['warning release.sh:1'],
    ],
    ['a list that nobody made', 'docker manifest push a.io/x:1', ['warning release.sh:1']],
    [
      'an image that is not in the list',
      `${CREATE}docker manifest push a.io/x:1\ndocker manifest annotate a.io/x:1 a.io/z:1 --arch arm`,
      ['warning release.sh:3'],
    ],
    ['a list that is never pushed', CREATE, ['note release.sh:1']],
    ['a removal', `${CREATE}docker manifest push a.io/x:1\ndocker manifest rm a.io/x:1`, ['note release.sh:3']],
    ['a look', 'docker manifest inspect a.io/x:1', ['warning release.sh:1']],
    ['something that is no reference', 'docker manifest create a.io/X:1 a.io/x:arm', ['warning release.sh:1']],
    ['a spec in another file', 'manifest-tool push from-spec x.yaml', ['warning release.sh:1']],
    [
      'a name that tells no platform',
      'docker manifest create a.io/x:1 a.io/x:a a.io/x:b\ndocker manifest push a.io/x:1',
      ['warning release.sh:1'],
    ],
    [
      'two images for one platform',
      'docker manifest create a.io/x:1 a.io/x:arm64 a.io/y:arm64\ndocker manifest push a.io/x:1',
      ['warning release.sh:1'],
    ],
  ])('%s', (_what, text, expected) => {
    expect(listNotes(text)).toEqual(expected);
  });

  it.each([
    ['other commands', 'docker build -t a.io/x:1 . && docker push a.io/x:1\nls "$1" $(date)\n'],
    ['a message that names a command', 'echo "docker manifest push a.io/x:1"\n'],
    ['nothing', ''],
    ['no shell at all', '\u0000\u0001{"a": [1, 2]} <html>) ( "'],
  ])('and not for %s', (_what, text) => {
    expect(read(text)).toMatchObject({ config: { images: [] }, notes: [] });
  });
});

describe('a script that was made to do harm', () => {
  const bomb = ['v0=aaaaaaaaaa', ...Array.from({ length: 9 }, (_, i) => `v${i + 1}="${`$v${i}`.repeat(20)}"`)].join(
    '\n',
  );

  it.each([
    ['has loops in loops', `${'for A in 1 2 3 4 5 6 7 8 9; do '.repeat(40)} docker manifest push a.io/x:1`],
    ['is too long', 'x'.repeat(1024 * 1024 + 1)],
    ['has variables made of variables', `${bomb}\ndocker manifest create $v9 a.io/x:arm\n`],
    ['has braces made of braces', `docker manifest create a.io/x:1 ${'{a,b}'.repeat(40)}\n`],
    ['uses such variables everywhere', `${bomb}\n${'$v3\n'.repeat(20_000)}`],
  ])('is refused when it %s', (_what, text) => {
    const refuse = () => read(text);

    expect(refuse).toThrow(expect.toSatisfy((error) => isPlaitError(error, 'IMPORT_INVALID')));
  });

  it.each([
    ['a variable made of itself', 'A=$A$A\ndocker manifest create a.io/x:$A a.io/x:arm\n'],
    ['nesting without end', `docker manifest create ${'${a:-'.repeat(50_000)}`],
    ['commands in commands without end', `docker manifest create ${'$('.repeat(300_000)}`],
    ['quotes without end', `docker manifest create "${'\\"'.repeat(300_000)}`],
    ['backquotes without end', `docker manifest create \`${'\\a'.repeat(300_000)}`],
    ['quotes of bash without end', `docker manifest create $'${'\\a'.repeat(300_000)}`],
    ['many variables', Array.from({ length: 60_000 }, (_, i) => `v${i}=1`).join('\n')],
    ['commas without braces', `docker manifest create a.io/x:1 {${','.repeat(500_000)}`],
    ['open braces', `docker manifest create a.io/x:1 ${'{,'.repeat(300_000)}`],
    ['characters that are marks inside', 'docker manifest create a.io/x:\ue000$V a.io/x:arm\n'],
    [
      'a name of every object',
      '__proto__=1\ndocker manifest constructor $__proto__\ndocker buildx imagetools create --annotation __proto__=1 -t a.io/x:1 a.io/y:1\n',
    ],
  ])('is read to its end: %s', (_what, text) => {
    expect(() => read(text)).not.toThrow();
  });
});

it('takes of two lists for one tag the last, as the registry would', () => {
  const { config, notes } = read(
    'docker buildx imagetools create -t a.io/x:1 a.io/y:1\ndocker buildx imagetools create -t a.io/x:1 -t a.io/x:2 a.io/z:1\n',
  );

  expect(config.images.map(describeImage)).toEqual(['a.io/x:1,2 = a.io/z:1']);
  expect(notes).toEqual([expect.objectContaining({ severity: 'note', where: 'release.sh:1' })]);
});

it('takes no image over that a config cannot declare', () => {
  const result = leaveOutInvalid(
    read(`docker manifest create a.io/x:1\n${CREATE}docker buildx imagetools create -t a.io/x:2 a.io/z:1\n`),
  );

  expect(result.config.images.map(describeImage)).toEqual([
    'a.io/x:1 <- linux/amd64 linux/arm64 a.io/x:1-{arch}',
    'a.io/x:2 = a.io/z:1',
  ]);
});
