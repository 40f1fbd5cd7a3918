import type { RegistryWarning } from '../registry/warnings.ts';
import type { Style } from './style.ts';

/** What registries warned of, a line each; nothing when they did not. */
export function renderWarnings(warnings: readonly RegistryWarning[], style: Style): string {
  return warnings.map(({ registry, text }) => `${style.update('Warning')} from ${registry}: ${text}\n`).join('');
}
