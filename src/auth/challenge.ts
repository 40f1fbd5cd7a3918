/** One way to authenticate that a server offers (RFC 9110 11.3). Scheme and parameter names are in lower case. */
export interface Challenge {
  readonly scheme: string;
  readonly parameters: ReadonlyMap<string, string>;
}

const MAX_HEADER_CHARS = 16_384;
const TOKEN = /[!#$%&'*+.^_`|~0-9A-Za-z-]+/y;
const TOKEN68 = /[A-Za-z0-9._~+/-]+=*(?=[ \t]*(?:,|$))/y;
const EQUALS = /[ \t]*=(?!=)[ \t]*/y;
const QUOTED = /"((?:[^"\\]|\\.)*)(?:"|$)/y;
const LIST_SPACE = /[ \t,]*/y;
const SPACE = /[ \t]*/y;

/**
 * The challenges of all WWW-Authenticate headers of an answer, in order. Several headers and several challenges in one
 * header both occur, so a comma may end a parameter or a challenge: a word is a parameter exactly when `=` follows it.
 * What cannot be read is skipped; of a parameter given twice the first counts.
 */
export function parseChallenges(headers: readonly string[]): readonly Challenge[] {
  return headers.flatMap((header) => parseHeader(header.slice(0, MAX_HEADER_CHARS)));
}

interface OpenChallenge {
  readonly scheme: string;
  readonly parameters: Map<string, string>;
}

function parseHeader(text: string): readonly Challenge[] {
  const scanner = createScanner(text);
  const challenges: OpenChallenge[] = [];
  while (scanner.skip(LIST_SPACE)) {
    const word = scanner.take(TOKEN);
    if (word === undefined) scanner.advance();
    else if (scanner.take(EQUALS) !== undefined) setParameter(challenges.at(-1), word, readValue(scanner));
    else challenges.push(openChallenge(scanner, word));
  }
  return challenges;
}

function openChallenge(scanner: Scanner, scheme: string): OpenChallenge {
  scanner.skip(SPACE);
  // Such as "Negotiate YII…==": one bare value instead of parameters, of no use to us.
  if (!scanner.startsParameter()) scanner.take(TOKEN68);
  return { scheme: scheme.toLowerCase(), parameters: new Map() };
}

function setParameter(challenge: OpenChallenge | undefined, name: string, value: string): void {
  const key = name.toLowerCase();
  if (challenge !== undefined && !challenge.parameters.has(key)) challenge.parameters.set(key, value);
}

function readValue(scanner: Scanner): string {
  const quoted = scanner.take(QUOTED, 1);
  return quoted === undefined ? (scanner.take(TOKEN) ?? '') : quoted.replace(/\\(.)/g, '$1');
}

interface Scanner {
  /** The text that `pattern` matches here, and moves behind it. */
  take(pattern: RegExp, group?: number): string | undefined;
  /** Moves behind what `pattern` matches; false at the end of the text. */
  skip(pattern: RegExp): boolean;
  advance(): void;
  startsParameter(): boolean;
}

function createScanner(text: string): Scanner {
  let position = 0;
  const take = (pattern: RegExp, group = 0): string | undefined => {
    pattern.lastIndex = position;
    const match = pattern.exec(text);
    if (match !== null) position = pattern.lastIndex;
    return match?.[group];
  };
  return {
    take,
    skip: (pattern) => {
      take(pattern);
      return position < text.length;
    },
    advance: () => {
      position += 1;
    },
    startsParameter: () => {
      const start = position;
      const isParameter =
        take(TOKEN) !== undefined && take(EQUALS) !== undefined && position < text.length && text[position] !== ',';
      position = start;
      return isParameter;
    },
  };
}

/** The challenge to answer: Bearer before Basic, whatever the order; undefined when neither is offered. */
export function selectChallenge(challenges: readonly Challenge[]): Challenge | undefined {
  const bearer = challenges.find(({ scheme, parameters }) => scheme === 'bearer' && parameters.has('realm'));
  return bearer ?? challenges.find(({ scheme }) => scheme === 'basic');
}
