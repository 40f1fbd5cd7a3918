import { ARCHITECTURES } from './content.mjs';

/**
 * Where the tags go, seen from their sources.
 *
 * @typedef {'same' | 'other' | 'far'} Location
 * @type {Record<Location, { title: string, host: 0 | 1, prefix: string }>}
 */
export const LOCATIONS = {
  same: { title: 'same repository', host: 0, prefix: '' },
  other: { title: 'other repository', host: 0, prefix: 'prod/' },
  far: { title: 'other registry', host: 1, prefix: '' },
};

/** What is different from what is declared. */
export const CHANGES = { new: 'all new', one: 'one platform changed', none: 'nothing changed' };

/** What is built again in `one`, and what tells it from the first. */
export const REBUILT = { architectures: [ARCHITECTURES[1]], build: ' again' };

/**
 * @typedef {{ id: string, title: string, location: Location, change: keyof typeof CHANGES, kind: 'create' | 'copy',
 *   isPinned: boolean }} Scenario
 */

/** @returns {Scenario} */
function toScenario(location, change, { kind = 'create', isPinned = false } = {}) {
  const id = [...(kind === 'copy' ? ['copy'] : []), location, change, ...(isPinned ? ['pinned'] : [])].join('-');
  const title = [
    ...(kind === 'copy' ? ['copies'] : []),
    LOCATIONS[location].title,
    CHANGES[change],
    ...(isPinned ? ['sources by digest'] : []),
  ].join(', ');
  return { id, title, location, change, kind, isPinned };
}

/** @type {Scenario[]} */
export const SCENARIOS = [
  ...Object.keys(LOCATIONS).flatMap((location) => Object.keys(CHANGES).map((change) => toScenario(location, change))),
  toScenario('same', 'none', { isPinned: true }),
  ...['other', 'far'].flatMap((location) =>
    ['new', 'none'].map((change) => toScenario(location, change, { kind: 'copy' })),
  ),
];
