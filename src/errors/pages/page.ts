/** What a reader of an error looks up. The sentence of the code says what it means. */
export interface ErrorPage {
  /** What usually leads there, the likeliest first. */
  readonly causes: readonly string[];
  /** What to do, in this order. */
  readonly steps: readonly string[];
}
