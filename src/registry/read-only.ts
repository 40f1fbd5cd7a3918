import { PlaitError } from '../errors/plait-error.ts';
import type { RegistryMemory } from './memory.ts';

export const READ_ONLY_HINT = 'it is in read-only mode or a pull-through cache; write to the registry behind it';

/** Throws REGISTRY_READ_ONLY when the registry said before that it takes no writes: it would say so each time. */
export function assertTakesWrites(memory: RegistryMemory, registry: string, purpose: string): void {
  if (!memory.isReadOnly) return;
  throw new PlaitError('REGISTRY_READ_ONLY', `could not ${purpose}: ${registry} takes no writes, as it said before`, {
    hint: READ_ONLY_HINT,
    status: 405,
  });
}

/** The error for a write to a registry that the user set to `readOnly`. */
export function toSourceOnly(registry: string, purpose: string): PlaitError {
  return new PlaitError('REGISTRY_READ_ONLY', `could not ${purpose}: ${registry} is set to \`readOnly\``, {
    hint: `${registry} is a source, never a target; remove \`readOnly\` from its settings to write there`,
  });
}
