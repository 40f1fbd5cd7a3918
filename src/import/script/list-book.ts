import type { StatedPlatform, WantedImage, WantedList } from '../wanted-list.ts';
import type { ImageName } from './image-name.ts';

/** A list that a script is working on. */
interface OpenList {
  readonly repository: string;
  readonly tag: string;
  readonly where: string;
  images: WantedImage[];
  /** True as long as the script only adds to it. */
  isAmended: boolean;
  isPushed: boolean;
}

/** What is added at once. */
export interface Addition {
  readonly name: ImageName;
  readonly images: readonly WantedImage[];
  readonly where: string;
}

/** What `docker manifest` keeps on the disk between its commands, and what was pushed of it. */
export class ListBook {
  readonly #open = new Map<string, OpenList>();
  readonly #closed: OpenList[] = [];
  readonly #made: WantedList[] = [];

  /** True when there was such a list already, which docker refuses without `--amend`. */
  create({ name, images, where }: Addition, isAmend: boolean): boolean {
    const key = toKey(name);
    const open = this.#open.get(key);
    if (open === undefined) {
      const { repository, tag = 'latest' } = name;
      this.#open.set(key, { repository, tag, where, images: [...images], isAmended: isAmend, isPushed: false });
      return false;
    }
    const sources = new Set(images.map(({ source }) => source));
    open.images = [...open.images.filter(({ source }) => !sources.has(source)), ...images];
    return !isAmend;
  }

  /** False when the list, or the image in it, is not there. An image without a tag is found when only one fits. */
  annotate(list: ImageName, image: ImageName, stated: StatedPlatform): boolean {
    const open = this.#open.get(toKey(list));
    if (open === undefined) return false;
    const source = toSource(image);
    const near = open.images.filter((each) => each.source.startsWith(`${image.repository}:`));
    const found = open.images.find((each) => each.source === source) ?? (near.length === 1 ? near[0] : undefined);
    if (found === undefined) return false;
    open.images = open.images.map((each) =>
      each === found ? { ...each, stated: { ...each.stated, ...stated }, overrides: true } : each,
    );
    return true;
  }

  /** False when there is no such list. */
  push(list: ImageName, isPurge: boolean): boolean {
    const open = this.#open.get(toKey(list));
    if (open === undefined) return false;
    open.isPushed = true;
    if (isPurge) this.remove(list);
    return true;
  }

  remove(list: ImageName): void {
    const open = this.#open.get(toKey(list));
    if (open?.isPushed === true) this.#closed.push(open);
    this.#open.delete(toKey(list));
  }

  /** A list that was made in one go. */
  add(list: WantedList): void {
    this.#made.push(list);
  }

  /** In the order of the script. */
  finish(): FinishedBook {
    const open = [...this.#open.values()];
    const all = [...this.#closed, ...open].map(toWanted).concat(this.#made);
    all.sort((a, b) => findLine(a) - findLine(b));
    const last = new Map(all.flatMap((list) => list.tags.map((tag) => [toName(list, tag), list] as const)));
    const lists = all.flatMap((list) => {
      const tags = list.tags.filter((tag) => last.get(toName(list, tag)) === list);
      return tags.length === 0 ? [] : [{ ...list, tags }];
    });
    const superseded = all.filter((list) => list.tags.some((tag) => last.get(toName(list, tag)) !== list));
    return { lists, superseded, unpushed: open.filter(({ isPushed }) => !isPushed).map(toWanted) };
  }
}

/** What a script made. */
export interface FinishedBook {
  /** Each tag once: what is made of it last. */
  readonly lists: readonly WantedList[];
  /** Those with a tag that is made again further down. */
  readonly superseded: readonly WantedList[];
  /** Those that the script never pushes. */
  readonly unpushed: readonly WantedList[];
}

function toName({ repository }: WantedList, tag: string): string {
  return `${repository}:${tag}`;
}

/** The line of a note or list. */
export function findLine({ where }: { readonly where: string }): number {
  return Number(where.slice(where.lastIndexOf(':') + 1));
}

function toKey({ repository, tag = 'latest' }: ImageName): string {
  return `${repository}:${tag}`;
}

/** As the config names it; Docker takes `latest` where no tag is written. */
export function toSource({ repository, tag, digest }: ImageName): string {
  if (digest !== '') return `${repository}${tag === undefined ? '' : `:${tag}`}${digest}`;
  return `${repository}:${tag ?? 'latest'}`;
}

function toWanted({ repository, tag, where, images, isAmended }: OpenList): WantedList {
  return {
    where,
    repository,
    tags: [tag],
    images,
    isCopy: false,
    mediaType: 'auto',
    annotations: {},
    descriptorAnnotations: {},
    comments: isAmended ? [`--amend, ${where}: live platforms that are not named here stay`] : [],
    keepsOthers: isAmended,
  };
}
