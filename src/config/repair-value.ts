import { type ConfigNode, type Cursor, descend } from './node.ts';
import { isOldBoolean } from './scalar-text.ts';
import type { FlatIssue } from './schema-issue.ts';

type Container = Record<string | number, unknown>;

/**
 * `value` without what `issue` is about, changed in place: unknown keys go, a scalar that should be a text becomes the
 * text that stands in the file, and for anything else the nearest key goes. Undefined when that leaves nothing.
 */
export function repairValue(value: unknown, cursor: Cursor, issue: FlatIssue): unknown {
  if (issue.code === 'unrecognized_keys') {
    const holder = findContainer(value, issue.path);
    for (const key of issue.keys) delete holder?.[key];
    return value;
  }
  const { node } = descend(cursor, ...issue.path);
  const last = issue.path.at(-1);
  const parent = findContainer(value, issue.path.slice(0, -1));
  if (isTextWanted(issue, node) && node.kind === 'scalar' && last !== undefined && parent?.[last] !== undefined) {
    parent[last] = node.source;
    return value;
  }
  return dropNearestKey(value, issue.path);
}

/** True for an unquoted `off` where that is one of the words: then nobody can have meant a boolean. */
export function isOldWord(issue: FlatIssue, node: ConfigNode): boolean {
  return (
    issue.code === 'invalid_value' && node.kind === 'scalar' && isOldBoolean(node) && issue.values.includes(node.source)
  );
}

function isTextWanted(issue: FlatIssue, node: ConfigNode): boolean {
  if (isOldWord(issue, node)) return true;
  return issue.code === 'invalid_type' && issue.expected.split(' or ').includes('string');
}

/** Items of lists stay where they are, because paths count them; the list goes with them. */
function dropNearestKey(value: unknown, path: readonly (string | number)[]): unknown {
  for (let length = path.length; length > 0; length -= 1) {
    const holder = findContainer(value, path.slice(0, length - 1));
    const key = path[length - 1];
    if (typeof key === 'string' && holder !== undefined && Object.hasOwn(holder, key)) {
      delete holder[key];
      return value;
    }
  }
  return undefined;
}

function findContainer(value: unknown, path: readonly (string | number)[]): Container | undefined {
  let found = value as Container | undefined;
  for (const step of path) found = found?.[step] as Container | undefined;
  return typeof found === 'object' && found !== null ? found : undefined;
}
