import { Command } from 'commander';
import { REPORT_FORMATS } from '../report/format-names.ts';
import { addConnectionOptions, addDisplayOptions, addInputOptions, addLockFileOption } from './options.ts';
import { makeDiff, makeImport } from './reading-commands.ts';
import type { Register } from './register.ts';

/** The commands that look at something, and those for this machine alone. */
export function addReading(register: Register): void {
  addValidate(register);
  addLooking(register);
  addLocal(register);
}

function addValidate(register: Register): void {
  const validate = new Command('validate').description('check the config, and with --online its sources');
  addLockFileOption(addConnectionOptions(addInputOptions(validate))).option(
    '--online',
    'ask the registries, too: sources must be there, and credentials be accepted',
  );
  addDisplayOptions(validate, ['text', 'json']);
  register(validate, async () => (await import('./commands/validate.ts')).runValidate);
}

function addLooking(register: Register): void {
  const render = new Command('render').description('print the config with everything expanded');
  addInputOptions(render).option('--origin', 'say of each value where it comes from: file and line, variables');
  addDisplayOptions(render, ['text', 'json']);
  register(render, async () => (await import('./commands/render.ts')).runRender);

  const inspect = new Command('inspect').description('show a live index or image').argument('<reference>');
  addConnectionOptions(addInputOptions(inspect))
    .option('-v, --verbose', 'also the config and the layers of each image')
    .option('--raw', 'the exact bytes of the manifest')
    .option('--platform <platform>', 'which image a client on this platform gets, and why');
  addDisplayOptions(inspect, ['text', 'json']);
  register(inspect, async () => (await import('./commands/inspect.ts')).runInspect);

  const lock = new Command('lock')
    .description('pin every source that is named by a tag alone, by digest, in the lock file')
    .option('--update [glob]', 'renew the pins of all sources, or of those whose repository:tag matches')
    .option('--check', 'change nothing; exit 2 when the lock file and the registries differ');
  addConnectionOptions(addLockFileOption(addInputOptions(lock)));
  addDisplayOptions(lock, ['text', 'json']);
  register(lock, async () => (await import('./commands/lock.ts')).runLock);

  register(makeImport(), async () => (await import('./commands/import.ts')).runImport);
  register(makeDiff(), async () => (await import('./commands/diff.ts')).runDiff);

  addTools(register);
}

function addTools(register: Register): void {
  const show = new Command('show')
    .description('saved plans or results in any format; several of them as one')
    .argument('<file...>', 'files of plait plan -o or of plait apply --result')
    .option('--short', 'one line an index')
    .option('--show-unchanged', 'list also what needs no change');
  addDisplayOptions(show, REPORT_FORMATS);
  register(show, async () => (await import('./commands/show.ts')).runShow);
}

function addLocal(register: Register): void {
  const playground = new Command('playground')
    .description('an own registry on loopback with sample images, to try everything')
    .option('--port <n>', 'port; 0 takes a free one', Number, 5005)
    .option('--dir <folder>', 'keep the content in this folder');
  register(playground, async () => (await import('./commands/playground.ts')).runPlayground);

  const cache = new Command('cache').description('clean: remove what is kept between runs').argument('<action>');
  cache.option('--cache <folder>', 'the folder to clean (default: plait in the cache folder of the user)');
  register(cache, async () => (await import('./commands/cache.ts')).runCache);

  const schema = new Command('schema')
    .description('print a JSON Schema: config, plan, result, events or lock')
    .argument('[name]');
  register(schema, async () => (await import('./commands/schema.ts')).runSchema);
}
