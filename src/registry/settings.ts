import type { CredentialSource } from '../auth/credential-finder.ts';

/** Where explicitly configured credentials come from. Secrets themselves never stand in a config. */
export type RegistryAuth = CredentialSource;

/** What a config may say about one registry host. Everything left out has a safe default. */
export interface RegistrySettings {
  /** Speak http instead of https. */
  readonly plainHttp?: boolean;
  /** Accept any certificate. */
  readonly insecureSkipVerify?: boolean;
  /** Absolute path of a PEM file with authorities to trust besides those of the system. */
  readonly ca?: string;
  /** Absolute path of a PEM file with the certificate to show; goes with `clientKey`. */
  readonly clientCert?: string;
  /** Absolute path of a PEM file with the private key of `clientCert`. */
  readonly clientKey?: string;
  /** Requests in flight at one time. */
  readonly concurrency?: number;
  readonly auth?: RegistryAuth;
  /** Hosts of token servers that may get the credentials of this registry. */
  readonly trustedRealms?: readonly string[];
  /** Refuse every write before it is sent. */
  readonly readOnly?: boolean;
  /** `tag`: tags may be deleted here, where a config says so. Without it, never. */
  readonly deletes?: 'never' | 'tag';
  /** Pulls of the registry's rate limit that are left to others. */
  readonly rateLimitReserve?: number;
  /** Hosts to look for content by digest at first. They get nothing that is meant for this registry. */
  readonly mirrors?: readonly string[];
}
