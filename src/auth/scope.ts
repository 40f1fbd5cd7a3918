export type Action = 'pull' | 'push' | 'delete';

/** What a request needs to be allowed on one repository. The order of a list of them is kept in token requests. */
export interface Access {
  readonly path: string;
  readonly actions: readonly Action[];
}

/**
 * A scope as token servers know it: `type:name:action,action` (distribution `auth/scope.md`). Actions are sorted and
 * appear once.
 */
export interface Scope {
  readonly type: string;
  readonly name: string;
  readonly actions: readonly string[];
}

export function toScope(access: Access): Scope {
  return { type: 'repository', name: access.path, actions: sortActions(access.actions) };
}

function sortActions(actions: readonly string[]): readonly string[] {
  return [...new Set(actions)].sort();
}

/**
 * The scopes in a `scope` parameter, separated by spaces. The name may hold colons, so it ends at the last one. What
 * is not a scope is left out; `scope=""` and `scope="*"` name none.
 */
export function parseScopes(text: string): readonly Scope[] {
  return text.split(/\s+/).flatMap((part) => {
    const first = part.indexOf(':');
    const last = part.lastIndexOf(':');
    if (first <= 0 || last === first) return [];
    const actions = sortActions(
      part
        .slice(last + 1)
        .split(',')
        .filter((action) => action !== ''),
    );
    return [{ type: part.slice(0, first), name: part.slice(first + 1, last), actions }];
  });
}

export function formatScope(scope: Scope): string {
  return `${scope.type}:${scope.name}:${scope.actions.join(',')}`;
}

/** All scopes of both lists, one for each resource; the order of `first` comes first. */
export function uniteScopes(first: readonly Scope[], second: readonly Scope[]): readonly Scope[] {
  const united = new Map<string, Scope>();
  for (const scope of [...first, ...second]) {
    const key = `${scope.type}:${scope.name}`;
    const actions = sortActions([...(united.get(key)?.actions ?? []), ...scope.actions]);
    united.set(key, { ...scope, actions });
  }
  return [...united.values()];
}

/** True when everything that `wanted` allows is allowed by `given` too. */
export function coversScopes(given: readonly Scope[], wanted: readonly Scope[]): boolean {
  return wanted.every((scope) => given.some((other) => coversScope(other, scope)));
}

function coversScope(given: Scope, wanted: Scope): boolean {
  if (given.type !== wanted.type || given.name !== wanted.name) return false;
  return wanted.actions.every((action) => given.actions.includes(action) || given.actions.includes('*'));
}

/** Equal text for equal sets of scopes, whatever their order. */
export function toScopeKey(scopes: readonly Scope[]): string {
  return scopes.map(formatScope).sort().join(' ');
}

/** What is left of scopes when nothing but reading repositories is allowed. */
export function limitToPull(scopes: readonly Scope[]): readonly Scope[] {
  const readable = scopes.filter(({ type, actions }) => type === 'repository' && actions.includes('pull'));
  return readable.map((scope) => ({ ...scope, actions: ['pull'] }));
}
