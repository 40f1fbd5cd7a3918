/** A certificate to show, and its private key, both PEM. */
export interface ClientPair {
  readonly certificate: string;
  readonly key: string;
}

/** What the files of this machine say of a host, as far as connecting to it goes. */
export interface HostSettings {
  /** Further authorities, PEM. */
  readonly authorities: readonly string[];
  readonly client?: ClientPair;
  readonly skipVerify?: boolean;
  /** True when the host may also be spoken to in plain http, should it not know https. */
  readonly mayBePlain?: boolean;
  /** The origin to talk to instead of the host itself. */
  readonly server?: URL;
  /** The files that all this is from. */
  readonly sources: readonly string[];
}

export const NO_SETTINGS: HostSettings = Object.freeze({ authorities: [], sources: [] });

/** Both together; where they say something on the same, `first` counts. */
export function joinSettings(first: HostSettings, second: HostSettings): HostSettings {
  const authorities = [...first.authorities, ...second.authorities];
  return { ...second, ...first, authorities, sources: [...first.sources, ...second.sources] };
}
