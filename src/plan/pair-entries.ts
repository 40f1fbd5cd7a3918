import type { Descriptor } from '../oci/descriptor.ts';
import { formatPlatform, normalizePlatform, type Platform } from '../oci/platform.ts';

/** An entry wanted and the live entry that it takes the place of. */
export interface Pairing {
  /** By position in `wanted`. */
  readonly replaced: ReadonlyMap<number, Descriptor>;
  /** Live entries that nothing wanted takes the place of: a client of theirs would lose its image. */
  readonly left: readonly Descriptor[];
}

/**
 * Pure: which live entry each wanted one stands for. The same platform first; then the same image under another
 * `os.version` or `os.features`; then an entry that the same clients would pull, so that a monthly Windows revision or
 * an added `os.version` is an update and not a lost platform. Never across os, architecture or variant, nor across
 * Windows builds, because those clients would be left without an image.
 */
export function pairEntries(wanted: readonly Descriptor[], live: readonly Descriptor[]): Pairing {
  const replaced = new Map<number, Descriptor>();
  const left = new Set(live);
  for (const key of [exactKey, imageKey, clientKey]) {
    const open = groupBy(left, key);
    wanted.forEach((entry, position) => {
      const match = replaced.has(position) ? undefined : open.get(key(entry))?.shift();
      if (match === undefined) return;
      replaced.set(position, match);
      left.delete(match);
    });
  }
  return { replaced, left: [...left] };
}

function groupBy(entries: Iterable<Descriptor>, key: (entry: Descriptor) => string): Map<string, Descriptor[]> {
  const groups = new Map<string, Descriptor[]>();
  for (const entry of entries) {
    const group = groups.get(key(entry));
    if (group === undefined) groups.set(key(entry), [entry]);
    else group.push(entry);
  }
  return groups;
}

function exactKey(entry: Descriptor): string {
  return entry.platform === undefined
    ? `no platform ${entry.digest}`
    : formatPlatform(normalizePlatform(entry.platform));
}

function imageKey(entry: Descriptor): string {
  return `${kindKey(entry)} ${entry.digest}`;
}

function clientKey(entry: Descriptor): string {
  const { platform } = entry;
  if (platform === undefined || normalizePlatform(platform).os !== 'windows') return kindKey(entry);
  return `${kindKey(entry)} ${findWindowsBuild(platform)}`;
}

function kindKey(entry: Descriptor): string {
  if (entry.platform === undefined) return `no platform ${entry.digest}`;
  const { os, architecture, variant } = normalizePlatform(entry.platform);
  return `${os}/${architecture}/${variant ?? ''}`;
}

/** Windows hosts compare major.minor.build and ignore the revision. */
function findWindowsBuild(platform: Platform): string {
  return (platform.osVersion ?? '').split('.').slice(0, 3).join('.');
}
