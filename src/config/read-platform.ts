import { isPlaitError } from '../errors/plait-error.ts';
import { isKnownArchitecture, isKnownOs } from '../oci/known-platforms.ts';
import { normalizePlatform, type Platform, parsePlatform } from '../oci/platform.ts';
import type { Findings, Place } from './findings.ts';
import { findNearest } from './nearest.ts';
import { quote } from './scalar-text.ts';

/** What people mean when they misspell; rare systems are known, but never guessed. */
const USUAL_SYSTEMS = ['linux', 'windows', 'darwin', 'freebsd'];
const USUAL_ARCHITECTURES = [
  'amd64',
  'arm64',
  'arm',
  '386',
  'ppc64le',
  's390x',
  'riscv64',
  'mips64le',
  'loong64',
  'wasm',
];

/**
 * The platform in `text` as it is written; undefined when it is none, and that is reported. One that nobody knows is
 * worth a warning only, as new ones appear.
 */
export function readPlatform(text: string, where: Place, findings: Findings): Platform | undefined {
  try {
    const platform = parsePlatform(text);
    warnUnknown(normalizePlatform(platform), where, findings);
    return platform;
  } catch (error) {
    if (!isPlaitError(error, 'PLATFORM_INVALID')) throw error;
    const hint = text.includes('${') ? 'variables work in values, not in keys' : error.hint;
    findings.error({ code: 'invalid-platform', where, message: error.message, hint });
    return undefined;
  }
}

function warnUnknown({ os, architecture }: Platform, where: Place, findings: Findings): void {
  const warn = (what: string, word: string, usual: readonly string[]): void => {
    const nearest = findNearest(word, usual);
    findings.warn({
      code: 'unknown-platform',
      where,
      message: `${quote(word)} is not a known ${what}`,
      hint: nearest === undefined ? undefined : `did you mean ${nearest}?`,
    });
  };
  if (!isKnownOs(os)) warn('operating system', os, USUAL_SYSTEMS);
  if (!isKnownArchitecture(architecture)) warn('architecture', architecture, USUAL_ARCHITECTURES);
}
