/** What a program takes, for texts that are made of it: completion scripts and the manual page. */
export interface ProgramOutline {
  readonly name: string;
  readonly version: string;
  readonly description: string;
  readonly commands: readonly CommandOutline[];
}

export interface CommandOutline {
  readonly name: string;
  readonly description: string;
  readonly flags: readonly FlagOutline[];
  readonly words: readonly WordOutline[];
}

export interface FlagOutline {
  readonly long: string;
  readonly short: string | undefined;
  readonly description: string;
  /** As the help shows it, `<path>`; undefined for a switch. */
  readonly placeholder: string | undefined;
  readonly value: ValueOutline;
  readonly isRepeatable: boolean;
}

/** An argument. */
export interface WordOutline {
  readonly placeholder: string;
  readonly description: string;
  readonly value: ValueOutline;
}

/** What a value may be. */
export interface ValueOutline {
  /** Empty when it is not one of a few words. */
  readonly choices: readonly string[];
  readonly kind: 'file' | 'folder' | 'other';
}
