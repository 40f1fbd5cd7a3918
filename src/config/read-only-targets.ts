import type { RegistrySettings } from '../registry/settings.ts';
import type { Findings } from './findings.ts';
import type { CheckedImage } from './image/read-image.ts';
import { settingsFor } from './registries.ts';

/** Reports every tag that is to be published at a registry with `readOnly`. */
export function checkReadOnlyTargets(
  images: readonly CheckedImage[],
  settings: ReadonlyMap<string, RegistrySettings>,
  findings: Findings,
): void {
  for (const { repository, where } of images.flatMap(({ tags }) => tags)) {
    const { registry } = repository;
    if (settingsFor(settings, registry).readOnly !== true) continue;
    const message = `${registry} is set to readOnly under registries: a source, never a target`;
    const hint = `publish elsewhere, or remove readOnly from the settings of ${registry}`;
    findings.error({ code: 'read-only-target', where, message, hint });
  }
}
