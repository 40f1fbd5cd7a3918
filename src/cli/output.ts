import type { LogLevel, LogRecord } from '../report/log-line.ts';

/** A stream that text can be written to. */
export interface Output {
  readonly isTerminal: boolean;
  /** Width of the terminal; 80 where there is none. */
  readonly columns: number;
  write(text: string): void;
  /** Resolves when more can be written without piling up; false when nobody reads any more. Absent: always. */
  readonly isReady?: () => Promise<boolean>;
}

/** What a run tells beside its result. */
export interface Log {
  /** True when every line is a JSON object. */
  readonly isJson: boolean;
  readonly shows: (level: LogLevel) => boolean;
  readonly write: (record: LogRecord) => void;
  /** Standard error as it is, for what is read by a program that knows its form. */
  readonly raw: Output;
}
