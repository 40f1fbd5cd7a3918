import { compareText } from '../oci/text-order.ts';
import { assertDistinctTags } from '../plan/distinct-tags.ts';
import { addRequests, joinLeft } from '../plan/join-plans.ts';
import { computeResultChecksum } from './result-document.ts';
import type { ResultDocument } from './result-schema.ts';

/** The result of an apply, and the file that it was read from. */
export interface ResultFile {
  readonly path: string;
  readonly document: ResultDocument;
}

/** Pure: several results as one, to be shown. Throws USAGE when two of them say something of one tag. */
export function joinResults(files: readonly [ResultFile, ...ResultFile[]]): ResultDocument {
  assertDistinctTags(files.map(({ path, document }) => ({ path, names: listNames(document) })));
  const documents = files.map(({ document }) => document);
  const [first, ...others] = documents.map(({ finishedAt }) => finishedAt).sort(compareText);
  const joined = {
    formatVersion: files[0].document.formatVersion,
    tool: { name: 'plait', version: [...new Set(documents.map(({ tool }) => tool.version))].sort().join(', ') },
    finishedAt: others.at(-1) ?? first ?? '',
    interrupted: documents.some(({ interrupted }) => interrupted),
    changes: documents.flatMap(({ changes }) => changes).sort((a, b) => compareText(nameOf(a), nameOf(b))),
    unreadable: joinUnreadable(documents),
    requests: { ...addRequests(documents) },
  };
  return { ...joined, checksum: computeResultChecksum(joined) };
}

type DocumentChange = ResultDocument['changes'][number];
type Unread = NonNullable<ResultDocument['unreadable']>[number];

function listNames({ changes, unreadable = [] }: ResultDocument): readonly string[] {
  const named = changes.flatMap(({ repository, tags }) => tags.map(({ name }) => `${repository}:${name}`));
  return [...named, ...unreadable.flatMap(({ left }) => left)];
}

function nameOf({ repository, tags }: DocumentChange): string {
  return `${repository}:${tags[0]?.name ?? ''}`;
}

/** What failed once for several shards is told once. */
function joinUnreadable(documents: readonly ResultDocument[]): Unread[] {
  const found = joinLeft(
    documents.flatMap(({ unreadable = [] }) => unreadable),
    ({ reference, message }) => [reference, message],
  );
  return found.sort((a, b) => compareText(a.reference, b.reference));
}
