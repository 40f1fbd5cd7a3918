/** The error codes of the distribution API with the status each has here (distribution-spec, "Error Codes"). */
const STATUS = {
  BLOB_UNKNOWN: 404,
  BLOB_UPLOAD_INVALID: 400,
  BLOB_UPLOAD_UNKNOWN: 404,
  DIGEST_INVALID: 400,
  MANIFEST_BLOB_UNKNOWN: 400,
  MANIFEST_INVALID: 400,
  MANIFEST_UNKNOWN: 404,
  NAME_INVALID: 400,
  NAME_UNKNOWN: 404,
  SIZE_INVALID: 400,
  TAG_INVALID: 400,
  UNAUTHORIZED: 401,
  DENIED: 403,
  UNSUPPORTED: 405,
  TOOMANYREQUESTS: 429,
  UNKNOWN: 500,
} as const;

/** A code of the distribution API. */
export type FaultCode = keyof typeof STATUS;

export interface FaultOptions {
  /** In place of the usual status of the code. */
  readonly status?: number;
  /** One error of the answer for each; what it holds depends on the code (a digest for MANIFEST_BLOB_UNKNOWN). */
  readonly details?: readonly unknown[];
  readonly headers?: Readonly<Record<string, string>>;
}

/** A request that the registry refuses. It becomes the answer: status, headers and the JSON error body of the spec. */
export class RegistryFault extends Error {
  readonly code: FaultCode;
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly details: readonly unknown[];

  constructor(code: FaultCode, message: string, options: FaultOptions = {}) {
    super(message);
    this.name = 'RegistryFault';
    this.code = code;
    this.status = options.status ?? STATUS[code];
    this.headers = options.headers ?? {};
    this.details = options.details ?? [];
  }

  /** The body of the answer (distribution-spec, "Error Codes"). */
  toBody(): string {
    const { code, message } = this;
    const errors =
      this.details.length > 0 ? this.details.map((detail) => ({ code, message, detail })) : [{ code, message }];
    return JSON.stringify({ errors });
  }
}
