import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { makePlanJsonSchema } from '../../../src/plan/json-schema.ts';

it('is what schemas/plan.schema.json holds', () => {
  const file = readFileSync(new URL('../../../schemas/plan.schema.json', import.meta.url), 'utf8');

  expect(JSON.parse(file)).toEqual(JSON.parse(JSON.stringify(makePlanJsonSchema())));
});
