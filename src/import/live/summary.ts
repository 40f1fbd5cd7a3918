import { formatRepository } from '../../oci/repository.ts';
import type { ImportedImage, ImportNote, ImportResult } from '../imported.ts';
import type { TagGroup } from './group-tags.ts';
import { compareTags } from './group-tags.ts';
import type { LiveRequest } from './request.ts';
import type { ReadFailure, TagFacts } from './tag-facts.ts';
import type { WrittenIndex } from './write-index.ts';

export interface Findings {
  readonly request: LiveRequest;
  readonly written: readonly Extract<WrittenIndex, { kind: 'written' }>[];
  /** What is left of them, and the single images that were asked for. */
  readonly images: readonly ImportedImage[];
  /** Tags that hold a single image. */
  readonly single: readonly TagGroup[];
  /** Tags that were left out because other images are made of them. */
  readonly used: ReadonlySet<string>;
  readonly failures: readonly ReadFailure[];
  readonly facts: readonly TagFacts[];
}

/** Pure: the config, with what it lacks in its comments and in the notes. */
export function describeImport(findings: Findings): ImportResult {
  const { request, images, failures } = findings;
  const names = [...new Set(request.selections.map(({ repository }) => formatRepository(repository)))];
  const omissions = listOmissions(findings);
  const unread = failures.map(({ reference, error }) => ({
    reference,
    text: `could not be imported: ${error.message}`,
  }));
  const notes: readonly ImportNote[] = [
    ...unread.map(({ reference, text }) => ({ severity: 'warning' as const, where: reference, message: text })),
    ...listCopied(findings),
    ...omissions.map((message) => ({ severity: 'note' as const, where: '', message })),
  ];
  const comments = [
    `Written by plait import: ${names.join(', ')}`,
    ...omissions,
    ...unread.map(({ reference, text }) => `Left out: ${reference} ${text}`),
  ];
  return { config: { comments, registries: {}, variables: [], images }, notes, failed: failures.length > 0 };
}

/** Indexes that were not spelled out. */
function listCopied({ written }: Findings): readonly ImportNote[] {
  return written.flatMap(({ image, reason }) => {
    const [target] = image.targets;
    if (reason === undefined || target === undefined) return [];
    const where = `${target.repository}:${target.tags[0] ?? ''}`;
    return [{ severity: 'warning', where, message: `is copied whole: ${reason}` }];
  });
}

function listOmissions({ single, used, facts, images }: Findings): readonly string[] {
  const tags = single.flatMap(({ targets }) =>
    targets.flatMap(({ repository, tags }) => tags.map((tag) => `${repository}:${tag}`)),
  );
  const declared = new Set(
    images.flatMap(({ targets }) =>
      targets.flatMap(({ repository, tags: own }) => own.map((tag) => `${repository}:${tag}`)),
    ),
  );
  const left = tags.filter((name) => !used.has(name) && !declared.has(name));
  const sources = [...used].filter((name) => isSelected(name, facts));
  const bookkeeping = facts.reduce((sum, each) => sum + each.bookkeeping, 0);
  return [
    ...(sources.length === 0 ? [] : [`Left out: ${countTags(sources.length)} that other images are made of`]),
    ...(left.length === 0
      ? []
      : [`Left out: ${countTags(left.length)} of a single image, which --all takes: ${listShort(left, facts)}`]),
    ...(bookkeeping === 0 ? [] : [`Left out: ${countTags(bookkeeping)} of signatures and the like`]),
  ];
}

function isSelected(name: string, facts: readonly TagFacts[]): boolean {
  return facts.some((each) =>
    each.facts.some(({ repository, tag }) => `${formatRepository(repository)}:${tag}` === name),
  );
}

function countTags(count: number): string {
  return count === 1 ? '1 tag' : `${count} tags`;
}

const MAX_NAMES = 8;

/** The tags alone when all are of one repository. */
function listShort(names: readonly string[], facts: readonly TagFacts[]): string {
  const repositories = new Set(
    facts.flatMap((each) => each.facts.map(({ repository }) => formatRepository(repository))),
  );
  const shown = repositories.size === 1 ? names.map((name) => name.slice(name.lastIndexOf(':') + 1)) : [...names];
  const sorted = shown.sort(compareTags);
  const rest = sorted.length - MAX_NAMES;
  return `${sorted.slice(0, MAX_NAMES).join(', ')}${rest > 0 ? ` and ${rest} more` : ''}`;
}
