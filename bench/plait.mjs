import { writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { ARCHITECTURES, listDigests, TAG } from './content.mjs';

export const PROGRAM = fileURLToPath(new URL('../dist/bin.cjs', import.meta.url));
/** Requests that a host gets at one time by default: METADATA_LIMIT in src/transport/host-traffic.ts. */
export const CONCURRENCY = 16;

/**
 * Writes the config that a user would write for all of these names. Returns its path.
 *
 * @param {string} path
 * @param {{ from: string, to: string, names: string[], kind: 'create' | 'copy', isPinned: boolean }} wanted `from` and `to`
 *   are all of a repository before its name
 */
export function writeConfig(path, { from, to, names, kind, isPinned }) {
  const text = isPinned ? describePinned({ from, to, names }) : describeFloating({ from, to, names, kind });
  writeFileSync(path, `version: 1\nimages:\n${text}`);
  return path;
}

function describeFloating({ from, to, names, kind }) {
  const source = `${from}\${matrix.name}:${TAG}`;
  const content =
    kind === 'copy'
      ? `    from: "${source}"\n    as: copy\n`
      : `    platforms: [${ARCHITECTURES.map((architecture) => `linux/${architecture}`).join(', ')}]\n    source: "${source}-{arch}"\n`;
  return (
    `  - id: "\${matrix.name}"\n    matrix: { axes: { name: [${names.join(', ')}] } }\n` +
    `    target: "${to}\${matrix.name}"\n    tags: ["${TAG}"]\n${content}`
  );
}

/** Every source by tag and digest, so that no source has to be looked up. */
function describePinned({ from, to, names }) {
  const describe = (name) => {
    const digests = listDigests(name);
    const sources = ARCHITECTURES.map(
      (architecture, number) =>
        `      linux/${architecture}: "${from}${name}:${TAG}-${architecture}@${digests[number]}"\n`,
    );
    return `  - target: "${to}${name}"\n    tags: ["${TAG}"]\n    platforms:\n${sources.join('')}`;
  };
  return names.map(describe).join('');
}
