import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { isMap, parseDocument } from 'yaml';
import type { DocBlock } from './docs-page.ts';
import { runHere } from './run-here.ts';
import { makeTempDir } from './temp-dir.ts';

/** What is wrong with a page, with the place: `docs/config.md:12: …`. */
export type Problem = string;

/** A config of its own, with `version: 1`. */
export function isWholeConfig(block: DocBlock): boolean {
  return block.language === 'yaml' && /^version: 1$/m.test(block.text);
}

/** Where a reader is to save the block, when its first line says so. */
export function findFileName(block: DocBlock): string | undefined {
  return /^(?:#!.*\n)?# ([\w.-]+\.(?:ya?ml|sh))\n/.exec(block.text)?.[1];
}

/** A `yaml` block as the program under test says whether it is right; nothing when it is. */
export async function checkConfigBlock(block: DocBlock): Promise<readonly Problem[]> {
  const at = `${block.page}:${block.line}`;
  const { directive } = block;
  if (directive.isWorkflow === true || directive.notConfig !== undefined) return [];
  const isFragment = directive.fragment !== undefined;
  if (isWholeConfig(block) === isFragment) {
    return [`${at}: ${isFragment ? 'a whole config is no fragment' : 'a part of a config needs  <!-- docs: … -->'}`];
  }
  const folder = makeTempDir();
  writeFileSync(join(folder, 'manifests.yaml'), completeConfig(block));
  const { code, stdout, stderr } = await runHere(['validate', '-O', 'json'], { cwd: folder, home: folder });
  if (!stdout.startsWith('{')) return [`${at}: validate ended with ${code}: ${stderr}`];
  return compareDiagnostics(block, JSON.parse(stdout) as Verdict);
}

interface Verdict {
  readonly valid: boolean;
  readonly diagnostics: readonly { readonly code: string; readonly message: string; readonly path: string }[];
}

function compareDiagnostics(block: DocBlock, { diagnostics }: Verdict): readonly Problem[] {
  const { fragment, says = [] } = block.directive;
  const counted = diagnostics.filter(({ code }) => fragment === undefined || code !== 'no-images');
  const codes = counted.map(({ code }) => code).toSorted();
  if (codes.join(' ') === says.join(' ')) return [];
  const found = counted.map(({ code, message, path }) => `${path}: ${message} [${code}]`).join('; ');
  return [
    `${block.page}:${block.line}: ${found === '' ? 'this is valid' : found}; expected: ${says.join(' ') || 'no word'}`,
  ];
}

function completeConfig({ directive, text }: DocBlock): string {
  if (directive.fragment === undefined) return text;
  if (directive.fragment === 'fragment') return `version: 1\n${text}`;
  return `version: 1\nimages:\n  -\n${[...text.trimEnd().split('\n'), ...listMissing(text)].map((line) => `    ${line}\n`).join('')}`;
}

/** The lines without which part of an image is no image. */
function listMissing(text: string): readonly string[] {
  const { contents } = parseDocument(text);
  const has = (key: string): boolean => isMap(contents) && contents.has(key);
  const platforms = isMap(contents) ? contents.get('platforms') : undefined;
  const needsPlatforms = !has('platforms') && !has('from');
  return [
    ...(has('target') || has('targets') ? [] : ['target: registry.example/app']),
    ...(has('tags') || has('targets') ? [] : ['tags: [latest]']),
    ...(needsPlatforms ? ['platforms: [linux/amd64]'] : []),
    ...(has('source') || has('from') || isMap(platforms) ? [] : ['source: registry.example/builds/app:1-{arch}']),
  ];
}
