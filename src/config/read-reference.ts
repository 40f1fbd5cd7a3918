import { isPlaitError } from '../errors/plait-error.ts';
import { parseReference, type Reference } from '../oci/reference.ts';
import { isTag, parseRepository, type Repository } from '../oci/repository.ts';
import type { Findings, Place } from './findings.ts';
import { listPlaceholders } from './placeholders.ts';
import { quote } from './scalar-text.ts';

/** The source image in `text`, which needs a tag or a digest; undefined when it has a fault, and that is reported. */
export function readSource(text: string, where: Place, findings: Findings): Reference | undefined {
  const reference = attempt(() => parseReference(text), { text, where, findings });
  if (reference === undefined || reference.tag !== undefined || reference.digest !== undefined) return reference;
  findings.error({
    code: 'floating-reference',
    where,
    message: `${quote(text, 200)} has neither a tag nor a digest`,
    hint: 'Plait adds no :latest; write the tag you mean',
  });
  return undefined;
}

/** The repository in `text`; undefined when it has a fault, and that is reported. */
export function readRepository(text: string, where: Place, findings: Findings): Repository | undefined {
  return attempt(() => parseRepository(text), { text, where, findings });
}

/** False when the text is no tag, and that is reported. */
export function checkTag(text: string, where: Place, findings: Findings): boolean {
  if (isTag(text)) return true;
  findings.error({
    code: 'invalid-tag',
    where,
    message: `${quote(text, 160)} is not a tag`,
    hint: /[/:@]/.test(text)
      ? 'write only the tag; the repository is the target'
      : 'at most 128 letters, digits, _ . and -, and neither . nor - at the start',
  });
  return false;
}

interface Attempt {
  readonly text: string;
  readonly where: Place;
  readonly findings: Findings;
}

function attempt<T>(parse: () => T, { text, where, findings }: Attempt): T | undefined {
  try {
    return parse();
  } catch (error) {
    if (!isPlaitError(error, 'REFERENCE_INVALID')) throw error;
    const placeholder = listPlaceholders(text)[0];
    const hint =
      placeholder === undefined
        ? error.hint
        : `placeholders as {${placeholder}} work in source and descriptorAnnotations`;
    findings.error({ code: 'invalid-reference', where, message: error.message, hint });
    return undefined;
  }
}
