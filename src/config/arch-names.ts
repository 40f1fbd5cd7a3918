import { formatPlatform, type Platform } from '../oci/platform.ts';

/** The built-in sets of architecture names. */
export const ARCH_NAME_SETS = ['goarch', 'uname', 'bashbrew'] as const;

export type ArchNameSet = (typeof ARCH_NAME_SETS)[number];

/** What `{archName}` becomes: a built-in set, or names by folded platform (`linux/arm/v7`), the rest as in `goarch`. */
export type ArchNames = ArchNameSet | Readonly<Record<string, string>>;

/**
 * Only what differs from GOARCH, by `architecture[/variant]`. `uname`: what `uname -m` prints on Linux. `bashbrew`:
 * the names of Docker's official images (docker-library/bashbrew, `architecture/oci-platform.go`).
 */
const EXCEPTIONS: Readonly<Record<ArchNameSet, ReadonlyMap<string, string>>> = {
  goarch: new Map(),
  uname: new Map([
    ['386', 'i686'],
    ['amd64', 'x86_64'],
    ['arm/v5', 'armv5tel'],
    ['arm/v6', 'armv6l'],
    ['arm/v7', 'armv7l'],
    ['arm/v8', 'armv8l'],
    ['arm64', 'aarch64'],
    ['loong64', 'loongarch64'],
    ['mips64le', 'mips64'],
    ['mipsle', 'mips'],
  ]),
  bashbrew: new Map([
    ['386', 'i386'],
    ['arm/v5', 'arm32v5'],
    ['arm/v6', 'arm32v6'],
    ['arm/v7', 'arm32v7'],
    ['arm64', 'arm64v8'],
    ['windows:amd64', 'windows-amd64'],
  ]),
};

/** The name of the architecture of a folded platform, for use in a tag or repository. */
export function findArchName(platform: Platform, archNames: ArchNames): string {
  if (typeof archNames === 'string') return findInSet(platform, EXCEPTIONS[archNames]);
  const key = formatPlatform(platform);
  const own = Object.hasOwn(archNames, key) ? archNames[key] : undefined;
  return own ?? findInSet(platform, EXCEPTIONS.goarch);
}

function findInSet({ os, architecture, variant }: Platform, names: ReadonlyMap<string, string>): string {
  const candidates = [`${os}:${architecture}`, `${architecture}/${variant ?? ''}`, architecture];
  return candidates.map((key) => names.get(key)).find((name) => name !== undefined) ?? architecture;
}
