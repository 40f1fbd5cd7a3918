import { normalizePlatform, type Platform } from '../oci/platform.ts';

/** How architectures are written in names, the longer ones first: each match is taken out before the next is looked for. */
const ARCHITECTURES: readonly (readonly [RegExp, Pick<Platform, 'architecture' | 'variant'>])[] = [
  [word('amd64|x86[_-]64|x64'), { architecture: 'amd64' }],
  [word('arm64(?:[-_]?v8)?|aarch64|armv8'), { architecture: 'arm64' }],
  [word('arm(?:32)?[-_/]?v5(?:t?el)?'), { architecture: 'arm', variant: 'v5' }],
  [word('arm(?:32)?[-_/]?v6(?:l|hf|el)?|armel'), { architecture: 'arm', variant: 'v6' }],
  [word('arm(?:32)?[-_/]?v7(?:l|hf|a)?|armhf|arm32|arm'), { architecture: 'arm', variant: 'v7' }],
  [word('i?[36]86|x86'), { architecture: '386' }],
  [word('(?:powerpc|ppc)64le'), { architecture: 'ppc64le' }],
  [word('ppc64'), { architecture: 'ppc64' }],
  [word('s390x'), { architecture: 's390x' }],
  [word('riscv64'), { architecture: 'riscv64' }],
  [word('mips64(?:le|el)'), { architecture: 'mips64le' }],
  [word('mips(?:le|el)'), { architecture: 'mipsle' }],
  [word('loong(?:arch)?64'), { architecture: 'loong64' }],
];

const SYSTEMS: readonly (readonly [RegExp, string])[] = [
  [word('windows|win|nanoserver|servercore|windowsservercore|ltsc20[0-9]{2}'), 'windows'],
  [word('linux'), 'linux'],
  [word('darwin|macos'), 'darwin'],
  [word('freebsd'), 'freebsd'],
];

function word(pattern: string): RegExp {
  return new RegExp(`(?<![a-z0-9])(?:${pattern})(?![a-z0-9])`, 'g');
}

/**
 * Pure: the platform that people mean by a reference such as `acme/api-armhf:1.2` or `acme/api:1.2-linux-arm64`. The tag
 * counts before the repository; where several architectures are named, nothing is told, and without any at most the
 * operating system. Linux when nothing else is named.
 */
export function guessPlatform(reference: string): Partial<Platform> | undefined {
  const plain = reference
    .toLowerCase()
    .replace(/@.*$/, '')
    .replaceAll(/\$\{[^}]*\}/g, '.');
  const [, path = '', tag = ''] = /^(.*?)(?::([^:/]*))?$/.exec(plain) ?? [];
  const name = path.replace(/^[^/]*[.:][^/]*\//, '');
  const last = name.slice(name.lastIndexOf('/') + 1);
  const texts = [tag, last, name];
  const architectures = texts.map(findArchitectures).find((found) => found.length > 0) ?? [];
  const os = texts.map(findSystem).find((found) => found !== undefined);
  const [only] = architectures;
  if (only !== undefined && architectures.length === 1) return normalizePlatform({ os: os ?? 'linux', ...only });
  return os === undefined || architectures.length > 0 ? undefined : { os };
}

function findArchitectures(text: string): readonly Pick<Platform, 'architecture' | 'variant'>[] {
  let rest = text;
  return ARCHITECTURES.filter(([pattern]) => {
    const before = rest;
    rest = rest.replaceAll(pattern, ' ');
    return rest !== before;
  }).map(([, architecture]) => architecture);
}

function findSystem(text: string): string | undefined {
  return SYSTEMS.find(([pattern]) => text.search(pattern) >= 0)?.[1];
}
