import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import packageJson from '../../package.json' with { type: 'json' };
import { checkCommand, type Help, listCommands, readHelp } from '../support/docs-commands.ts';
import { checkConfigBlock, type Problem } from '../support/docs-config.ts';
import { type DocPage, listAnchors, listCodeSpans, listLinks, parsePage } from '../support/docs-page.ts';
import { type Run, walkPage } from '../support/docs-walk.ts';
import { runCli } from '../support/run-cli.ts';
import { runHere } from '../support/run-here.ts';
import { runProgram } from '../support/run-program.ts';

const PAGES = [
  'README.md',
  ...readdirSync('docs')
    .filter((name) => name.endsWith('.md'))
    .map((name) => `docs/${name}`),
];
/** The README shows registries that are not there; its plan has a test of its own. */
const WALKED = PAGES.filter((path) => path !== 'README.md');
const SCRIPTS = Object.keys(packageJson.scripts);

const runInProcess: Run = (args, cwd) => runHere(args, { cwd, home: cwd });
/** A reader has one cache for all that the page does. */
const runBuilt: Run = (args, cwd) => runCli(args, { cwd, env: { XDG_CACHE_HOME: join(cwd, '.cache') } });

function readPage(path: string): DocPage {
  return parsePage(path, readFileSync(path, 'utf8'));
}

async function checkConfigs(page: DocPage): Promise<readonly Problem[]> {
  const problems: Problem[] = [];
  for (const block of page.blocks.filter(({ language }) => language === 'yaml')) {
    problems.push(...(await checkConfigBlock(block)));
  }
  return problems;
}

function checkCommands(page: DocPage, help: Help): readonly Problem[] {
  return listCommands(page).flatMap((command) => checkCommand(command, help, SCRIPTS));
}

/** Flags in the text of a page, as in `--allow platform-removal=…`. */
function checkFlags(page: DocPage, help: Help): readonly Problem[] {
  const known = new Set([...help.values()].flatMap(({ flags }) => [...flags.keys()]));
  return listCodeSpans(page)
    .map(({ text, line }) => ({ flag: /^--?[a-zA-Z-]+/.exec(text)?.[0], line }))
    .filter(({ flag }) => flag !== undefined && !known.has(flag))
    .map(({ flag, line }) => `${page.path}:${line}: there is no flag ${flag}`);
}

function checkLinks(page: DocPage): readonly Problem[] {
  return listLinks(page)
    .filter(({ target }) => !/^[a-z]+:/.test(target) && !isThere(page, target))
    .map(({ target, line }) => `${page.path}:${line}: ${target} leads nowhere`);
}

function isThere(page: DocPage, target: string): boolean {
  const [path = '', anchor] = target.split('#');
  const file = join(dirname(page.path), path);
  if (path !== '' && (anchor === undefined || !existsSync(file))) return existsSync(file);
  return listAnchors(path === '' ? page : readPage(file)).includes(anchor ?? '');
}

let help: Help;
beforeAll(async () => {
  help = await readHelp();
});

describe('the documentation', () => {
  it.each(PAGES)('%s shows configs that are valid', async (path) => {
    expect(await checkConfigs(readPage(path))).toEqual([]);
  });

  it.each(PAGES)('%s names commands and flags that exist', (path) => {
    expect(checkCommands(readPage(path), help)).toEqual([]);
  });

  // The README names flags of docker, too.
  it.each(WALKED)('%s speaks of flags that exist', (path) => {
    expect(checkFlags(readPage(path), help)).toEqual([]);
  });

  it.each(PAGES)('%s links to what is there', (path) => {
    expect(checkLinks(readPage(path))).toEqual([]);
  });

  // `vitest run test/e2e/docs.test.ts -u` writes what is printed now into the page.
  it.each(WALKED)('%s shows what the program prints', async (path) => {
    const { text, problems } = await walkPage(readPage(path), runInProcess);

    expect(problems).toEqual([]);
    await expect(text).toMatchFileSnapshot(resolve(path));
  });

  it('begins with a page that shows what the built program prints', async () => {
    const path = 'docs/get-started.md';
    const { text } = await walkPage(readPage(path), runBuilt);

    expect(text).toBe(readFileSync(path, 'utf8'));
  }, 180_000);

  it('lists the keys of the schema', async () => {
    const result = await runProgram(process.execPath, ['scripts/config-docs.mjs', '--check'], { timeoutMs: 20_000 });

    expect(result).toMatchObject({ code: 0, stderr: '' });
  });
});

describe('the checks of the documentation', () => {
  const page = (text: string) => parsePage('sample.md', text);
  const config =
    '```yaml\nversion: 1\nimages:\n  - target: ghcr.io/acme/api\n    tags: [latest]\n    from: a.example/b:1\n```\n';

  it.each([
    ['a typo in a key', config.replace('tags:', 'tgas:'), 'unknown-key'],
    ['a tag that is a number', config.replace('[latest]', '[1.10]'), 'not-text'],
    [
      'a typo in a fragment',
      '<!-- docs: fragment -->\n```yaml\nregistries:\n  h.example: { palinHttp: true }\n```\n',
      'unknown-key',
    ],
    ['a typo in an image', '<!-- docs: image -->\n```yaml\nunmanagedPlatforms: kep\n```\n', 'invalid-value'],
    ['a part of a config without a comment', '```yaml\ntags: [latest]\n```\n', 'needs'],
    ['an error that is not one', `<!-- docs: says unknown-key -->\n${config}`, 'this is valid'],
    ['something that is no YAML', config.replace('[latest]', '[latest'), 'yaml-syntax'],
  ])('find %s', async (_what, text, word) => {
    expect(await checkConfigs(page(text))).toEqual([expect.stringMatching(`^sample\\.md:[12]: .*${word}`)]);
  });

  it('are content with a config that is right', async () => {
    expect(await checkConfigs(page(config))).toEqual([]);
  });

  it.each([
    ['a block under another name', '```yml\nversion: 1\n```\n'],
    ['a block in a list', '-\n  ```yaml\n  version: 1\n  ```\n'],
    ['a block without an end', '```yaml\nversion: 1\n'],
    ['an unknown comment', '<!-- docs: ignore -->\n```yaml\nversion: 1\n```\n'],
    ['a comment above nothing', '<!-- docs: fragment -->\n\nText.\n'],
  ])('refuse %s', (_what, text) => {
    expect(() => page(text)).toThrow(/^sample\.md:\d/);
  });

  it.each([
    ['an unknown command', '```sh\nplait aply --yes\n```\n'],
    ['an unknown flag', '```sh\nnpx plait plan --file a.yaml \\\n  --detailed-exit-code\n```\n'],
    ['an unknown flag behind another command', '```sh\ncd /tmp && TAG=1 plait plan --force\n```\n'],
    ['a flag of another command', '```console\n$ plait plan --yes\nPlan: nothing\n```\n'],
    ['an unknown choice', '```sh\nplait apply --stale ignore\n```\n'],
    ['an unknown format', '```sh\nplait apply -O jsonl\n```\n'],
    ['a flag without its value', '```sh\nplait plan --file\n```\n'],
    ['an unknown choice where there is no default', '```sh\nplait plan --lock always\n```\n'],
    ['an argument too many', '```sh\nplait plan manifests.yaml\n```\n'],
    [
      'a command in a workflow',
      '<!-- docs: workflow -->\n```yaml\njobs: { a: { steps: [{ run: plait apply --ja }] } }\n```\n',
    ],
    ['a command in the text', 'Run `plait plan --no-such-flag plan.json`.\n'],
    ['a command that is hidden', '```sh\nxargs plait plan --bad\n```\n'],
    ['a script that npm does not know', '```sh\nnpm run dmeo\n```\n'],
  ])('find %s', (_what, text) => {
    expect(checkCommands(page(text), help)).toEqual([expect.stringMatching(/^sample\.md:[12]: /)]);
  });

  it('are content with commands that are right', () => {
    const text =
      '```sh\nnpm run demo && if plait apply -y -O text=out.txt --stale=skip >log 2>&1; then echo plait; fi\nplait lock --update a/b --plain-http h; plait lock --update --plain-http h\n```\n';

    expect(checkCommands(page(text), help)).toEqual([]);
  });

  it('find flags in the text that do not exist', () => {
    expect(checkFlags(page('With `--forse`, or `-y`.\n'), help)).toEqual(['sample.md:1: there is no flag --forse']);
  });

  it('find links that lead nowhere', () => {
    expect(
      checkLinks(page('# Here I am\n[a](#here-i-am) [b](#there) [c](missing.md) [d](README.md#nowhere)\n')),
    ).toEqual([
      'sample.md:2: #there leads nowhere',
      'sample.md:2: missing.md leads nowhere',
      'sample.md:2: README.md#nowhere leads nowhere',
    ]);
  });

  it('see that a page shows something else than is printed, and what it should show', async () => {
    const text =
      '```console\n$ plait version\nplait 0.0.0\n\n$ plait validate -f missing.yaml\n…\n  code: CONFIG_NOT_FOUND\n$ echo $?\n1\n```\nEnd.\n';
    const walk = await walkPage(page(text), runInProcess);

    expect(walk.problems).toEqual([]);
    expect(walk.text).toBe(text.replace('0.0.0', packageJson.version).replace('\n1\n', '\n64\n'));
  });

  it('find a config for the playground that cannot be applied, and one that is never applied', async () => {
    const wrong = config
      .replace('a.example/b:1', '127.0.0.1:5005/demo/builds/attested:0')
      .replace('ghcr.io', '127.0.0.1:5005');
    const named = wrong.replace('```yaml\n', '```yaml\n# manifests.yaml\n');
    const { problems } = await walkPage(page(`${wrong}\n${named}`), runInProcess);

    expect(problems).toEqual([
      expect.stringMatching(/^sample\.md:1: plan ended with 1/),
      expect.stringMatching(/^sample\.md:1: apply --yes ended with 1/),
      expect.stringMatching(/^sample\.md:1: plan --detailed-exitcode ended with 1/),
      'sample.md:9: nothing on the page applies manifests.yaml',
    ]);
  });
});
