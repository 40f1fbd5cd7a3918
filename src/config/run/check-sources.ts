import { formatReference } from '../../oci/reference.ts';
import { formatRepository } from '../../oci/repository.ts';
import type { Findings } from '../findings.ts';
import type { NamedSource } from '../image/image-context.ts';
import { matchesSome } from '../read-pattern.ts';
import type { RunGuards, SourcePattern } from '../run-rules.ts';
import { quote } from '../scalar-text.ts';

/** Reports sources from where none may come, and those without a digest when the run wants to be warned of them. */
export function checkSources(sources: readonly NamedSource[], guards: RunGuards, findings: Findings): void {
  const { allowedSources, floatingSources } = guards;
  if (allowedSources !== undefined) checkAllowed(sources, allowedSources, findings);
  if (floatingSources !== 'warn') return;
  for (const { reference, where } of sources) {
    if (reference.digest !== undefined) continue;
    const message = `${quote(formatReference(reference), 200)} has no digest, so what it holds can change`;
    findings.warn({ code: 'floating-source', where, message, hint: 'add @sha256:… to it' });
  }
}

function checkAllowed(sources: readonly NamedSource[], allowed: readonly SourcePattern[], findings: Findings): void {
  const known = new Map<string, boolean>();
  for (const { reference, where } of sources) {
    const name = formatRepository(reference.repository);
    const isAllowed = known.get(name) ?? matchesSome(allowed, name, { where, findings });
    known.set(name, isAllowed);
    if (isAllowed) continue;
    findings.error({
      code: 'source-not-allowed',
      where,
      message: `${quote(name, 200)} matches none of the allowedSources of this run`,
      hint: 'take the image from elsewhere, or add the repository to guards.allowedSources',
    });
  }
}
