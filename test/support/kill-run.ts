import type { KillScenario } from './kill-scenarios.ts';
import { type KillPoint, type KillStage, startStage } from './kill-stage.ts';
import { type RegistryContent, readContent } from './registry-content.ts';
import { runHere } from './run-here.ts';
import { isWrite, makeProject } from './scenario.ts';
import { makeTempDir } from './temp-dir.ts';

/** What is killed, and while it does what. */
export interface KillTrial {
  readonly scenario: KillScenario;
}

/** What a scenario comes to when nobody interrupts it. */
export interface Undisturbed {
  readonly code: number | null;
  /** In the order in which they arrived this time. */
  readonly requests: readonly string[];
  readonly before: StageContent;
  readonly after: StageContent;
}

interface StageContent {
  readonly near: RegistryContent;
  readonly far: RegistryContent;
}

function applyOf({ scenario }: KillTrial): readonly string[] {
  return scenario.isSaved === true ? ['apply', 'plan.json'] : ['apply', '--yes'];
}

export async function runUndisturbed(trial: KillTrial): Promise<Undisturbed> {
  return onStage(trial, async (stage, folders) => {
    const before = await readStage(stage);
    const { code, requests } = await stage.run(applyOf(trial), folders);
    return { code, requests, before, after: await readStage(stage) };
  });
}

/** Every kill point of a run that sends what `requests` lists. */
export function listKillPoints({ requests }: Undisturbed): readonly KillPoint[] {
  return [
    ...requests.map((_request, index): KillPoint => ({ moment: 'arrived', number: index + 1 })),
    ...requests.filter(isWrite).map((_write, index): KillPoint => ({ moment: 'processed', number: index + 1 })),
  ];
}

/**
 * Kills apply at `point`, looks at the registries, applies again and looks again. The run that is killed is a
 * process; the runs after it are the same commands in this process. Returns all that is not as it must be.
 */
export async function surviveKill(trial: KillTrial, goal: Undisturbed, point: KillPoint): Promise<readonly string[]> {
  return onStage(trial, async (stage, folders) => {
    const { wasKilled, requests } = await stage.run(applyOf(trial), { ...folders, point });
    const killed = await readStage(stage);
    const again = await runHere(applyOf(trial), folders);
    const recovered = await readStage(stage);
    const third = await runHere(['plan', '--detailed-exitcode'], folders);
    const problems = [
      ...(wasKilled ? [] : ['the run ended before']),
      ...findHarm(killed, goal).map((harm) => `after the kill, ${harm}`),
      ...(again.code === 0 ? [] : [`apply again ends with ${again.code}: ${again.stdout}${again.stderr}`]),
      ...(JSON.stringify(recovered) === JSON.stringify(goal.after) ? [] : ['the registries end in another state']),
      ...(third.code === 0 ? [] : [`the plan after that ends with ${third.code}: ${third.stdout}${third.stderr}`]),
    ];
    return problems.map((problem) => `${point.number} ${point.moment}: ${problem}\n${requests.join('\n')}`);
  });
}

async function onStage<T>(
  { scenario }: KillTrial,
  use: (stage: KillStage, folders: { readonly cwd: string; readonly home: string }) => Promise<T>,
): Promise<T> {
  const stage = await startStage(scenario.features === undefined ? {} : { features: scenario.features });
  try {
    await scenario.prepare(stage);
    const folders = { cwd: makeProject(scenario.config(stage)), home: makeTempDir() };
    if (scenario.isSaved === true) await runHere(['plan', '-o', 'plan.json'], folders);
    return await use(stage, folders);
  } finally {
    await stage.close();
  }
}

async function readStage({ near, far }: KillStage): Promise<StageContent> {
  return { near: await readContent(near), far: await readContent(far) };
}

/** What no user of the tags may ever see: content that is missing, or a tag on something that is neither old nor new. */
function findHarm(seen: StageContent, goal: Undisturbed): readonly string[] {
  return (['near', 'far'] as const).flatMap((side) => {
    const [before, after] = [goal.before[side].tags, goal.after[side].tags];
    const names = new Set([...Object.keys(before), ...Object.keys(after), ...Object.keys(seen[side].tags)]);
    const wrong = [...names].filter((name) => {
      const digest = seen[side].tags[name];
      return digest !== before[name] && digest !== after[name];
    });
    return [
      ...seen[side].broken.map((what) => `${what} cannot be read`),
      ...wrong.map((name) => `${name} is neither old nor new`),
    ];
  });
}
