interface Build {
  readonly major: number;
  readonly minor: number;
  readonly build: number;
}

/** Builds of the long-term releases since containers of an older build run on a newer host: Server 2022, Server 2025. */
const LONG_TERM_BUILDS: readonly number[] = [20_348, 26_100];
const FIRST_STABLE_BUILD = 20_348;

/**
 * True when a Windows host of version `host` runs containers of version `container` (containerd/platforms
 * `platform_windows_compat.go`): hosts before Server 2022 want their own build; later ones run from the long-term build
 * before their own generation up to themselves. The revision, the fourth part, does not matter. A version that is empty
 * for the container or unreadable for the host fits everything.
 */
export function runsOnWindows(host: string, container: string): boolean {
  const own = parseBuild(host);
  if (own === undefined || container === '') return true;
  const other = parseBuild(container);
  if (other === undefined || own.major !== other.major || own.minor !== other.minor) return false;
  if (own.build < FIRST_STABLE_BUILD) return own.build === other.build;
  return findOldestBuild(own.build) <= other.build && other.build <= own.build;
}

function findOldestBuild(host: number): number {
  const generation = LONG_TERM_BUILDS.findLastIndex((build) => build <= host);
  return LONG_TERM_BUILDS[Math.max(0, generation - 1)] ?? FIRST_STABLE_BUILD;
}

function parseBuild(version: string): Build | undefined {
  const [, major, minor, build] = /^([0-9]{1,3})\.([0-9]{1,3})\.([0-9]{1,5})(?:\.|$)/.exec(version) ?? [];
  if (build === undefined) return undefined;
  return { major: Number(major), minor: Number(minor), build: Number(build) };
}
