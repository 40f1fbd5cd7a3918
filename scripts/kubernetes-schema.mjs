// Makes test/fixtures/schemas/kubernetes.schema.json of the OpenAPI documents of Kubernetes, for what deploy/kubernetes uses:
//   go mod download -json k8s.io/kubernetes@v1.34.1     # tells the folder
//   node scripts/kubernetes-schema.mjs FOLDER/api/openapi-spec/v3
// The API server drops or refuses what it does not know; here an unknown field is an error, so that a typo is found.
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const TARGET = 'test/fixtures/schemas/kubernetes.schema.json';
const KINDS = {
  'api__v1_openapi.json': [
    'io.k8s.api.core.v1.ConfigMap',
    'io.k8s.api.core.v1.Namespace',
    'io.k8s.api.core.v1.Secret',
    'io.k8s.api.core.v1.ServiceAccount',
  ],
  'apis__batch__v1_openapi.json': ['io.k8s.api.batch.v1.CronJob', 'io.k8s.api.batch.v1.Job'],
  'apis__networking.k8s.io__v1_openapi.json': ['io.k8s.api.networking.v1.NetworkPolicy'],
};

/** The words of fields that OpenAPI calls texts, from k8s.io/api. */
const WORDS = {
  'io.k8s.api.batch.v1.CronJobSpec': { concurrencyPolicy: ['Allow', 'Forbid', 'Replace'] },
  'io.k8s.api.batch.v1.JobSpec': {
    completionMode: ['Indexed', 'NonIndexed'],
    podReplacementPolicy: ['Failed', 'TerminatingOrFailed'],
  },
  'io.k8s.api.batch.v1.PodFailurePolicyRule': { action: ['Count', 'FailIndex', 'FailJob', 'Ignore'] },
  'io.k8s.api.batch.v1.PodFailurePolicyOnExitCodesRequirement': { operator: ['In', 'NotIn'] },
  'io.k8s.api.core.v1.PodSpec': { restartPolicy: ['Always', 'Never', 'OnFailure'] },
  'io.k8s.api.core.v1.SeccompProfile': { type: ['Localhost', 'RuntimeDefault', 'Unconfined'] },
  'io.k8s.api.networking.v1.NetworkPolicyPort': { protocol: ['SCTP', 'TCP', 'UDP'] },
};

const DROPPED = ['default', 'description', 'format', 'title'];

function simplify(schema) {
  if (Array.isArray(schema)) return schema.map(simplify);
  if (typeof schema !== 'object' || schema === null) {
    return typeof schema === 'string' ? schema.replace('#/components/schemas/', '#/definitions/') : schema;
  }
  const { allOf, properties, ...rest } = schema;
  if (allOf?.length === 1) return simplify(allOf[0]);
  const kept = Object.entries(rest).filter(([key]) => !DROPPED.includes(key) && !key.startsWith('x-'));
  const simple = Object.fromEntries(kept.map(([key, value]) => [key, simplify(value)]));
  if (properties === undefined) return simple;
  // What the cluster says of an object is not for us to write.
  const isKind = schema['x-kubernetes-group-version-kind'] !== undefined;
  const fields = Object.entries(properties).filter(([name]) => !isKind || name !== 'status');
  const simpleFields = Object.fromEntries(fields.map(([name, value]) => [name, simplify(value)]));
  return { ...simple, properties: simpleFields, additionalProperties: false };
}

function findReferences(schema) {
  return [...JSON.stringify(schema).matchAll(/"#\/definitions\/([^"]+)"/g)].map(([, name]) => name);
}

function collect(name, all, found) {
  if (found.has(name)) return;
  const schema = simplify(all[name]);
  for (const [field, words] of Object.entries(WORDS[name] ?? {})) {
    if (schema.properties[field] === undefined) throw new Error(`${name} has no ${field}`);
    schema.properties[field] = { enum: words };
  }
  found.set(name, schema);
  for (const other of findReferences(schema)) collect(other, all, found);
}

const [folder] = process.argv.slice(2);
if (folder === undefined) throw new Error('the folder with the OpenAPI documents is missing');
const found = new Map();
const kinds = {};
for (const [file, names] of Object.entries(KINDS)) {
  const all = JSON.parse(readFileSync(join(folder, file), 'utf8')).components.schemas;
  for (const name of names) {
    collect(name, all, found);
    const [{ group, version, kind }] = all[name]['x-kubernetes-group-version-kind'];
    kinds[`${group === '' ? '' : `${group}/`}${version} ${kind}`] = name;
    // Both are left to the reader of a document, and so are not asked for by OpenAPI.
    found.get(name).required = [...new Set([...(found.get(name).required ?? []), 'apiVersion', 'kind', 'metadata'])];
  }
}
const definitions = Object.fromEntries([...found].sort(([a], [b]) => (a < b ? -1 : 1)));
writeFileSync(TARGET, `${JSON.stringify({ kinds, definitions }, null, 1)}\n`);
console.log(`${TARGET}: ${Object.keys(kinds).length} kinds, ${found.size} definitions`);
