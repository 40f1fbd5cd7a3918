import type { Descriptor } from '../oci/descriptor.ts';
import type { StoredManifest } from '../oci/manifest.ts';
import { diffAnnotations, diffAttestations, diffEntryFields, type EntryDiff } from './diff.ts';
import type { FieldChange } from './plan.ts';

type AnyManifest = StoredManifest['manifest'];

/** Pure: all differences between two manifests but those of their platforms. */
export function diffFields(diff: EntryDiff, before: AnyManifest, after: AnyManifest): readonly FieldChange[] {
  const mediaType: readonly FieldChange[] =
    before.mediaType === after.mediaType
      ? []
      : [{ field: 'media-type', key: '', before: before.mediaType, after: after.mediaType }];
  return [
    ...mediaType,
    ...diffAnnotations(before.annotations, after.annotations),
    ...diffEntryFields(diff),
    ...diffAttestations(entriesOf(before), entriesOf(after)),
  ];
}

function entriesOf(manifest: AnyManifest): readonly Descriptor[] {
  return manifest.kind === 'index' ? manifest.manifests : [];
}
