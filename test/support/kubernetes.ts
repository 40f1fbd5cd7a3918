import { readFileSync } from 'node:fs';
import { Ajv, type ValidateFunction } from 'ajv';
import { parseAllDocuments } from 'yaml';

interface Schema {
  /** `batch/v1 Job` to the name of its definition. */
  readonly kinds: Readonly<Record<string, string>>;
  readonly definitions: object;
}

/** What is looked at of a container. */
export interface Container {
  readonly name: string;
  readonly image: string;
  readonly command: readonly string[];
  readonly args?: readonly string[];
  readonly workingDir: string;
  readonly env: readonly { readonly name: string; readonly value: string }[];
  readonly securityContext: Readonly<Record<string, unknown>>;
  readonly resources: { readonly limits: Readonly<Record<string, string>> };
  readonly volumeMounts: readonly { readonly name: string; readonly mountPath: string; readonly readOnly?: boolean }[];
}

export interface PodSpec extends Readonly<Record<string, unknown>> {
  readonly containers: readonly Container[];
  readonly securityContext: Readonly<Record<string, unknown>>;
  readonly volumes: readonly Readonly<Record<string, Readonly<Record<string, unknown>>>>[];
}

export interface JobSpec extends Readonly<Record<string, unknown>> {
  readonly completions?: number;
  readonly parallelism?: number;
  readonly podFailurePolicy: {
    readonly rules: readonly {
      readonly action: string;
      readonly onExitCodes?: { readonly values: readonly number[] };
    }[];
  };
  readonly template: { readonly metadata: { readonly labels: object }; readonly spec: PodSpec };
}

/** A document of a manifest. */
export interface KubernetesObject extends Readonly<Record<string, unknown>> {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: { readonly name: string };
}

/** The documents of a manifest. Throws for text that is no YAML. */
export function parseManifest(text: string): readonly KubernetesObject[] {
  return parseAllDocuments(text).map((document) => {
    const [error] = document.errors;
    if (error !== undefined) throw error;
    return document.toJS() as KubernetesObject;
  });
}

const validators = new Map<string, ValidateFunction>();

/** What is wrong with an object by the API of Kubernetes, with unknown fields as errors; empty when nothing is. */
export function checkObject({ apiVersion, kind, ...rest }: KubernetesObject): readonly string[] {
  const validate = getValidator(`${apiVersion} ${kind}`);
  if (validate === undefined) return [`${apiVersion} ${kind} is not known`];
  if (validate({ apiVersion, kind, ...rest })) return [];
  return (validate.errors ?? []).map(
    ({ instancePath, message = '', params }) => `${instancePath} ${message} ${JSON.stringify(params)}`,
  );
}

function getValidator(kind: string): ValidateFunction | undefined {
  const known = validators.get(kind);
  if (known !== undefined) return known;
  const { kinds, definitions } = JSON.parse(
    readFileSync('test/fixtures/schemas/kubernetes.schema.json', 'utf8'),
  ) as Schema;
  const name = kinds[kind];
  if (name === undefined) return undefined;
  const validate = new Ajv({ allErrors: true }).compile({ $ref: `#/definitions/${name}`, definitions });
  validators.set(kind, validate);
  return validate;
}

/**
 * What Kubernetes makes of a word of `command` or `args`: `$(NAME)` is a variable where there is one and stays as it is where
 * there is none, `$$` is a dollar sign.
 */
export function expandWord(word: string, variables: Readonly<Record<string, string>>): string {
  return word.replace(/\$\$|\$\(([^)]*)\)/g, (found, name?: string) =>
    found === '$$' ? '$' : (variables[name ?? ''] ?? found),
  );
}
