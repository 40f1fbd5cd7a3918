import { normalizePlatform, type Platform } from './platform.ts';

/** Highest minor version of arm64 v8 that each v9 minor version includes; higher ones include v8.9. */
const ARM64_V9_BASE = 5;
const ARM64_LAST_V8 = 9;
const OLDEST_ARM = 5;

/**
 * Everything a host of the folded platform `host` runs, itself first and the nearest next (containerd/platforms
 * `platformVector`): amd64 older levels and 386, arm older variants down to v5, arm64 older revisions and 32-bit arm.
 */
export function findFallbacks(host: Platform): readonly Platform[] {
  const others = FALLBACKS.get(host.architecture)?.(host.variant ?? '') ?? [];
  return [host, ...others.map(([architecture, variant]) => normalizePlatform({ ...host, architecture, variant }))];
}

type Cpu = readonly [architecture: string, variant: string];

const FALLBACKS: ReadonlyMap<string, (variant: string) => readonly Cpu[]> = new Map([
  ['amd64', findAmd64Fallbacks],
  ['arm', findArmFallbacks],
  ['arm64', findArm64Fallbacks],
]);

function findAmd64Fallbacks(variant: string): readonly Cpu[] {
  return [...countDown('amd64', parseLevel(variant) - 1, 1), ['386', '']];
}

function findArmFallbacks(variant: string): readonly Cpu[] {
  return countDown('arm', parseLevel(variant) - 1, OLDEST_ARM);
}

/** A revision nobody has heard of runs only itself; containerd would not even run that. */
function findArm64Fallbacks(variant: string): readonly Cpu[] {
  const [, major, minor = '0'] = /^v([89])(?:\.([0-9]))?$/.exec(variant || 'v8') ?? [];
  if (major === undefined) return [];
  const below = countDownMinor(major, Number(minor) - 1);
  const v8 = major === '9' ? countDownMinor('8', Math.min(Number(minor) + ARM64_V9_BASE, ARM64_LAST_V8)) : [];
  return [...below, ...v8, ...countDown('arm', 8, OLDEST_ARM)];
}

function countDownMinor(major: string, from: number): readonly Cpu[] {
  return Array.from({ length: Math.max(0, from + 1) }, (_, index) => ['arm64', `v${major}.${from - index}`]);
}

function countDown(architecture: string, from: number, to: number): readonly Cpu[] {
  return Array.from({ length: Math.max(0, from - to + 1) }, (_, index) => [architecture, `v${from - index}`]);
}

/** The number in `v7` or `7`; 0 for anything else, which then has no fallbacks. */
function parseLevel(variant: string): number {
  return Number(/^v?([0-9]{1,2})$/.exec(variant)?.[1] ?? 0);
}
