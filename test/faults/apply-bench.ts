import type { IncomingMessage } from 'node:http';
import { onTestFinished } from 'vitest';
import type { ApplyResult, TagResult } from '../../src/apply/apply-result.ts';
import type { Declaration } from '../../src/config/declaration.ts';
import type { Plan } from '../../src/plan/plan.ts';
import type { Intercept, PlaygroundOptions } from '../../src/playground/options.ts';
import { type Playground, startPlayground } from '../../src/playground/server.ts';
import type { RegistryClient } from '../../src/registry/client.ts';
import type { RegistryClientOptions } from '../../src/registry/create-client.ts';
import { openClient } from '../support/client-bench.ts';
import { createQuickClock, type QuickClock } from '../support/quick-clock.ts';
import { applyAll, planAll, weave } from '../support/run-plan.ts';

/** A registry with the sample images, a client that does not wait, and everything to plan and apply with. */
export interface ApplyBench {
  readonly playground: Playground;
  readonly client: RegistryClient;
  readonly clock: QuickClock;
  /** What comes before a request is processed, and after it; to be set at any time. */
  readonly hooks: { before: Intercept; after: Intercept };
  /** `tags` of the repository `out/app` here, to hold the sample images of linux/amd64 and linux/arm64. */
  readonly declare: (tags: readonly string[], version?: string) => Declaration;
  readonly plan: (...declarations: readonly Declaration[]) => Promise<Plan>;
  /** Applies a plan made now. */
  readonly apply: (plan: Plan) => Promise<ApplyResult>;
  /** `METHOD path` of every request so far that is no read. */
  readonly writes: () => readonly string[];
  /** `METHOD path` of every request for a manifest of the target so far. */
  readonly manifests: () => readonly string[];
}

export const TARGET = 'out/app';

export async function startApplyBench(
  options: PlaygroundOptions = {},
  more: Partial<RegistryClientOptions> = {},
): Promise<ApplyBench> {
  const hooks: ApplyBench['hooks'] = { before: () => false, after: () => false };
  const playground = await startPlayground({
    seed: true,
    intercept: (request, response) => hooks.before(request, response),
    beforeAnswer: (request, response) => hooks.after(request, response),
    ...options,
  });
  onTestFinished(() => playground.close());
  const clock = createQuickClock();
  const client = openClient({ clock, retry: {}, ...more });
  const list = (): readonly string[] => playground.requests.map(({ method, path }) => `${method} ${path}`);
  return {
    playground,
    client,
    clock,
    hooks,
    declare: (tags, version = '1.0.0') =>
      weave(`${playground.host}/${TARGET}`, tags, {
        'linux/amd64': `${playground.host}/demo/builds/hello:${version}-amd64`,
        'linux/arm64': `${playground.host}/demo/builds/hello:${version}-arm64`,
      }),
    plan: (...declarations) => planAll(client, ...declarations),
    apply: (plan) => applyAll(client, plan, { clock, plannedAt: clock.elapsed() }),
    writes: () => list().filter((line) => !/^(?:GET|HEAD) /.test(line)),
    manifests: () => list().filter((line) => line.includes(`/v2/${TARGET}/manifests/`)),
  };
}

/** The first tag of the first change. */
export function firstTag(result: ApplyResult): TagResult {
  const tag = result.changes[0]?.tags[0];
  if (tag === undefined) throw new Error('nothing was applied');
  return tag;
}

/** True for the PUT of a tag, not of a digest, of the target. */
export function isTagPut({ method, url = '' }: Pick<IncomingMessage, 'method' | 'url'>): boolean {
  return method === 'PUT' && new RegExp(`^/v2/${TARGET}/manifests/[^:]+$`).test(url);
}

export function countLines(lines: readonly string[], pattern: RegExp): number {
  return lines.filter((line) => pattern.test(line)).length;
}
