import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import packageJson from '../../package.json' with { type: 'json' };
import { type Playground, startPlayground } from '../../src/playground/server.ts';
import {
  type Container,
  checkObject,
  expandWord,
  type JobSpec,
  type KubernetesObject,
  parseManifest,
} from '../support/kubernetes.ts';
import { runWithPlait } from '../support/plait-on-path.ts';
import { describeWithRegistry, type RealRegistry, startRegistry, TEST_USER } from '../support/real-registry.ts';
import { readContent } from '../support/registry-content.ts';
import type { CliResult } from '../support/run-cli.ts';
import { seed } from '../support/scenario.ts';
import { makeTempDir } from '../support/temp-dir.ts';

const FOLDER = 'deploy/kubernetes';
const read = (name: string) => readFileSync(join(FOLDER, name), 'utf8');

interface Kustomization {
  readonly resources: readonly string[];
  readonly configMapGenerator: readonly { readonly name: string; readonly files: readonly string[] }[];
  readonly images: readonly { readonly name: string; readonly newTag: string }[];
}

const kustomization = parse(read('kustomization.yaml')) as Kustomization;
const objects = kustomization.resources.flatMap((name) => parseManifest(read(name)));
const find = (kind: string) => objects.find((object) => object.kind === kind) as KubernetesObject & { spec: unknown };
const apply = find('Job').spec as JobSpec;
const cron = find('CronJob').spec as Readonly<Record<string, unknown>> & {
  readonly jobTemplate: { readonly spec: JobSpec };
};
const drift = cron.jobTemplate.spec;
const jobs = [
  ['apply', apply],
  ['drift', drift],
] as const;
const containerOf = ({ template }: JobSpec): Container => template.spec.containers[0]!;

describe('the manifests for Kubernetes', () => {
  it.each([...kustomization.resources, 'secrets.example.yaml'])('%s is what the API takes', (name) => {
    const found = parseManifest(read(name));

    expect(found.length).toBeGreaterThan(0);
    expect(found.flatMap(checkObject)).toEqual([]);
  });

  it('are all of the folder', () => {
    const files = [...kustomization.resources, ...kustomization.configMapGenerator.flatMap(({ files: each }) => each)];

    expect([...files, 'kustomization.yaml', 'secrets.example.yaml'].sort()).toEqual(readdirSync(FOLDER).sort());
  });

  it.each([
    ['a typo in a field', 'readOnlyRootFilesystem', 'readOnlyRootFileSystem', 'additional properties'],
    ['a field in the wrong place', 'restartPolicy: Never', 'backoffLimit: 1', 'additional properties'],
    ['a word that is none', 'completionMode: Indexed', 'completionMode: indexed', 'allowed values'],
    ['a text for a number', 'completions: 4', 'completions: "4"', 'must be integer'],
    ['a number for a text', 'value: /cache', 'value: 1', 'must be string'],
    ['a field that is missing', 'name: plait\n          image', 'image', "required property 'name'"],
    ['a kind that is none', 'kind: Job', 'kind: Jop', 'is not known'],
    ['an old version of the API', 'batch/v1', 'batch/v1beta1', 'is not known'],
  ])('would be refused for %s', (_what, right, wrong, words) => {
    const text = read('apply-job.yaml');
    const broken = text.replaceAll(right, wrong);

    expect(broken).not.toBe(text);
    expect(parseManifest(broken).flatMap(checkObject)).toContainEqual(expect.stringContaining(words));
  });

  it('have the version that they belong to, and nothing but their own image', () => {
    expect(kustomization.images).toEqual([expect.objectContaining({ name: 'plait', newTag: packageJson.version })]);
    expect(jobs.map(([, job]) => containerOf(job).image)).toEqual(['plait', 'plait']);
  });

  it('give no right in the cluster', () => {
    expect(objects.map(({ kind }) => kind).sort()).toEqual([
      'CronJob',
      'Job',
      'Namespace',
      'NetworkPolicy',
      'ServiceAccount',
    ]);
    expect(find('ServiceAccount')).toMatchObject({ automountServiceAccountToken: false });
  });
});

describe.each(jobs)('the pods of %s', (_name, job) => {
  const pod = job.template.spec;
  const container = containerOf(job);

  it('keep to the restricted Pod Security Standard, on a read-only root', () => {
    expect(pod.securityContext).toMatchObject({ runAsNonRoot: true, seccompProfile: { type: 'RuntimeDefault' } });
    expect(pod.securityContext.runAsUser).toBeGreaterThan(0);
    expect(container.securityContext).toEqual({
      allowPrivilegeEscalation: false,
      readOnlyRootFilesystem: true,
      capabilities: { drop: ['ALL'] },
    });
    expect(pod.volumes.flatMap((volume) => Object.keys(volume)).sort()).toEqual([
      'configMap',
      'emptyDir',
      'name',
      'name',
      'name',
      'secret',
    ]);
    expect(Object.keys(pod).filter((key) => key.startsWith('host'))).toEqual([]);
  });

  it('get neither a token of the cluster nor variables of its services', () => {
    expect(pod).toMatchObject({
      automountServiceAccountToken: false,
      enableServiceLinks: false,
      serviceAccountName: find('ServiceAccount').metadata.name,
    });
  });

  it('may write to the cache only, which is bounded', () => {
    const writable = container.volumeMounts.filter(({ readOnly }) => readOnly !== true);
    const { sizeLimit } = pod.volumes.find((volume) => 'emptyDir' in volume)!.emptyDir as { sizeLimit: string };

    expect(writable.map(({ mountPath }) => mountPath)).toEqual(['/cache']);
    // The cache of Plait has 512 MiB at most, and Kubernetes evicts a pod that takes more than its limit.
    expect(toMebibytes(sizeLimit)).toBeGreaterThan(512);
    expect(toMebibytes(container.resources.limits['ephemeral-storage']!)).toBeGreaterThan(toMebibytes(sizeLimit));
  });

  it('are those that the network policy is about', () => {
    const { podSelector } = find('NetworkPolicy').spec as { podSelector: { matchLabels: object } };

    expect(job.template.metadata.labels).toMatchObject(podSelector.matchLabels);
  });

  it('take the config that is generated, and a docker config where DOCKER_CONFIG says', () => {
    const name = kustomization.configMapGenerator[0]?.name;
    const { DOCKER_CONFIG } = toVariables(container);
    const mount = container.volumeMounts.find(({ mountPath }) => mountPath === DOCKER_CONFIG);
    const volume = pod.volumes.find((each) => (each.name as unknown) === mount?.name);

    expect(pod.volumes).toContainEqual({ name: 'config', configMap: { name } });
    expect(volume?.secret).toMatchObject({
      defaultMode: 0o440,
      items: [{ key: '.dockerconfigjson', path: 'config.json' }],
    });
  });
});

function toMebibytes(text: string): number {
  const [, count = '', unit = ''] = /^(\d+)(Mi|Gi)$/.exec(text) ?? [];
  return Number(count) * (unit === 'Gi' ? 1024 : 1);
}

function toVariables({ env }: Container): Readonly<Record<string, string>> {
  return Object.fromEntries(env.map(({ name, value }) => [name, value]));
}

describe('the jobs', () => {
  it('have one secret to push and another one to pull with', () => {
    const names = jobs.map(([, { template }]) =>
      template.spec.volumes.flatMap(({ secret }) => secret?.secretName ?? []),
    );

    expect(names).toEqual([['plait-push'], ['plait-pull']]);
    expect(parseManifest(read('secrets.example.yaml')).map(({ metadata }) => metadata.name)).toEqual(names.flat());
  });

  it('do not try again what would end the same', () => {
    const codesOf = (job: JobSpec, action: string) =>
      job.podFailurePolicy.rules
        .filter((rule) => rule.action === action)
        .flatMap(({ onExitCodes }) => onExitCodes?.values ?? []);

    expect(codesOf(apply, 'FailJob')).toEqual([64]);
    expect(codesOf(apply, 'FailIndex')).toEqual([3]);
    expect(codesOf(drift, 'FailJob')).toEqual([2, 64]);
  });

  it('never run twice at a time', () => {
    expect([apply.podReplacementPolicy, drift.podReplacementPolicy]).toEqual(['Failed', 'Failed']);
    expect(cron).toMatchObject({ concurrencyPolicy: 'Forbid', startingDeadlineSeconds: expect.any(Number) });
  });

  it('let a push come to its end', () => {
    // A shell before it would keep the signal for itself.
    expect(containerOf(apply).command[0]).toBe('plait');
    // A manifest may be in the hands of a registry for two minutes.
    expect(apply.template.spec.terminationGracePeriodSeconds).toBeGreaterThan(120);
  });
});

const NAMES = Array.from({ length: 12 }, (_, number) => `app-${number}`);

let root: string;
beforeEach(() => {
  root = makeTempDir();
  for (const name of ['config', 'credentials', 'cache']) mkdirSync(join(root, name));
  writeFileSync(join(root, 'credentials/config.json'), '{"auths":{}}');
});

function writeConfig({ host }: { readonly host: string }): void {
  const images = NAMES.map(
    (name) => `  - { target: ${host}/${name}, tags: ["1"], platforms: [linux/amd64], source: "${host}/ci:1-{arch}" }\n`,
  );
  writeFileSync(join(root, 'config/manifests.yaml'), `version: 1\nimages:\n${images.join('')}`);
}

/** As the kubelet starts the container, with the mounts below a folder of the test. */
function run(job: JobSpec, more: Readonly<Record<string, string>> = {}): Promise<CliResult> {
  const container = containerOf(job);
  const variables = { ...toVariables(container), ...more };
  const words = [...container.command, ...(container.args ?? [])].map((word) => expandWord(word, variables));
  const mounts = container.volumeMounts.map(({ mountPath }) => mountPath);
  const place = (value: string) => (mounts.includes(value) ? join(root, value) : value);
  const env = Object.fromEntries(Object.entries(variables).map(([name, value]) => [name, place(value)]));
  const [program = '', ...args] = words;
  return runWithPlait(program, args, { cwd: place(container.workingDir), env });
}

describe('the commands', () => {
  let registry: Playground;
  beforeEach(async () => {
    registry = await startPlayground();
    writeConfig(registry);
    await seed(registry, 'ci:1-amd64', { platform: 'linux/amd64' });
  });
  afterEach(() => registry.close());

  const indexed = (index: number) => run(apply, { JOB_COMPLETION_INDEX: String(index) });
  const listFiles = (name: string) => readdirSync(join(root, name), { recursive: true });

  it('of all indexes are one apply, side by side', async () => {
    expect(apply.parallelism).toBe(apply.completions);
    const runs = await Promise.all(Array.from({ length: apply.completions ?? 0 }, (_, index) => indexed(index)));
    const { tags, broken } = await readContent(registry);
    const left = await run(drift);

    expect(runs.map(({ code }) => code)).toEqual([0, 0, 0, 0]);
    expect(runs.map(({ stdout }) => /--shard (\d\/\d)/.exec(stdout)?.[1])).toEqual(['1/4', '2/4', '3/4', '4/4']);
    expect([Object.keys(tags).filter((name) => name.startsWith('app-')).length, broken]).toEqual([NAMES.length, []]);
    expect(left).toMatchObject({ code: 0, stdout: expect.stringMatching(/^Drift: 12 in sync/) });
  });

  it('of an index that is not there, or of none, write nothing', async () => {
    const beyond = await indexed(apply.completions ?? 0);
    const none = await run(apply);

    expect(beyond.code).toBe(64);
    expect(none.code).not.toBe(0);
    expect(Object.keys((await readContent(registry)).tags)).toEqual(['ci:1-amd64']);
  });

  it('write to the cache only', async () => {
    await indexed(0);
    await run(drift);

    expect(listFiles('config')).toEqual(['manifests.yaml']);
    expect(listFiles('credentials')).toEqual(['config.json']);
    expect(readdirSync(join(root, 'cache'))).toEqual(['plait']);
  });

  it('of drift end with the code that is not tried again', async () => {
    expect((await run(drift)).code).toBe(2);
  });
});

describeWithRegistry('the commands, where a registry wants credentials,', () => {
  let registry: RealRegistry;
  beforeEach(async () => {
    registry = await startRegistry({ auth: 'htpasswd' });
    writeConfig(registry);
  });
  afterEach(() => registry.stop());

  it('take them from the secret', async () => {
    const without = await run(drift);
    const auth = Buffer.from(`${TEST_USER.username}:${TEST_USER.password}`).toString('base64');
    writeFileSync(join(root, 'credentials/config.json'), JSON.stringify({ auths: { [registry.host]: { auth } } }));
    const allowed = await run(drift);

    expect([without.code, allowed.code]).toEqual([1, 1]);
    expect(without.stdout).not.toContain('does not exist');
    expect(allowed.stdout).toContain('ci:1-amd64   does not exist');
  });
});

describe('a word of a command', () => {
  it.each([
    ['$(NAME)', 'value'],
    ['$$(NAME)', '$(NAME)'],
    ['$(OTHER)', '$(OTHER)'],
    ['$(NAME)+1/4', 'value+1/4'],
  ])('%s is for the container %s', (word, expected) => {
    expect(expandWord(word, { NAME: 'value' })).toBe(expected);
  });
});
