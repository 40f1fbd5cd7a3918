import type { Place } from './place.ts';
import type { Level, RuleId } from './rules.ts';

/** One thing that somebody should know of, and where in the config it comes from. Its texts are safe to print. */
export interface Finding {
  readonly rule: RuleId;
  readonly level: Level;
  /** Of the image in the config; empty for a finding about the config itself. */
  readonly id: string;
  readonly place: Place | undefined;
  /** `repository:tag`, all that are concerned. */
  readonly references: readonly string[];
  readonly platform: string | undefined;
  /** Goes on after the references: `loses linux/s390x`. */
  readonly message: string;
  /** All that the change is made of, for formats that show nothing else of it; empty when the message says all. */
  readonly details: string;
  /** What to do: the flag that allows it, or a hint. */
  readonly remedy: string | undefined;
}
