import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parsePlatform } from '../../src/oci/platform.ts';
import { buildImage, type ImageFormat, type SampleImage } from '../../src/playground/images.ts';
import { pushImage } from './push-content.ts';
import type { RealRegistry } from './real-registry.ts';
import { type CliOptions, type CliResult, runCli } from './run-cli.ts';
import { makeTempDir } from './temp-dir.ts';

/** A folder of its own that holds `text` as manifests.yaml. */
export function makeProject(text: string): string {
  const folder = makeTempDir();
  writeConfig(folder, text);
  return folder;
}

export function writeConfig(folder: string, text: string): void {
  writeFileSync(join(folder, 'manifests.yaml'), text);
}

/** Runs plait in a project without colours and progress. */
export function plait(folder: string, args: readonly string[], options: CliOptions = {}): Promise<CliResult> {
  return runCli(args, { cwd: folder, ...options });
}

export interface Sample {
  readonly platform: string;
  readonly format?: ImageFormat;
  readonly text?: string;
  readonly labels?: Readonly<Record<string, string>>;
}

/** Pushes one small image as `repository:tag`, not through the client under test. */
export async function seed(registry: { readonly url: string }, name: string, sample: Sample): Promise<SampleImage> {
  const [repository = '', tag = ''] = name.split(':');
  const image = buildImage({
    platform: parsePlatform(sample.platform),
    text: sample.text ?? name,
    format: sample.format ?? 'oci',
    ...(sample.labels === undefined ? {} : { labels: sample.labels }),
  });
  await pushImage({ url: registry.url, repository, tag }, image);
  return image;
}

/** What plait, and nobody else, has sent to a real registry so far: `PUT /v2/app/manifests/1`, in order. */
export function listRequests(registry: Pick<RealRegistry, 'log'>): readonly string[] {
  const lines = registry.log().matchAll(/"([A-Z]+ \S+) HTTP\/1\.1" \d+ \d+ "[^"]*" "plait\//g);
  return [...lines].map(([, request = '']) => request);
}

export function isWrite(request: string): boolean {
  return !/^(?:GET|HEAD) /.test(request);
}

/** The entries of an index as another program read it: `linux/arm64 sha256:…`, in order. */
export function listEntries(json: unknown): readonly string[] {
  const { manifests } = json as { manifests: { digest: string; platform: Record<string, string> }[] };
  return manifests.map(({ digest, platform }) => {
    const { os = '', architecture = '', variant } = platform;
    const version = platform['os.version'];
    const system = version === undefined ? os : `${os}(${version})`;
    return `${[system, architecture, ...(variant === undefined ? [] : [variant])].join('/')} ${digest}`;
  });
}
