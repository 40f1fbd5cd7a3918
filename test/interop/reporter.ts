import type { Reporter, TestCase, TestModule, TestSuite } from 'vitest/node';

interface Tally {
  passed: number;
  failed: number;
  /** Neither, and without a reason: not among what was asked for. */
  notRun: number;
  /** Why tests were left out, each reason once. */
  readonly reasons: Set<string>;
}

/**
 * For the project `interop`: prints one line a server at the end of the run, `interop: crane 0.22.1, in memory: 44 passed`,
 * and one line for each reason to leave servers out. A server is the outermost `describe` of a test, in whatever file.
 */
export class InteropReporter implements Reporter {
  onTestRunEnd(all: readonly TestModule[]): void {
    const modules = all.filter(({ project }) => project.name === 'interop');
    const tallies = new Map<string, Tally>();
    for (const module of modules) for (const test of module.children.allTests()) count(tallies, test);
    const broken = modules.filter((module) => module.errors().length > 0);
    const lines = [
      ...[...tallies]
        .filter(([, tally]) => hasRun(tally))
        .map(([server, tally]) => `${server}: ${describeTally(tally)}`),
      ...describeLeftOut(tallies),
      ...broken.map((module) => `FAILED: ${module.relativeModuleId} could not be loaded`),
    ];
    for (const line of lines) process.stdout.write(`interop: ${line}\n`);
  }
}

function count(tallies: Map<string, Tally>, test: TestCase): void {
  const server = findServer(test);
  const tally = tallies.get(server) ?? { passed: 0, failed: 0, notRun: 0, reasons: new Set<string>() };
  tallies.set(server, tally);
  const result = test.result();
  if (result.state === 'passed') tally.passed += 1;
  else if (result.state === 'skipped' && result.note !== undefined) tally.reasons.add(result.note);
  else if (result.state === 'skipped') tally.notRun += 1;
  else tally.failed += 1; // one that never ended too
}

function findServer(test: TestCase): string {
  let node: TestCase | TestSuite = test;
  while (node.parent.type === 'suite') node = node.parent;
  return node.name;
}

function hasRun({ passed, failed }: Tally): boolean {
  return passed + failed > 0;
}

function describeTally({ passed, failed, notRun, reasons }: Tally): string {
  const counts = [
    `${passed} passed`,
    ...(failed > 0 ? [`${failed} FAILED`] : []),
    ...(notRun > 0 ? [`${notRun} not run`] : []),
    ...[...reasons].map((reason) => `some left out because ${reason}`),
  ];
  return counts.join(', ');
}

function describeLeftOut(tallies: ReadonlyMap<string, Tally>): readonly string[] {
  const servers = [...tallies].filter(([, tally]) => !hasRun(tally));
  const reasons = new Set(servers.flatMap(([, tally]) => [...tally.reasons]));
  return [...reasons].map((reason) => {
    const names = servers.filter(([, tally]) => tally.reasons.has(reason)).map(([server]) => server);
    return `left out: ${names.join('; ')}: ${reason}`;
  });
}
