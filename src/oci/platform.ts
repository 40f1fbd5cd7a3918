import { PlaitError } from '../errors/plait-error.ts';
import { cleanText } from '../errors/redact.ts';
import { isKnownArchitecture, isKnownOs } from './known-platforms.ts';
import { ARCHITECTURE_ALIASES, OS_ALIASES, VARIANT_ALIASES } from './platform-aliases.ts';
import { compareUtf8 } from './text-order.ts';

/** What an image runs on (image-spec `image-index.md`). Inside Plait always folded, see {@link normalizePlatform}. */
export interface Platform {
  readonly os: string;
  readonly architecture: string;
  readonly variant?: string;
  readonly osVersion?: string;
  readonly osFeatures?: readonly string[];
}

const MAX_CHARS = 512;
const MAX_FEATURES = 32;
const OS_PART = /^([A-Za-z0-9_-]+)(?:\(([A-Za-z0-9_.%-]*)((?:\+[A-Za-z0-9_.%-]+)*)\))?$/;
const PART = /^[A-Za-z0-9_.-]+$/;

/**
 * The platform in `text`, `os[(os.version[+feature…])]/architecture[/variant]` as containerd spells it, as written but
 * in lower case. An operating system or architecture alone is refused, because containerd would take the rest from the
 * machine it runs on. Throws PLATFORM_INVALID.
 */
export function parsePlatform(text: string): Platform {
  const problem = describeBadShape(text);
  if (problem !== undefined) throw invalid(text, ...problem);
  const [os = '', architecture = '', variant = ''] = text.split('/');
  return compactPlatform({
    ...parseOs(os, text),
    architecture: architecture.toLowerCase(),
    variant: variant.toLowerCase(),
  });
}

function describeBadShape(text: string): readonly [string, string?] | undefined {
  if (text.length > MAX_CHARS) return [`it has more than ${MAX_CHARS} characters`];
  if (text === '') return ['it is empty', 'write it as linux/amd64'];
  if (text.includes('*')) return ['wildcards are not supported', 'list the platforms'];
  const [os = '', ...others] = text.split('/');
  if (others.length === 0) return describeSinglePart(os);
  if (isKnownArchitecture(foldArchitecture(os))) return ['it starts with an architecture', `write linux/${text}`];
  if (others.length > 2) return ['it has more than three parts', 'write os/architecture/variant'];
  const wrong = others.find((part) => !PART.test(part));
  if (wrong === undefined) return undefined;
  return [wrong === '' ? 'a part is empty' : `"${wrong}" is not allowed in it`];
}

function describeSinglePart(part: string): readonly [string, string] {
  const architecture = foldArchitecture(part);
  if (isKnownArchitecture(architecture)) {
    return ['the operating system is missing', `write both, as in linux/${architecture}`];
  }
  const os = foldOs(part);
  if (isKnownOs(os)) return ['the architecture is missing', `write both, as in ${os}/amd64`];
  return ['it needs an operating system and an architecture', 'as in linux/amd64'];
}

function foldOs(os: string): string {
  const lower = os.toLowerCase();
  return OS_ALIASES.get(lower) ?? lower;
}

function foldArchitecture(architecture: string): string {
  const lower = architecture.toLowerCase();
  return ARCHITECTURE_ALIASES.get(lower)?.name ?? lower;
}

function parseOs(part: string, text: string): Pick<Required<Platform>, 'os' | 'osVersion' | 'osFeatures'> {
  const [, os, version = '', options = ''] = OS_PART.exec(part) ?? [];
  if (os === undefined) {
    throw invalid(text, `"${part}" is not an operating system`, 'as in windows(10.0.20348.2227+win32k)/amd64');
  }
  const features = options.split('+').slice(1);
  if (features.length > MAX_FEATURES) throw invalid(text, `it has more than ${MAX_FEATURES} features`);
  return {
    os: os.toLowerCase(),
    osVersion: decodePart(version, text),
    osFeatures: features.map((feature) => decodePart(feature, text)),
  };
}

function decodePart(encoded: string, text: string): string {
  const decoded = tryDecode(encoded);
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is refused here
  if (decoded === undefined || /[\u0000-\u001f\u007f]/.test(decoded)) {
    throw invalid(text, `"${encoded}" is not valid percent-encoding`, 'write % itself as %25');
  }
  return decoded;
}

function tryDecode(encoded: string): string | undefined {
  try {
    return decodeURIComponent(encoded);
  } catch {
    return undefined;
  }
}

function invalid(text: string, reason: string, hint?: string): PlaitError {
  return new PlaitError('PLATFORM_INVALID', `"${cleanText(text, 80)}" is not a platform: ${cleanText(reason, 120)}`, {
    hint,
  });
}

/**
 * The one form of a platform that Plait compares and writes (containerd/platforms `Normalize`): lower case, aliases
 * replaced, arm64 without `v8`, arm always with its variant, features sorted and unique, empty fields left out.
 * Folding twice changes nothing.
 */
export function normalizePlatform(platform: Platform): Platform {
  const architecture = foldArchitecture(platform.architecture);
  const decided = ARCHITECTURE_ALIASES.get(platform.architecture.toLowerCase())?.variant;
  const written = decided ?? (platform.variant ?? '').toLowerCase();
  return compactPlatform({
    os: foldOs(platform.os),
    architecture,
    variant: VARIANT_ALIASES.get(`${architecture}/${written}`) ?? written,
    osVersion: platform.osVersion ?? '',
    osFeatures: [...new Set(platform.osFeatures)].filter((feature) => feature !== '').sort(compareUtf8),
  });
}

/** The platform without its empty fields. */
function compactPlatform(platform: Required<Platform>): Platform {
  const { os, architecture, variant, osVersion, osFeatures } = platform;
  return {
    os,
    architecture,
    ...(variant === '' ? {} : { variant }),
    ...(osVersion === '' ? {} : { osVersion }),
    ...(osFeatures.length === 0 ? {} : { osFeatures }),
  };
}

/**
 * `os[(os.version[+feature…])]/architecture[/variant]`, containerd's spelling, features sorted. Everything that has a
 * meaning in this form or cannot be printed is percent-encoded, so different platforms never give equal text and the
 * result is safe in a message.
 */
export function formatPlatform(platform: Platform): string {
  const { os, architecture, variant = '', osVersion = '', osFeatures = [] } = platform;
  const options = [osVersion, ...[...osFeatures].sort(compareUtf8)].map(encodePart).join('+');
  const parts = [encodePart(os) + (options === '' ? '' : `(${options})`), encodePart(architecture)];
  return (variant === '' ? parts : [...parts, encodePart(variant)]).join('/');
}

function encodePart(text: string): string {
  return text.replace(/[^A-Za-z0-9_.-]+/g, (run) => Buffer.from(run).toString('hex').replace(/../g, encodeByte));
}

function encodeByte(hex: string): string {
  return `%${hex.toUpperCase()}`;
}

/** True when both are the same platform after folding. */
export function isSamePlatform(a: Platform, b: Platform): boolean {
  return formatPlatform(normalizePlatform(a)) === formatPlatform(normalizePlatform(b));
}
