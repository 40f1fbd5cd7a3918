import { Command, Option } from 'commander';
import { describe, expect, it } from 'vitest';
import { applyEnvironment, repeatable } from '../../../src/cli/options.ts';

function parse(argv: readonly string[], environment: Record<string, string>): Record<string, unknown> {
  const command = new Command('x')
    .addOption(repeatable('--allow <guard=glob>', ''))
    .addOption(new Option('--color <when>', '').choices(['auto', 'never']).default('auto'))
    .option('--detailed-exitcode', '')
    .option('--parallelism <n>', '', Number)
    .option('--cache <folder>', '')
    .option('--no-cache', '')
    .option('--update [glob]', '')
    .exitOverride();
  command.parse([...argv], { from: 'user' });
  applyEnvironment(command, environment);
  return command.opts();
}

describe('an option', () => {
  it('is taken from PLAIT_<FLAG_NAME>', () => {
    const environment = { PLAIT_DETAILED_EXITCODE: 'true', PLAIT_PARALLELISM: '7', PLAIT_COLOR: 'never' };

    expect(parse([], environment)).toMatchObject({ detailedExitcode: true, parallelism: 7, color: 'never' });
  });

  it('that may be repeated takes a value a line', () => {
    expect(parse([], { PLAIT_ALLOW: 'a=b\nc=d' })).toMatchObject({ allow: ['a=b', 'c=d'] });
  });

  it('on the command line wins over the environment', () => {
    expect(parse(['--color', 'auto'], { PLAIT_COLOR: 'never' })).toMatchObject({ color: 'auto' });
  });

  it('can be switched off by a word for it', () => {
    expect(parse([], { PLAIT_DETAILED_EXITCODE: 'false' })).toMatchObject({ detailedExitcode: false });
  });

  it('that says no is taken from its own variable', () => {
    expect(parse([], { PLAIT_NO_CACHE: '1' })).toMatchObject({ cache: false });
    expect(parse([], { PLAIT_CACHE: '/tmp/x' })).toMatchObject({ cache: '/tmp/x' });
  });

  it('that may have a value is switched on and off too', () => {
    expect(parse([], { PLAIT_UPDATE: 'true' })).toMatchObject({ update: true });
    expect(parse([], { PLAIT_UPDATE: '0' })).toMatchObject({ update: false });
    expect(parse([], { PLAIT_UPDATE: 'ghcr.io/**' })).toMatchObject({ update: 'ghcr.io/**' });
  });

  it.each([{ PLAIT_DETAILED_EXITCODE: 'perhaps' }, { PLAIT_COLOR: 'pink' }])('refuses %j', (environment) => {
    expect(() => parse([], environment as never)).toThrow(expect.objectContaining({ code: 'USAGE' }));
  });
});
