import { Command, Option } from 'commander';
import { parseLifetime } from '../plan/lifetime.ts';
import { REPORT_FORMATS } from '../report/format-names.ts';
import type { ProgramOutline } from '../report/program-outline.ts';
import { addReading } from './add-reading.ts';
import type { HelpTexts } from './commands/help.ts';
import type { CliContext } from './context.ts';
import { EXIT_CODES, type ExitCode } from './exit-codes.ts';
import { type LogFlags, withLog } from './log.ts';
import {
  addCacheOptions,
  addConnectionOptions,
  addDisplayOptions,
  addInputOptions,
  addLockOptions,
  addMetricsOption,
  addSelectionOptions,
  addTagSelection,
  applyEnvironment,
  repeatable,
} from './options.ts';
import { outlineProgram } from './outline.ts';
import { describeCompletion, describeHelp } from './reading-commands.ts';
import type { CommandEntry, Register, Run } from './register.ts';
import { useSettings } from './use-settings.ts';
import { VERSION } from './version.ts';

/** What is known when a command is over. */
interface ProgramEnd {
  exitCode: ExitCode;
  /** With the log that the command line asks for, as soon as it is read. */
  context: CliContext;
}

/** Runs one command line and says how the process is to end. Never throws. */
export async function runProgram(context: CliContext, argv: readonly string[]): Promise<ExitCode> {
  const end: ProgramEnd = { exitCode: EXIT_CODES.ok, context };
  try {
    await createProgram(context, end, listEntries(argv[0])).parseAsync(argv, { from: 'user' });
    return end.exitCode;
  } catch (error) {
    const { explain } = await import('./explain.ts');
    return explain(end.context, error);
  }
}

const DESCRIPTION = 'Declare multi-arch image tags in YAML, see the plan, apply only what differs.';

function createProgram(context: CliContext, end: ProgramEnd, entries: readonly CommandEntry[]): Command {
  const program = new Command('plait')
    .description(DESCRIPTION)
    .version(VERSION, '-V, --version')
    .configureOutput({
      writeOut: (text) => context.stdout.write(text),
      writeErr: (text) => context.stderr.write(text),
      getOutHelpWidth: () => Math.max(context.stdout.columns, 40),
      getErrHelpWidth: () => Math.max(context.stderr.columns, 40),
    })
    .showHelpAfterError('Run the command with --help to see what it takes.')
    .exitOverride();
  for (const entry of entries) {
    const command = makeCommand(entry).copyInheritedSettings(program);
    command.action(async () => {
      applyEnvironment(command, context.environment);
      await useSettings(command, listCommands, context);
      end.context = withLog(context, command.opts<LogFlags>());
      const run = await entry.load();
      context.onLoaded?.();
      end.exitCode = await runCommand(end.context, command, run);
    });
    program.addCommand(command);
  }
  return program;
}

function makeCommand({ name, describe }: CommandEntry): Command {
  const command = new Command(name);
  describe(command);
  return command;
}

async function runCommand(context: CliContext, command: Command, run: Run): Promise<ExitCode> {
  const { metricsFile: path } = command.opts<{ metricsFile?: string }>();
  const runIn = (inside: CliContext) => run(inside, command.opts<never>(), ...command.args);
  if (path === undefined) return runIn(context);
  const [{ measureRun }, { codeOf }] = await Promise.all([import('./metrics-file.ts'), import('./explain.ts')]);
  return measureRun(context, { command: command.name(), path, run: runIn, codeOf: (error) => codeOf(context, error) });
}

/** All commands; only the one called `name` where there is one. */
function listEntries(name?: string): readonly CommandEntry[] {
  const entries: CommandEntry[] = [];
  const register: Register = (...[called, describe, load]) => entries.push({ name: called, describe, load });
  addPlanning(register);
  addReading(register);
  addLearning(register);
  const wanted = entries.filter((entry) => entry.name === name);
  return wanted.length > 0 ? wanted : entries;
}

/** Pure: what the program takes, for what is made of it. */
export function outline(): ProgramOutline {
  return outlineProgram(DESCRIPTION, listCommands());
}

/** All commands with their flags, to look at and not to run. */
export function listCommands(): readonly Command[] {
  return listEntries().map(makeCommand);
}

function addPlanning(register: Register): void {
  register('plan', describePlan, async () => (await import('./commands/plan.ts')).runPlan);
  register('drift', describeDrift, async () => (await import('./commands/drift.ts')).runDrift);
  register('apply', describeApply, async () => (await import('./commands/apply.ts')).runApply);
  register('create', describeCreate, async () => (await import('./commands/create.ts')).runCreate);
  register('rollback', describeRollback, async () => (await import('./commands/rollback.ts')).runRollback);
}

function describePlan(plan: Command): void {
  plan.description('compare the config with the registries and print what would change');
  addLockOptions(addPlanOptions(plan));
  addSaveOptions(plan);
  addDisplayOptions(addMetricsOption(plan), REPORT_FORMATS);
}

function describeDrift(drift: Command): void {
  drift.description('tell how live tags differ from what is declared; exit 2 when they do');
  addLockOptions(addCacheOptions(addConnectionOptions(addSelectionOptions(addInputOptions(drift)))))
    .option('--short', 'one line an index')
    .option('--show-unchanged', 'list also what needs no change');
  addDisplayOptions(addMetricsOption(drift), REPORT_FORMATS);
}

function describeApply(apply: Command): void {
  apply
    .description('plan, show, ask, and push only what differs; with FILE exactly that saved plan, without asking')
    .argument('[file]', 'a plan saved with plait plan -o');
  addApplyOptions(addLockOptions(addPlanOptions(apply)))
    .option('--fail-fast', 'stop at the first failure instead of going on with other images')
    .option('--checksum <sha256>', 'refuse to write unless the plan has this checksum')
    .addOption(new Option('--stale <how>', 'when a tag moved meanwhile').choices(['abort', 'skip']).default('abort'));
  addDisplayOptions(addMetricsOption(apply), REPORT_FORMATS);
}

function addSaveOptions(command: Command): Command {
  return command
    .option('-o, --out <file>', 'save the plan, to be applied exactly as it is')
    .option('--max-age <duration>', 'how long a saved plan is good: 30m, 24h, 7d, 2w (default: 7d)', parseLifetime);
}

function describeCreate(create: Command): void {
  create
    .description('one index without a config file: the same plan, guards and apply')
    .argument('<target>', 'repository:tag to publish')
    .argument('<source...>', 'its images: each an image, or an index that brings all of its images')
    .addOption(repeatable('-t, --tag <tag>', 'one more tag of the same repository'))
    .addOption(repeatable('--annotate <source=platform>', 'what an image is for, where it says something else'))
    .addOption(repeatable('--annotation <key=value>', 'an annotation of the index'))
    .option('--amend', 'keep the platforms that the tag has and the sources have not')
    .addOption(new Option('--media-type <type>', 'of the index').choices(['oci', 'docker', 'auto']).default('oci'))
    .option('--emit', 'print the config file that says the same, and do nothing');
  addApplyOptions(addReviewOptions(addCacheOptions(addConnectionOptions(addInputOptions(create)))));
  addDisplayOptions(addMetricsOption(create), REPORT_FORMATS);
}

function describeRollback(rollback: Command): void {
  rollback
    .description('from the result of an apply, the plan that brings its tags back to what they held')
    .argument('<result>', 'the file of plait apply --result');
  addConnectionOptions(addTagSelection(addInputOptions(rollback)))
    .option('--short', 'one line an index')
    .option('--show-unchanged', 'list also what needs no change')
    .option('--detailed-exitcode', 'exit 2 when there are changes');
  addDisplayOptions(addSaveOptions(rollback), REPORT_FORMATS);
}

function addPlanOptions(command: Command): Command {
  addInputOptions(command);
  addSelectionOptions(command);
  addConnectionOptions(command);
  addCacheOptions(command);
  return addReviewOptions(command);
}

function addApplyOptions(command: Command): Command {
  return command
    .option('-y, --yes', 'do not ask')
    .option('--dry-run', 'everything but writes')
    .option('--result <file>', 'save how every tag ended, also after a failure');
}

function addReviewOptions(command: Command): Command {
  return command
    .addOption(repeatable('--allow <guard=glob>', 'lift a guard for these tags: platform-removal=repository:tag'))
    .option('--short', 'one line an index')
    .option('--show-unchanged', 'list also what needs no change')
    .option('--detailed-exitcode', 'exit 2 when there are changes');
}

function addLearning(register: Register): void {
  register('completion', describeCompletion, async () => {
    const { runCompletion } = await import('./commands/completion.ts');
    return async (context, _options, shell = '') => runCompletion(context, outline(), shell);
  });

  register('help', describeHelp, async () => {
    const { runHelp } = await import('./commands/help.ts');
    return async (context, _options, topic) => runHelp(context, writeHelp(context), topic);
  });

  register('version', describeVersion, async () => (await import('./commands/version.ts')).runVersion);
}

function describeVersion(version: Command): void {
  version.description('print the version');
}

/** The words of `--help`, for the command that prints them. */
function writeHelp(context: CliContext): HelpTexts {
  const program = createProgram(context, { exitCode: EXIT_CODES.ok, context }, listEntries());
  const commands = program.commands.map((command) => [command.name(), command.helpInformation()] as const);
  return { program: program.helpInformation(), commands: new Map(commands) };
}
