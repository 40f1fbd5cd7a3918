import { runProgram } from './run-program.ts';

/** A program that reads manifests and shares no code with Plait. */
export type Reader = 'skopeo' | 'docker';

const PROBE_MS = 15_000;

/** The readers on this machine, the better one first. */
export async function findReaders(): Promise<readonly Reader[]> {
  const skopeo = await runProgram('skopeo', ['--version'], { timeoutMs: PROBE_MS });
  // Works without a daemon, but not in every build of the client: asking for the help of the command tells.
  const docker = await runProgram('docker', ['manifest', 'inspect', '--help'], { timeoutMs: PROBE_MS });
  return [...(skopeo.code === 0 ? (['skopeo'] as const) : []), ...(docker.code === 0 ? (['docker'] as const) : [])];
}

/** Says so at the end of a run without any. */
export function describeMissingReaders(): readonly string[] {
  return [
    'NOT TESTED: no independent program read the indexes back, because neither skopeo nor the docker CLI is installed.',
    'To have it tested: install skopeo, then run the tests again.',
  ];
}
