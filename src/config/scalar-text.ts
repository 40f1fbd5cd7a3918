import { cleanText } from '../errors/redact.ts';
import type { ScalarNode } from './node.ts';

/** What the readers of YAML 1.1 take for a boolean and those of YAML 1.2 for a string. */
const OLD_BOOLEAN = /^(?:yes|Yes|YES|no|No|NO|on|On|ON|off|Off|OFF)$/;

/** True for an unquoted `yes` and its like, of which nobody can say what its writer meant. */
export function isOldBoolean(node: ScalarNode): boolean {
  return node.isPlain && typeof node.value === 'string' && OLD_BOOLEAN.test(node.value);
}

/** Why a scalar is not the text it should be, and the quoted form to write instead. */
export function describeNotText(node: ScalarNode): { readonly message: string; readonly hint: string } {
  if (node.source === '') return { message: 'there is no value', hint: 'write a text, or "" for an empty one' };
  return {
    message: `${cleanText(node.source, 80)} is ${describeReading(node)}, and a text is wanted`,
    hint: `write ${quote(node.source)}`,
  };
}

function describeReading(node: ScalarNode): string {
  if (isOldBoolean(node)) return 'a boolean to some readers of YAML';
  if (typeof node.value === 'number') {
    return String(node.value) === node.source ? 'a number' : `the number ${node.value}`;
  }
  return typeof node.value === 'boolean' ? 'a boolean' : 'no value at all';
}

/** Text from a file in quotes, as one could write it in YAML; safe to print. */
export function quote(text: string, maxChars = 80): string {
  return `"${cleanText(text.replaceAll('\\', '\\\\').replaceAll('"', '\\"'), maxChars)}"`;
}
