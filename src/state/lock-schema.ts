const ENTRY = '^\\S+:[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}@[a-z0-9]+(?:[+._-][a-z0-9]+)*:[a-zA-Z0-9=_-]+$';

const list = (description: string) => ({
  description,
  type: ['array', 'null'],
  uniqueItems: true,
  items: { type: 'string', pattern: ENTRY },
});

/** The JSON Schema of a lock file, for editors; `parseLockFile` decides. */
export function makeLockJsonSchema(): object {
  return {
    $schema: 'http://json-schema.org/draft-07/schema#',
    title: 'Plait lock file',
    description: 'Written by plait lock and plait apply. An entry is repository:tag@digest.',
    type: 'object',
    properties: {
      version: { const: 1 },
      sources: list('What each source that is named by a tag alone was when it was pinned'),
      tags: list('What apply last published under each managed tag'),
    },
    required: ['version'],
    additionalProperties: false,
  };
}
