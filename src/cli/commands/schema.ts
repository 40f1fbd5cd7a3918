import { makeResultJsonSchema } from '../../apply/result-document.ts';
import { makeConfigJsonSchema } from '../../config/json-schema.ts';
import { PlaitError } from '../../errors/plait-error.ts';
import { makePlanJsonSchema } from '../../plan/json-schema.ts';
import { makeEventsJsonSchema } from '../../report/ndjson/events-schema.ts';
import { makeLockJsonSchema } from '../../state/lock-schema.ts';
import type { CliContext } from '../context.ts';
import { EXIT_CODES, type ExitCode } from '../exit-codes.ts';

const SCHEMAS: ReadonlyMap<string, () => object> = new Map([
  ['config', makeConfigJsonSchema],
  ['plan', makePlanJsonSchema],
  ['result', makeResultJsonSchema],
  ['events', makeEventsJsonSchema],
  ['lock', makeLockJsonSchema],
]);

/** `plait schema [config|plan|result|events|lock]`: a JSON Schema on standard output. */
export async function runSchema(context: CliContext, _options: object, name = 'config'): Promise<ExitCode> {
  const make = SCHEMAS.get(name);
  if (make === undefined) {
    throw new PlaitError('USAGE', `there is no schema "${name}"`, { hint: `one of ${[...SCHEMAS.keys()].join(', ')}` });
  }
  context.stdout.write(`${JSON.stringify(make(), null, 2)}\n`);
  return EXIT_CODES.ok;
}
