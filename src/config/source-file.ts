import { LineCounter } from 'yaml';
import type { Origin } from './declaration.ts';

/** The text of a config file. */
export interface ConfigSource {
  /** As the user named it, relative to the working directory when below it; this is what diagnostics print. */
  readonly path: string;
  /** Absolute; paths in the file are relative to it. */
  readonly directory: string;
  readonly text: string;
}

/** A source with its line starts, which the YAML reader fills in. */
export interface SourceFile extends ConfigSource {
  readonly lines: LineCounter;
}

/** Something that stands somewhere: `offset` in UTF-16 units from the start of the text. */
export interface Located {
  readonly file: SourceFile;
  readonly offset: number;
}

export function toSourceFile(source: ConfigSource): SourceFile {
  return { ...source, lines: new LineCounter() };
}

export function findOrigin({ file, offset }: Located): Origin {
  const { line, col } = file.lines.linePos(offset);
  return { file: file.path, line: Math.max(1, line), column: Math.max(1, col) };
}
