import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { runHere } from '../support/run-here.ts';
import { runProgram } from '../support/run-program.ts';
import { makeTempDir } from '../support/temp-dir.ts';

let folder: string;
beforeAll(async () => {
  folder = makeTempDir();
  const { stdout } = await runHere(['completion', 'bash'], { cwd: folder, home: folder });
  writeFileSync(join(folder, 'plait.bash'), stdout);
  mkdirSync(join(folder, 'work', 'plans'), { recursive: true });
  writeFileSync(join(folder, 'work', 'my plan.json'), '');
  writeFileSync(join(folder, 'work', 'plan.json'), '');
});

/** What bash offers for the last of `words`, which it takes apart at `=` and `:` itself. */
async function complete(...words: readonly string[]): Promise<readonly string[]> {
  const quoted = ['plait', ...words].map((word) => `'${word}'`).join(' ');
  const script = `source ../plait.bash; COMP_WORDS=(${quoted}); COMP_CWORD=${words.length}; _plait; printf '%s\\n' "\${COMPREPLY[@]}"`;
  const { stdout, stderr } = await runProgram('bash', ['--norc', '-c', script], {
    cwd: join(folder, 'work'),
    timeoutMs: 20_000,
  });
  expect(stderr).toBe('');
  return stdout
    .toString('utf8')
    .split('\n')
    .filter((line) => line !== '');
}

describe('the completion in bash', () => {
  it.each([
    ['a command', ['pl'], ['plan', 'playground']],
    ['a command that is named whole', ['import'], ['import']],
    ['a flag', ['plan', '--detailed'], ['--detailed-exitcode']],
    ['a flag after others', ['plan', '--short', '--show'], ['--show-unchanged']],
    ['the words of a flag', ['plan', '--lock', ''], ['off', 'record', 'enforce']],
    ['the words of a flag after =', ['plan', '--lock', '=', 'en'], ['enforce']],
    ['the words of a flag right after =', ['plan', '--color', '='], ['auto', 'always', 'never']],
    ['formats', ['inspect', '-O', 'j'], ['json']],
    ['files of a flag', ['plan', '-f', 'plan'], ['plans', 'plan.json']],
    ['a file with a blank in its name', ['apply', 'my'], ['my plan.json']],
    ['folders of a flag', ['plan', '--cache', ''], ['plans']],
    ['shells', ['completion', 'z'], ['zsh']],
    ['error codes', ['help', 'SOURCE_PLATFORM_MIS'], ['SOURCE_PLATFORM_MISMATCH', 'SOURCE_PLATFORM_MISSING']],
    ['commands to be helped with', ['help', 'comp'], ['completion']],
    ['nothing where anything may stand', ['plan', '--target', ''], []],
    ['a flag behind one whose value may be left out', ['lock', '--update', '--che'], ['--check']],
    ['the command, though a value looks like one', ['plan', '--var', 'apply', '--sav'], []],
  ])('offers %s', async (_what, words, expected) => {
    const offered = await complete(...words);

    expect([...offered].sort()).toEqual([...expected].sort());
  });
});

describe('the scripts for other shells', () => {
  const print = (shell: string) => runHere(['completion', shell], { cwd: folder, home: folder });

  it.each([
    ['zsh', ['-n']],
    ['fish', ['--no-execute']],
    ['bash', ['-n']],
  ])('are in the language of %s, where it is installed, and name every command', async (shell, flags) => {
    const { code, stdout } = await print(shell);
    const path = join(folder, `script.${shell}`);
    writeFileSync(path, stdout);
    const checked = await runProgram(shell, [...flags, path], { timeoutMs: 20_000 });
    const expected = checked.code === 127 ? 127 : 0;

    expect(code).toBe(0);
    for (const name of ['plan', 'apply', 'import', 'diff', 'completion']) expect(stdout).toContain(name);
    expect(checked.code).toBe(expected);
  });

  it('are refused for a shell that is not known', async () => {
    expect((await print('csh')).code).toBe(64);
  });
});
