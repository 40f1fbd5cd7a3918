/** A piece of a shell word. `isQuoted`: blanks in it do not end the word. */
export type WordPart =
  | { readonly kind: 'text'; readonly text: string; readonly isQuoted: boolean }
  /** `fallback`: what `${name:-fallback}` says. */
  | {
      readonly kind: 'variable';
      readonly name: string;
      readonly fallback?: readonly WordPart[];
      readonly isQuoted: boolean;
    }
  /** What only a shell can tell: `what` names it. */
  | { readonly kind: 'unknown'; readonly what: string };

export interface ShellWord {
  readonly kind: 'word';
  readonly parts: readonly WordPart[];
  /** 1-based. */
  readonly line: number;
}

/** `;` `;;` `&` `&&` `|` `||` `(` `)` and the end of a line. Redirections and what they name are left out. */
export interface ShellOperator {
  readonly kind: 'operator';
  readonly text: string;
  readonly line: number;
}

export type ShellToken = ShellWord | ShellOperator;
