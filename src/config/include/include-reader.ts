import type { ConfigSource } from '../source-file.ts';

/** Which files are meant. Whether they may be included is decided before; that no link leads out of `root`, by reading. */
export interface IncludeRequest {
  /** Absolute; nothing outside of this folder is read. */
  readonly root: string;
  /** Absolute, in `root`. */
  readonly directory: string;
  /** A path relative to `directory`, without `..` after its first special character; or a glob over such. */
  readonly glob: string;
}

/** A file that is there; `problem` says why its text is not. */
export type FoundFile =
  | { readonly kind: 'file'; readonly source: ConfigSource }
  | { readonly kind: 'problem'; readonly path: string; readonly problem: string };

/** Reads files that configs include: the only input of {@link loadConfig} besides its options. */
export interface IncludeReader {
  /** The files that `glob` stands for, sorted by path; none when there are none. Never throws. */
  readonly find: (request: IncludeRequest) => readonly FoundFile[];
}
