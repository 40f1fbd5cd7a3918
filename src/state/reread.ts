import type { RegistryClient } from '../registry/client.ts';
import { createChildReader } from './children.ts';
import { createContentReader } from './content-reader.ts';
import type { DesiredIndex } from './desired.ts';
import { readLabels } from './labels.ts';
import { readLiveChildren, readLiveContent, readLiveTag } from './read-live.ts';
import type { ImageState, ReadOptions, TargetState } from './read-state.ts';

/** One tag of one image whose sources are known. */
export interface RereadTag {
  readonly state: ImageState;
  readonly desired: Extract<DesiredIndex, { kind: 'resolved' }>;
  readonly repository: TargetState['repository'];
  readonly tag: string;
}

/**
 * The image with that tag alone, which is read again past everything that was read before; its sources stay as they were
 * resolved, because what they held then is what was planned. Failures are values.
 */
export async function rereadTag(
  client: RegistryClient,
  { state, desired, repository, tag }: RereadTag,
  { children, ...request }: Pick<ReadOptions, 'signal' | 'children'>,
): Promise<ImageState> {
  const reader = createContentReader(client, request);
  const { stored } = desired.content;
  const head = await readLiveTag(client, { repository, tag }, request);
  const content = await readLiveContent(reader, repository, { live: head, wanted: stored.digest });
  const live =
    children === 'verify'
      ? await readLiveChildren({ reader, children: createChildReader(client, request) }, repository, {
          live: content,
          wanted: stored,
        })
      : content;
  const targets: readonly TargetState[] = [{ repository, tags: [{ name: tag, live }] }];
  return { ...state, targets, labels: await readLabels(reader, desired, targets) };
}
