import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { ERROR_CODES } from '../../src/errors/codes.ts';
import { ERROR_PAGES } from '../../src/errors/pages/pages.ts';
import { runHere } from '../support/run-here.ts';
import { runProgram } from '../support/run-program.ts';
import { makeTempDir } from '../support/temp-dir.ts';

const folder = makeTempDir();
const run = (...args: readonly string[]) => runHere(args, { cwd: folder, home: folder });

describe('plait help', () => {
  it.each(Object.keys(ERROR_CODES))('has a page for %s', async (code) => {
    const { code: ended, stdout } = await run('help', code);

    expect(ended).toBe(0);
    expect(stdout).toMatch(
      new RegExp(`^${code}: .+\n\nLikely causes:\n  - .+[^]*\nWhat to do:\n  - .+[^]*exit code \\d+\\.\n$`),
    );
  });

  it('takes a code as people write it, and says what was meant', async () => {
    const written = await run('help', 'source-missing');
    const typo = await run('help', 'SOURCE_MISING');

    expect(written.stdout).toContain('SOURCE_MISSING: ');
    expect(typo.code).toBe(64);
    expect(typo.stderr).toContain('did you mean SOURCE_MISSING?');
  });

  it('is what --help prints', async () => {
    const [all, also, plan, plansOwn] = [
      await run('help'),
      await run('--help'),
      await run('help', 'plan'),
      await run('plan', '--help'),
    ];

    expect(all).toEqual(also);
    expect(plan).toEqual(plansOwn);
    expect(plan.stdout).toContain('Usage: plait plan');
  });

  it('speaks of commands and flags that exist', async () => {
    const texts = Object.values(ERROR_PAGES).flatMap(({ causes, steps }) => [...causes, ...steps]);
    const commands = texts.flatMap((text) => [...text.matchAll(/plait ([a-z]+)/g)].map(([, name = '']) => name));
    const { stdout } = await run('help');
    const names = [...stdout.matchAll(/^ {2}([a-z]+)/gm)].map(([, name]) => name);

    expect(commands.filter((name) => !names.includes(name))).toEqual([]);
  });
});

describe('what is made of the program', () => {
  it('is in the repository as the program says it', async () => {
    const result = await runProgram(process.execPath, ['scripts/program-docs.mjs', '--check'], { timeoutMs: 60_000 });

    expect(result).toMatchObject({ code: 0, stderr: '' });
  }, 60_000);

  it('is a manual page that man can show, with every command', async () => {
    const { code, stdout, stderr } = await runProgram('man', ['--warnings', '-l', 'man/plait.1'], {
      timeoutMs: 20_000,
    });
    const source = readFileSync('man/plait.1', 'utf8');
    const isShown = code !== 0 || (stderr === '' && stdout.includes('plait import'));

    expect(isShown).toBe(true);
    expect(source).toContain('.SS "plait completion <shell>"');
    expect(source).not.toMatch(/^[.'](?!TH|SH|SS|TP|B|I|BR|RI|\\")/m);
  });
});
