import type { Option } from 'commander';
import { listSettable, toSettingName } from './apply-settings.ts';
import { listCommands } from './program.ts';

/** A JSON Schema, as plain data. */
type JsonSchema = Readonly<Record<string, unknown>>;

/** The JSON Schema of a file of settings, made of the flags of all commands. */
export function makeSettingsJsonSchema(): JsonSchema {
  const byName = new Map<string, readonly Option[]>();
  for (const option of listSettable(listCommands())) {
    const name = toSettingName(option);
    byName.set(name, [...(byName.get(name) ?? []), option]);
  }
  const names = [...byName.keys()].sort();
  return {
    $schema: 'http://json-schema.org/draft-07/schema#',
    title: 'Plait settings',
    description: 'Values for flags of plait, by their long names. The command line and the environment come first.',
    type: 'object',
    properties: {
      $schema: { type: 'string', description: 'For editors.' },
      ...Object.fromEntries(names.map((name) => [name, describeOptions(byName.get(name) ?? [], byName)])),
    },
    patternProperties: { '^x-': {} },
    additionalProperties: false,
  };
}

/** A flag that several commands have is described as by the first of them; the types of all are allowed. */
function describeOptions(options: readonly Option[], all: ReadonlyMap<string, unknown>): JsonSchema {
  const types = options.flatMap((option) => describeTypes(option, all)).map((type) => JSON.stringify(type));
  const distinct = [...new Set(types)].map((type): JsonSchema => JSON.parse(type));
  const [only] = distinct;
  const type = distinct.length === 1 ? only : { anyOf: distinct };
  return { description: options[0]?.description ?? '', ...type };
}

function describeTypes(option: Option, all: ReadonlyMap<string, unknown>): readonly JsonSchema[] {
  if (option.negate || option.isBoolean()) return [{ type: 'boolean' }];
  if (option.argChoices !== undefined) return [{ enum: [...option.argChoices] }];
  if (Array.isArray(option.defaultValue)) return [{ type: 'string' }, { type: 'array', items: { type: 'string' } }];
  if (option.parseArg !== undefined) return [{ type: 'integer' }];
  return [{ type: 'string' }, ...(all.has(`no-${toSettingName(option)}`) ? [{ const: false }] : [])];
}
