/** A script and how far it is read. A backslash at the end of a line joins it with the next one. */
export class ShellText {
  readonly #text: string;
  #at = 0;
  #line = 1;

  constructor(text: string) {
    this.#text = text.replaceAll('\r\n', '\n');
  }

  get isAtEnd(): boolean {
    return this.#at >= this.#text.length;
  }

  /** Of the next character, 1-based. */
  get line(): number {
    return this.#line;
  }

  /** The next character; empty at the end. */
  peek(): string {
    return this.#text[this.#at] ?? '';
  }

  /** At most `count` characters. */
  ahead(count: number): string {
    return this.#text.slice(this.#at, this.#at + count);
  }

  /** Goes over `expected` if it comes next. */
  take(expected: string): boolean {
    if (!this.#text.startsWith(expected, this.#at)) return false;
    this.skip(expected.length);
    return true;
  }

  /** The next character, gone over; empty at the end. */
  next(): string {
    const character = this.peek();
    this.skip(1);
    return character;
  }

  skip(count: number): void {
    const end = Math.min(this.#text.length, this.#at + count);
    for (; this.#at < end; this.#at += 1) if (this.#text[this.#at] === '\n') this.#line += 1;
  }

  /** What `pattern`, which must be sticky, matches here, gone over; undefined when it does not. */
  match(pattern: RegExp): string | undefined {
    pattern.lastIndex = this.#at;
    const [found] = pattern.exec(this.#text) ?? [];
    if (found !== undefined) this.skip(found.length);
    return found;
  }

  skipBlanks(): void {
    this.match(/(?:[ \t]|\\\n)+/y);
  }

  skipLine(): void {
    this.match(/[^\n]*/y);
  }

  /** The lines up to and with the one that is `end` alone; all of them when there is none. */
  skipDocument(end: string): void {
    while (!this.isAtEnd) {
      const line = this.match(/[^\n]*/y) ?? '';
      this.take('\n');
      if (line.replace(/^\t+/, '') === end) return;
    }
  }
}
