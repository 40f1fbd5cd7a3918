import { Chalk } from 'chalk';

/** Colours by meaning, so that no report names a colour. Level 0 leaves every text as it is. */
export interface Style {
  readonly add: (text: string) => string;
  readonly update: (text: string) => string;
  readonly remove: (text: string) => string;
  readonly blocked: (text: string) => string;
  readonly unreadable: (text: string) => string;
  readonly strong: (text: string) => string;
  readonly faint: (text: string) => string;
}

const asIs = (text: string): string => text;

/** For files and pipes, and for comparing text. */
export const PLAIN: Style = {
  add: asIs,
  update: asIs,
  remove: asIs,
  blocked: asIs,
  unreadable: asIs,
  strong: asIs,
  faint: asIs,
};

/** `level` as chalk counts: 0 none, 1 sixteen colours. */
export function createStyle(level: 0 | 1): Style {
  if (level === 0) return PLAIN;
  const chalk = new Chalk({ level });
  return {
    add: (text) => chalk.green(text),
    update: (text) => chalk.yellow(text),
    remove: (text) => chalk.red(text),
    blocked: (text) => chalk.magenta(text),
    unreadable: (text) => chalk.redBright(text),
    strong: (text) => chalk.bold(text),
    faint: (text) => chalk.dim(text),
  };
}
