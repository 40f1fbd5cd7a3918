import { expect, it } from 'vitest';
import { ConfigError } from '../../../src/config/diagnostic.ts';
import { loadConfig } from '../../../src/config/load.ts';
import { PLAIN } from '../../../src/report/style.ts';
import { renderDiagnostics } from '../../../src/report/text-diagnostics.ts';

const TEXT = `version: 1
variables:
  registry: { type: string, default: ghcr.io }
images:
  - target: \${registry}/acme/api
    tags: [1.10, latest]
    platforms: [linux/amd64, linux/arm64/v8, linux/aarch64]
    sourc: \${registry}/acme/builds/api:\${version}-{arhc}
  - target: ghcr.io/acme/api
    tags: [latest]
    platfroms: [linux/amd64]
    source: ghcr.io/acme/builds/\u001b[31mapi:1
`;

function collect(text: string): string {
  try {
    loadConfig({ files: [{ path: 'manifests.yaml', directory: '/', text }], variables: {}, environment: {} });
  } catch (error) {
    if (error instanceof ConfigError) {
      return renderDiagnostics(error.diagnostics, new Map([['manifests.yaml', text]]), PLAIN);
    }
    throw error;
  }
  return '';
}

it('reads as the golden file, with the line of each problem and nothing that a terminal acts on', async () => {
  const text = collect(TEXT);

  expect(text).not.toContain('\u001b');
  await expect(text).toMatchFileSnapshot('../../golden/diagnostics.txt');
});
