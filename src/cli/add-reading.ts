import type { Command } from 'commander';
import { REPORT_FORMATS } from '../report/format-names.ts';
import { addConnectionOptions, addDisplayOptions, addInputOptions, addLockFileOption } from './options.ts';
import { describeDiff, describeImport } from './reading-commands.ts';
import type { Register } from './register.ts';

/** The commands that look at something, and those for this machine alone. */
export function addReading(register: Register): void {
  register('validate', describeValidate, async () => (await import('./commands/validate.ts')).runValidate);
  register('render', describeRender, async () => (await import('./commands/render.ts')).runRender);
  register('inspect', describeInspect, async () => (await import('./commands/inspect.ts')).runInspect);
  register('lock', describeLock, async () => (await import('./commands/lock.ts')).runLock);
  register('import', describeImport, async () => (await import('./commands/import.ts')).runImport);
  register('diff', describeDiff, async () => (await import('./commands/diff.ts')).runDiff);
  register('show', describeShow, async () => (await import('./commands/show.ts')).runShow);
  register('playground', describePlayground, async () => (await import('./commands/playground.ts')).runPlayground);
  register('cache', describeCache, async () => (await import('./commands/cache.ts')).runCache);
  register('schema', describeSchema, async () => (await import('./commands/schema.ts')).runSchema);
}

function describeValidate(validate: Command): void {
  validate.description('check the config, and with --online its sources');
  addLockFileOption(addConnectionOptions(addInputOptions(validate))).option(
    '--online',
    'ask the registries, too: sources must be there, and credentials be accepted',
  );
  addDisplayOptions(validate, ['text', 'json']);
}

function describeRender(render: Command): void {
  render.description('print the config with everything expanded');
  addInputOptions(render).option('--origin', 'say of each value where it comes from: file and line, variables');
  addDisplayOptions(render, ['text', 'json']);
}

function describeInspect(inspect: Command): void {
  inspect.description('show a live index or image').argument('<reference>');
  addConnectionOptions(addInputOptions(inspect))
    .option('-v, --verbose', 'also the config and the layers of each image')
    .option('--raw', 'the exact bytes of the manifest')
    .option('--platform <platform>', 'which image a client on this platform gets, and why');
  addDisplayOptions(inspect, ['text', 'json']);
}

function describeLock(lock: Command): void {
  lock
    .description('pin every source that is named by a tag alone, by digest, in the lock file')
    .option('--update [glob]', 'renew the pins of all sources, or of those whose repository:tag matches')
    .option('--check', 'change nothing; exit 2 when the lock file and the registries differ');
  addConnectionOptions(addLockFileOption(addInputOptions(lock)));
  addDisplayOptions(lock, ['text', 'json']);
}

function describeShow(show: Command): void {
  show
    .description('saved plans or results in any format; several of them as one')
    .argument('<file...>', 'files of plait plan -o or of plait apply --result')
    .option('--short', 'one line an index')
    .option('--show-unchanged', 'list also what needs no change');
  addDisplayOptions(show, REPORT_FORMATS);
}

function describePlayground(playground: Command): void {
  playground
    .description('an own registry on loopback with sample images, to try everything')
    .option('--port <n>', 'port; 0 takes a free one', Number, 5005)
    .option('--dir <folder>', 'keep the content in this folder');
}

function describeCache(cache: Command): void {
  cache.description('clean: remove what is kept between runs').argument('<action>');
  cache.option('--cache <folder>', 'the folder to clean (default: plait in the cache folder of the user)');
}

function describeSchema(schema: Command): void {
  schema.description('print a JSON Schema: config, plan, result, events or lock').argument('[name]');
}
