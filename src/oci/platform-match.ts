import { cleanText } from '../errors/redact.ts';
import { formatPlatform, normalizePlatform, type Platform } from './platform.ts';
import { findFallbacks } from './platform-fallbacks.ts';
import { runsOnWindows } from './windows-versions.ts';

/** What can be chosen: an entry of an index, or anything else that may name its platform. */
export interface PlatformCandidate {
  readonly platform?: Platform;
}

/** What becomes of one candidate, and why, as a short phrase. `rank` counts from 1, the best; absent when it cannot run. */
export interface MatchExplanation<T extends PlatformCandidate> {
  readonly candidate: T;
  readonly rank?: number;
  readonly reason: string;
}

type Verdict =
  | { readonly kind: 'runs'; readonly rung: number; readonly platform: Platform }
  | { readonly kind: 'undeclared' }
  | { readonly kind: 'refused'; readonly reason: string };

/**
 * The candidates that a host of platform `wanted` can run, best first, as containerd and Docker choose (`platforms.Only`):
 * the nearest architecture or variant, then on Windows the newest build, then the most features, then the first listed.
 * Candidates without a platform come last, because the client must read their config to know. `unknown/unknown` never
 * runs.
 */
export function selectPlatform<T extends PlatformCandidate>(wanted: Platform, candidates: readonly T[]): readonly T[] {
  return rankCandidates(findFallbacks(normalizePlatform(wanted)), candidates).map(({ candidate }) => candidate);
}

/** The candidates of exactly platform `wanted` (`platforms.OnlyStrict`): no older variant and no 32-bit image, best first. */
export function selectExactPlatform<T extends PlatformCandidate>(
  wanted: Platform,
  candidates: readonly T[],
): readonly T[] {
  return rankCandidates([normalizePlatform(wanted)], candidates)
    .filter(({ verdict }) => verdict.kind === 'runs')
    .map(({ candidate }) => candidate);
}

/** Why each candidate is or is not what a client on `wanted` gets, in the order given; see {@link selectPlatform}. */
export function explainMatch<T extends PlatformCandidate>(
  wanted: Platform,
  candidates: readonly T[],
): readonly MatchExplanation<T>[] {
  const rungs = findFallbacks(normalizePlatform(wanted));
  const ranks = new Map(rankCandidates(rungs, candidates).map(({ position }, index) => [position, index + 1]));
  return candidates.map((candidate, position) => {
    const reason = cleanText(describeVerdict(judge(rungs, candidate), rungs));
    const rank = ranks.get(position);
    return rank === undefined ? { candidate, reason } : { candidate, rank, reason };
  });
}

interface Ranked<T> {
  readonly candidate: T;
  readonly position: number;
  readonly verdict: Exclude<Verdict, { kind: 'refused' }>;
}

function rankCandidates<T extends PlatformCandidate>(
  rungs: readonly Platform[],
  candidates: readonly T[],
): Ranked<T>[] {
  return candidates
    .flatMap((candidate, position): Ranked<T>[] => {
      const verdict = judge(rungs, candidate);
      return verdict.kind === 'refused' ? [] : [{ candidate, position, verdict }];
    })
    .sort((a, b) => compareVerdicts(a.verdict, b.verdict) || a.position - b.position);
}

function compareVerdicts(a: Ranked<unknown>['verdict'], b: Ranked<unknown>['verdict']): number {
  if (a.kind === 'undeclared' || b.kind === 'undeclared')
    return Number(a.kind === 'undeclared') - Number(b.kind === 'undeclared');
  if (a.rung !== b.rung) return a.rung - b.rung;
  return compareBuilds(a.platform, b.platform) || countFeatures(b.platform) - countFeatures(a.platform);
}

/** Windows hosts sort by version text, the highest first; no version is the lowest. */
function compareBuilds(a: Platform, b: Platform): number {
  const [left = '', right = ''] = [a.osVersion, b.osVersion];
  if (a.os !== 'windows' || left === right) return 0;
  return left > right ? -1 : 1;
}

function countFeatures(platform: Platform): number {
  return platform.osFeatures?.length ?? 0;
}

function judge(rungs: readonly Platform[], candidate: PlatformCandidate): Verdict {
  if (candidate.platform === undefined) return { kind: 'undeclared' };
  const platform = normalizePlatform(candidate.platform);
  if (platform.os === 'unknown') return { kind: 'refused', reason: 'not an image to run: its platform is unknown' };
  const rung = rungs.findIndex((rung) => isOnRung(rung, platform));
  const host = rungs[0];
  if (host === undefined || rung === -1) return { kind: 'refused', reason: describeMismatch(host, platform) };
  const reason = describeVersion(host, platform) ?? describeFeatures(host, platform);
  return reason === undefined ? { kind: 'runs', rung, platform } : { kind: 'refused', reason };
}

function isOnRung(rung: Platform, platform: Platform): boolean {
  return rung.os === platform.os && rung.architecture === platform.architecture && rung.variant === platform.variant;
}

function describeMismatch(host: Platform | undefined, platform: Platform): string {
  if (host?.os !== platform.os) return `made for another operating system, ${platform.os}`;
  if (host.architecture !== platform.architecture)
    return `${platform.architecture} does not run on ${host.architecture}`;
  return `needs ${describeCpu(platform)}, the host is ${describeCpu(host)}`;
}

function describeVersion(host: Platform, platform: Platform): string | undefined {
  if (host.os !== 'windows' || runsOnWindows(host.osVersion ?? '', platform.osVersion ?? '')) return undefined;
  return `Windows ${platform.osVersion} does not run on Windows ${host.osVersion}`;
}

/** `win32k` says that a Windows image needs the graphical system; containerd does not look at it. */
function describeFeatures(host: Platform, platform: Platform): string | undefined {
  const offered = new Set(host.os === 'windows' ? [...(host.osFeatures ?? []), 'win32k'] : host.osFeatures);
  const missing = (platform.osFeatures ?? []).filter((feature) => !offered.has(feature));
  return missing.length === 0 ? undefined : `needs os.features the host lacks: ${missing.join(', ')}`;
}

function describeFit(platform: Platform, rung: number, host: Platform | undefined): string {
  if (rung > 0) return `${describeCpu(platform)} runs on ${describeCpu(host)}`;
  if (platform.osVersion === host?.osVersion || platform.osVersion === undefined) return 'the exact platform';
  return `its os.version ${platform.osVersion} runs there`;
}

function describeVerdict(verdict: Verdict, rungs: readonly Platform[]): string {
  switch (verdict.kind) {
    case 'runs':
      return describeFit(verdict.platform, verdict.rung, rungs[0]);
    case 'undeclared':
      return 'no platform given: the client must read its config to know';
    case 'refused':
      return verdict.reason;
    default:
      return verdict satisfies never;
  }
}

function describeCpu(platform: Platform | undefined): string {
  if (platform === undefined) return 'unknown';
  const { architecture, variant } = platform;
  return formatPlatform({ os: '', architecture, ...(variant === undefined ? {} : { variant }) }).slice(1);
}
