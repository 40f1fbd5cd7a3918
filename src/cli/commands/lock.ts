import type { LoadedConfig } from '../../config/load.ts';
import { PlaitError } from '../../errors/plait-error.ts';
import { matchesGlob } from '../../plan/glob.ts';
import type { RegistryClient } from '../../registry/client.ts';
import { toLockDocument } from '../../report/json-lock.ts';
import { PLAIN } from '../../report/style.ts';
import { renderTextLock } from '../../report/text-lock.ts';
import type { LockFile } from '../../state/lock-file.ts';
import { applyReport, checkLock, type LockReport, type LockStatus, updateLock } from '../../state/lock-update.ts';
import { createManagedTest } from '../../state/managed-tags.ts';
import { type FloatingSource, listFloatingSources } from '../../state/pin.ts';
import { findHeld, resolveSources, type SourceAnswer } from '../../state/resolve-sources.ts';
import { withClient } from '../connect.ts';
import type { CliContext } from '../context.ts';
import { chooseStyle } from '../display.ts';
import { EXIT_CODES, type ExitCode, strongest } from '../exit-codes.ts';
import { loadChecked } from '../load-input.ts';
import { findLockPlace, type LockPlace, readLock } from '../lock-input.ts';
import type { ConnectionOptions, DisplayOptions, InputOptions, LockOptions } from '../options.ts';
import { parseOutputs, writeOutputs } from '../output-targets.ts';
import { assertWritable } from '../write-file.ts';
import { changeLock } from '../write-lock.ts';

export interface LockCommandOptions
  extends InputOptions,
    ConnectionOptions,
    DisplayOptions,
    Pick<LockOptions, 'lockFile'> {
  /** True: all pins; text: those of sources that match the glob. */
  readonly update?: boolean | string;
  readonly check?: boolean;
}

export const LOCK_FORMATS: readonly string[] = ['text', 'json'];

/** `plait lock`: pins every floating source that is not pinned yet. Sends no write, whatever the flags. */
export async function runLock(context: CliContext, options: LockCommandOptions): Promise<ExitCode> {
  const outputs = parseOutputs(options.output, LOCK_FORMATS);
  if (options.check === true && isUpdate(options)) {
    throw new PlaitError('USAGE', '--check changes nothing, and --update does', { hint: 'give one of the two' });
  }
  const config = await loadChecked(context, options);
  const place = await findLockPlace(context, options);
  const run: LockRun = {
    config,
    place,
    lock: await readLock(place),
    floating: listFloatingSources(config.declarations),
  };
  const asked = chooseSources(run, options);
  const isCheck = options.check === true;
  if (!isCheck) await assertWritable(context, [place.absolute]);
  const report = await withClient(context, { access: 'read', settings: config.settings, flags: options }, (client) =>
    isCheck ? check(context, run, client) : update(context, run, { client, asked }),
  );
  const written = !isCheck && (await changeLock(context, place, (current) => applyReport(current, report)));
  const style = chooseStyle(context, context.stdout, options.color);
  await writeOutputs(context, outputs, (format, isFile) =>
    format === 'json'
      ? `${JSON.stringify(toLockDocument(report, { lockFile: place.path, isCheck, written }), null, 2)}\n`
      : renderTextLock(report, { style: isFile ? PLAIN : style, path: place.path, isCheck }),
  );
  return exitCodeOf(report, isCheck);
}

/** What is compared, before a registry is asked. */
interface LockRun {
  readonly config: LoadedConfig;
  readonly place: LockPlace;
  readonly lock: LockFile;
  /** Of the whole config. */
  readonly floating: readonly FloatingSource[];
}

function isUpdate({ update }: LockCommandOptions): boolean {
  return update !== undefined && update !== false;
}

/** Those that have no pin, and those whose pin is to be renewed. Throws USAGE for a glob that matches nothing. */
function chooseSources({ floating, lock }: LockRun, { update }: LockCommandOptions): readonly FloatingSource[] {
  const isChosen = (name: string) =>
    typeof update === 'string' ? matchesGlob(update, name) : update !== undefined && update;
  if (typeof update === 'string' && !floating.some(({ name }) => isChosen(name))) {
    throw new PlaitError('USAGE', `--update ${update} matches no source of the config that is named by a tag alone`, {
      hint: 'write repository:tag as  plait render  shows it; * stops at a slash, **/ spans any number of folders',
    });
  }
  return floating.filter(({ name }) => !lock.sources.has(name) || isChosen(name));
}

async function update(
  { signal }: CliContext,
  { config, lock, floating }: LockRun,
  { client, asked }: { readonly client: RegistryClient; readonly asked: readonly FloatingSource[] },
): Promise<LockReport> {
  const answers = await resolveSources(client, asked, { signal });
  return updateLock({ lock, floating, answers, isManaged: createManagedTest(config) });
}

/** A tag that holds what is pinned shows that it is there; the pins of others are asked for too. */
async function check(
  { signal }: CliContext,
  { config, lock, floating }: LockRun,
  client: RegistryClient,
): Promise<LockReport> {
  const answers = await resolveSources(client, floating, { signal });
  const doubtful = floating.flatMap(({ name, reference }) => {
    const digest = lock.sources.get(name);
    return digest === undefined || isAnswer(answers.get(name), digest) ? [] : [{ name, reference, digest }];
  });
  const held = await findHeld(client, doubtful, { signal });
  return checkLock({ lock, floating, answers, isManaged: createManagedTest(config) }, held);
}

function isAnswer(answer: SourceAnswer | undefined, digest: string): boolean {
  return answer?.kind === 'found' && answer.digest === digest;
}

const FINE: readonly LockStatus[] = ['ok', 'absent'];

function exitCodeOf({ sources, tags, failures }: LockReport, isCheck: boolean): ExitCode {
  const differs = isCheck && [...sources, ...tags].some(({ status }) => !FINE.includes(status));
  return strongest([
    EXIT_CODES.ok,
    ...(differs ? [EXIT_CODES.changes] : []),
    ...(failures.length > 0 ? [EXIT_CODES.error] : []),
  ]);
}
