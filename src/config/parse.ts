import type { Findings } from './findings.ts';
import type { ConfigNode, MapNode } from './node.ts';
import { withoutExtensions } from './plain-value.ts';
import type { SourceFile } from './source-file.ts';
import { readYamlDocument } from './yaml-document.ts';
import { createNodeReader } from './yaml-nodes.ts';

/** What a file is to be, for messages. */
export interface FileKind {
  /** `a config file`. */
  readonly name: string;
  /** How such a file looks. */
  readonly hint: string;
}

const CONFIG: FileKind = { name: 'a config file', hint: 'begin with  version: 1  and  images:' };

/**
 * The root mapping of a file, with a position on every value and without `x-` keys. Undefined when the file cannot be
 * read as YAML or is something else than a mapping; what is wrong is then in `findings`.
 */
export function parseConfig(file: SourceFile, findings: Findings, kind = CONFIG): MapNode | undefined {
  const reader = createNodeReader(file);
  if (!readYamlDocument(file, findings, reader.take)) return undefined;
  const root = reader.finish(findings);
  if (root?.kind === 'map') return withoutExtensions(root) as MapNode;
  const where = { node: root ?? { file, offset: 0 }, path: [] };
  const { hint } = kind;
  if (root === undefined || isEmpty(root)) {
    findings.error({ code: 'empty-file', where, message: 'the file is empty', hint });
  } else if (root.kind !== 'hole') {
    findings.error({ code: 'wrong-type', where, message: `${kind.name} is a mapping`, hint });
  }
  return undefined;
}

function isEmpty(root: ConfigNode): boolean {
  return root.kind === 'scalar' && root.source === '';
}
