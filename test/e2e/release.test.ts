import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import packageJson from '../../package.json' with { type: 'json' };
import { run } from '../support/packed-package.ts';
import { makeTempDir } from '../support/temp-dir.ts';

interface Sbom {
  readonly bomFormat: string;
  readonly metadata: { readonly component: { readonly name: string; readonly version: string } };
  readonly components: readonly { readonly name: string; readonly version: string; readonly scope: string }[];
}

const { version } = packageJson;
const folder = makeTempDir();
const read = (name: string) => readFileSync(join(folder, name), 'utf8');

// The executables have a test of their own.
beforeAll(async () => {
  const flags = ['--out', folder, '--target', 'none', '--notes-of', 'Unreleased'];
  await run(process.execPath, ['scripts/release.mjs', ...flags], resolve('.'));
});

describe('a release', () => {
  it('has checksums that sha256sum agrees with, of every file', async () => {
    const { stdout } = await run('sha256sum', ['-c', 'SHA256SUMS'], folder);
    const checked = stdout.trim().split('\n');
    const files = readdirSync(folder).filter((name) => name !== 'SHA256SUMS');
    expect(checked).toEqual(files.sort().map((name) => `${name}: OK`));
    expect(files).toContain(`plait-${version}.tgz`);
  });

  it('has a bill of what is in the bundle, and of nothing else', () => {
    const sbom: Sbom = JSON.parse(read(`plait-${version}.cdx.json`));
    const named = sbom.components.map((component) => `- ${component.name} ${component.version}`).sort();
    const bundled = [...read('THIRD-PARTY-NOTICES.txt').matchAll(/^- \S+ \S+(?= \()/gm)].map(([title]) => title);
    expect(sbom).toMatchObject({ bomFormat: 'CycloneDX', metadata: { component: { name: 'plait', version } } });
    expect(named).toEqual(bundled.sort());
    expect(sbom.components.filter(({ scope }) => scope !== 'required')).toEqual([]);
  });

  it('has the notes of the changelog', () => {
    expect(read('RELEASE_NOTES.md')).toMatch(/^### Added\n/);
    expect(read('RELEASE_NOTES.md')).not.toMatch(/^## /m);
  });
});
