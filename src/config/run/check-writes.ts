import type { Repository } from '../../oci/repository.ts';
import type { RegistrySettings } from '../../registry/settings.ts';
import type { Findings, Place } from '../findings.ts';
import { settingsFor } from '../registries.ts';

/** A repository in which something is to change, and where that is said. */
export interface WrittenTo {
  readonly repository: Repository;
  readonly where: Place;
}

/** Reports what is to be published or deleted at a registry with `readOnly`. */
export function checkReadOnly(
  writes: readonly WrittenTo[],
  settings: ReadonlyMap<string, RegistrySettings>,
  findings: Findings,
): void {
  for (const { repository, where } of writes) {
    const { registry } = repository;
    if (settingsFor(settings, registry).readOnly !== true) continue;
    const message = `${registry} is set to readOnly under registries: a source, never a target`;
    const hint = `publish elsewhere, or remove readOnly from the settings of ${registry}`;
    findings.error({ code: 'read-only-target', where, message, hint });
  }
}

/** Reports what is to be deleted at a registry whose settings do not allow it. */
export function checkDeletes(
  deletes: readonly WrittenTo[],
  settings: ReadonlyMap<string, RegistrySettings>,
  findings: Findings,
): void {
  for (const { repository, where } of deletes) {
    const { registry } = repository;
    const { deletes: allowed, readOnly } = settingsFor(settings, registry);
    if (allowed === 'tag' || readOnly === true) continue;
    const message = `nothing may be deleted at ${registry}`;
    const hint = `write  deletes: tag  into the settings of ${registry} under registries`;
    findings.error({ code: 'deletes-not-allowed', where, message, hint });
  }
}
