/** What the user says about one host, as far as connecting to it goes. */
export interface HostProfile {
  /** Speak http instead of https. */
  readonly plainHttp?: boolean;
  readonly insecureSkipVerify?: boolean;
  /** Absolute path of a PEM file with further authorities. */
  readonly ca?: string;
  /** Absolute path of a PEM file with the certificate to show; goes with `clientKey`. */
  readonly clientCert?: string;
  readonly clientKey?: string;
  /** Metadata requests in flight. */
  readonly concurrency?: number;
}
