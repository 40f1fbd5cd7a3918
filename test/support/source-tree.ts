import { readdirSync, readFileSync } from 'node:fs';
import { join, posix } from 'node:path';
import { parseAst } from 'vitest/node';

export interface SourceImport {
  /** As written. */
  readonly specifier: string;
  /** The file it names, in the form of {@link SourceFile.path}; absent for packages and Node's own modules. */
  readonly file?: string;
  /** `reexport` is `export … from`; a `type` import is gone at run time. */
  readonly kind: 'value' | 'type' | 'reexport' | 'dynamic';
}

export interface SourceFile {
  /** Below the source folder, with `/`: `oci/digest.ts`. */
  readonly path: string;
  readonly lines: number;
  readonly imports: readonly SourceImport[];
  /** Names used that are not declared by a member access: `process`, `Date.now`, `new Date()`. Sorted, each once. */
  readonly globals: readonly string[];
  readonly hasDefaultExport: boolean;
}

/** Every TypeScript file below `root`, parsed. */
export function readSourceTree(root: string): readonly SourceFile[] {
  return readdirSync(root, { recursive: true, encoding: 'utf8' })
    .map((path) => path.replaceAll('\\', '/'))
    .filter((path) => path.endsWith('.ts'))
    .sort()
    .map((path) => parseSource(path, readFileSync(join(root, path), 'utf8')));
}

/** What the rules need to know of one file. Throws a SyntaxError for text that is not TypeScript. */
export function parseSource(path: string, text: string): SourceFile {
  const imports: SourceImport[] = [];
  const globals = new Set<string>();
  let hasDefaultExport = false;
  visit(parseAst(text, { lang: 'ts' }) as unknown as Node, (node) => {
    const found = findImport(node, path);
    if (found !== undefined) imports.push(found);
    const used = findGlobal(node);
    if (used !== undefined) globals.add(used);
    if (node.type === 'ExportDefaultDeclaration') hasDefaultExport = true;
  });
  return { path, lines: text.trimEnd().split('\n').length, imports, globals: [...globals].sort(), hasDefaultExport };
}

/** A node of the ESTree form; the fields depend on `type`. */
interface Node {
  readonly type: string;
  readonly [field: string]: unknown;
}

function isNode(value: unknown): value is Node {
  return typeof value === 'object' && value !== null && typeof (value as Node).type === 'string';
}

/** Every node that stands for a value or a module, parents first. Names after a dot and names of keys are not values. */
function visit(node: Node, see: (node: Node) => void): void {
  see(node);
  for (const [field, value] of Object.entries(node)) {
    if (isNameOnly(node, field)) continue;
    for (const child of Array.isArray(value) ? value : [value]) {
      if (isNode(child)) visit(child, see);
    }
  }
}

function isNameOnly(node: Node, field: string): boolean {
  if (field === 'property') return node.computed === false;
  if (field === 'key') return node.computed === false && node.shorthand !== true;
  return node.type.endsWith('Specifier') || node.type === 'TSQualifiedName';
}

const IMPORTS: Readonly<Record<string, SourceImport['kind']>> = {
  ImportDeclaration: 'value',
  ExportNamedDeclaration: 'reexport',
  ExportAllDeclaration: 'reexport',
  ImportExpression: 'dynamic',
  TSImportType: 'type',
};

function findImport(node: Node, path: string): SourceImport | undefined {
  const kind = IMPORTS[node.type];
  if (kind === undefined || !isNode(node.source)) return undefined;
  const specifier = String(node.source.value);
  const file = specifier.startsWith('.') ? posix.join(posix.dirname(path), specifier) : undefined;
  return { specifier, kind: isTypeOnly(node) ? 'type' : kind, ...(file === undefined ? {} : { file }) };
}

function isTypeOnly(node: Node): boolean {
  if (node.importKind === 'type') return true;
  const specifiers = node.type === 'ImportDeclaration' ? (node.specifiers as readonly Node[]) : [];
  return specifiers.length > 0 && specifiers.every((specifier) => specifier.importKind === 'type');
}

function findGlobal(node: Node): string | undefined {
  if (node.type === 'NewExpression') return describeConstruction(node);
  if (node.type !== 'MemberExpression') return findName(node);
  const object = findName(node.object);
  const property = findName(node.property);
  return object === undefined || property === undefined ? undefined : `${object}.${property}`;
}

/** `new Date(ms)` only formats a time it was given; without arguments it asks for the time. */
function describeConstruction({ callee, arguments: given }: Node): string | undefined {
  const name = findName(callee);
  if (name === undefined) return undefined;
  return `new ${name}(${(given as readonly unknown[]).length === 0 ? '' : '…'})`;
}

function findName(value: unknown): string | undefined {
  return isNode(value) && value.type === 'Identifier' ? String(value.name) : undefined;
}
