import type { Declaration } from '../../config/declaration.ts';
import { ConfigError } from '../../config/diagnostic.ts';
import { loadConfig } from '../../config/load.ts';
import type { PlaitError } from '../../errors/plait-error.ts';
import type { StoredManifest } from '../../oci/manifest.ts';
import { planTag, type TagOutcome } from '../../plan/plan-tag.ts';
import type { ContentReader } from '../../state/content-reader.ts';
import { resolveDesired } from '../../state/resolve.ts';
import type { ImportedImage } from '../imported.ts';
import { writeConfig } from '../write-config.ts';
import { isContentError } from './content-error.ts';

/** How an image, written down, compares with what is live. */
export type Verdict =
  | { readonly kind: 'same' }
  | { readonly kind: 'differs'; readonly reason: string }
  | { readonly kind: 'unreadable'; readonly error: PlaitError };

/**
 * Plans the image as a config file would have it against the tag that it was made from: whoever imports it must get an
 * empty plan. What was read for it is not read again.
 */
export async function verifyImage(reader: ContentReader, image: ImportedImage, live: StoredManifest): Promise<Verdict> {
  const loaded = load(image);
  if ('reason' in loaded) return { kind: 'differs', ...loaded };
  const desired = await resolveDesired(reader, loaded.declaration);
  if (desired.kind === 'failed') {
    const grave = desired.failures.find(({ error }) => !isContentError(error));
    if (grave !== undefined) return { kind: 'unreadable', error: grave.error };
    return { kind: 'differs', reason: desired.failures[0]?.error.message ?? 'it cannot be read' };
  }
  const { digest, mediaType, bytes, manifest } = live;
  const outcome = planTag(desired.declaration, desired.content, {
    kind: 'present',
    digest,
    mediaType,
    size: bytes.length,
    content: { manifest, stored: live },
  });
  return outcome.kind === 'unchanged' ? { kind: 'same' } : { kind: 'differs', reason: describeOutcome(outcome) };
}

function load(image: ImportedImage): { readonly declaration: Declaration } | { readonly reason: string } {
  const text = writeConfig({ comments: [], registries: {}, variables: [], images: [{ ...image, comments: [] }] });
  try {
    const { declarations } = loadConfig({
      files: [{ path: 'import', directory: '/', text }],
      variables: {},
      environment: {},
    });
    const [declaration] = declarations;
    return declaration === undefined ? { reason: 'nothing of it can be declared' } : { declaration };
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    return { reason: error.diagnostics.find(({ severity }) => severity === 'error')?.message ?? error.message };
  }
}

function describeOutcome(outcome: Exclude<TagOutcome, { kind: 'unchanged' }>): string {
  if (outcome.kind === 'failed') return outcome.error.message;
  const platforms = outcome.platforms.filter(({ action }) => action !== 'keep').map(({ platform }) => platform);
  const fields = outcome.fields.map(({ field, key }) => (key === '' ? field : `${field} ${key}`));
  const what = [...new Set([...fields, ...platforms])].slice(0, 3).join(', ');
  return `spelled out it would not be the same: ${what}`;
}
