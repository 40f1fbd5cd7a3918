import type { ImportNote } from '../imported.ts';
import type { WantedImage } from '../wanted-list.ts';
import type { ExpandedWord } from './expand.ts';
import type { ImageName } from './image-name.ts';
import { type ListBook, toSource } from './list-book.ts';

/** What the commands of a script come to. */
export interface ScriptState {
  readonly book: ListBook;
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Registries that `--insecure` was given for. */
  readonly insecure: Set<string>;
  /** `release.sh:4` */
  readonly place: (line: number) => string;
  readonly note: (line: number, message: string, severity?: ImportNote['severity']) => void;
}

/** An image as a command names it, of a platform that is not told. */
export function toWanted(image: ImageName, where: string): WantedImage {
  const isFloating = image.tag === undefined && image.digest === '';
  const resolved = isFloating && image.resolved !== undefined ? `${image.resolved}:latest` : image.resolved;
  return { source: toSource(image), resolved, stated: {}, overrides: false, where };
}

/** A word in the language of config files. */
export function toConfigText({ pieces }: ExpandedWord): string {
  return pieces
    .map((piece) => (piece.kind === 'text' ? piece.text.replaceAll('${', () => '$${') : `\${${piece.name}}`))
    .join('');
}
