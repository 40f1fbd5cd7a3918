import type { Change } from '../plan/plan.ts';
import { isBlocked } from '../plan/run-guards.ts';
import type { RegistryClient, RequestOptions } from '../registry/client.ts';

/**
 * Tells the client of the pushes that these changes come to. Not where content is copied first: a token for that allows to
 * push as well, and is asked for soon enough.
 */
export function expectPushes(client: RegistryClient, changes: readonly Change[], options: RequestOptions): void {
  for (const change of changes) {
    const isPushed = change.index !== null && change.copies.length + change.referrers.length === 0;
    if (isPushed && !isBlocked(change)) client.expectPush(change.repository, options);
  }
}
