import { assemble, explainMediaType } from '../assemble.ts';
import type { ImportResult } from '../imported.ts';
import type { Lookups } from '../online.ts';
import type { ReadSpec } from './read-spec.ts';

/** Pure: the config for a spec. */
export function importSpec(path: string, { list, notes }: ReadSpec, lookups: Lookups): ImportResult {
  const assembled = assemble([list], lookups);
  const all = [...notes, ...assembled.notes];
  const comments = [
    `Written by plait import: ${path}`,
    ...explainMediaType(assembled.images),
    ...all.map(({ where, message }) => `${where}: ${message}`),
  ];
  return { config: { comments, registries: {}, variables: [], images: assembled.images }, notes: all, failed: false };
}
