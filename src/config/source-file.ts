import type { Origin } from './declaration.ts';

/** The text of a config file. */
export interface ConfigSource {
  /** As the user named it, relative to the working directory when below it; this is what diagnostics print. */
  readonly path: string;
  /** Absolute; paths in the file are relative to it. */
  readonly directory: string;
  /** Absolute and without links, to tell files apart. Absent for what is no file, as standard input. */
  readonly realPath?: string;
  readonly text: string;
}

/** A source with the offsets at which its lines start, in UTF-16 units. */
export interface SourceFile extends ConfigSource {
  readonly lineStarts: readonly number[];
}

/** Something that stands somewhere: `offset` in UTF-16 units from the start of the text. */
export interface Located {
  readonly file: SourceFile;
  readonly offset: number;
}

export function toSourceFile(source: ConfigSource): SourceFile {
  const lineStarts = [0];
  for (let end = source.text.indexOf('\n'); end !== -1; end = source.text.indexOf('\n', end + 1)) {
    lineStarts.push(end + 1);
  }
  return { ...source, lineStarts };
}

/** The line and column of what stands there. */
export function findOrigin({ file, offset }: Located): Origin {
  const line = countStarts(file.lineStarts, offset);
  const start = file.lineStarts[line - 1] ?? 0;
  return { file: file.path, line, column: offset - start + 1 };
}

/** Words for the place of `first` in a message that points to `second`: in line 3, column 5. */
export function describePlace(first: Located, second: Located): string {
  const { file, line, column } = findOrigin(first);
  return `${first.file === second.file ? `in line ${line}` : `in ${file}:${line}`}, column ${column}`;
}

/** How many of the ascending `starts` are at or before `offset`. */
function countStarts(starts: readonly number[], offset: number): number {
  let low = 0;
  let high = starts.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((starts[middle] ?? 0) <= offset) low = middle + 1;
    else high = middle;
  }
  return low;
}
