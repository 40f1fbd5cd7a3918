import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { startPlayground } from '../../src/playground/server.ts';
import { type DocBlock, parsePage } from '../support/docs-page.ts';
import { DOC_HOST } from '../support/docs-walk.ts';
import { runHere } from '../support/run-here.ts';
import { makeProject } from '../support/scenario.ts';

const { blocks } = parsePage('docs/lock-file.md', readFileSync('docs/lock-file.md', 'utf8'));

function find(language: DocBlock['language'], word: string): string {
  const block = blocks.find(({ language: found, text }) => found === language && text.includes(word));
  return block?.text ?? '';
}

const LOCK = find('text', 'sources:');

it('the page on the lock file shows the one that its commands write', async () => {
  const playground = await startPlayground({ seed: true });
  const folder = makeProject(find('yaml', 'target:').replaceAll(DOC_HOST, playground.host));
  await runHere(['lock'], { cwd: folder, home: folder });
  await runHere(['apply', '--yes'], { cwd: folder, home: folder });
  await playground.close();
  const written = readFileSync(join(folder, 'manifests.lock.yaml'), 'utf8');

  expect(LOCK).toBe(written.replaceAll(playground.host, DOC_HOST));
});

interface Manager {
  readonly managerFilePatterns: readonly string[];
  readonly matchStrings: readonly string[];
  readonly matchStringsStrategy?: 'recursive';
}

const { customManagers } = JSON.parse(find('json', 'customManagers')) as { customManagers: readonly Manager[] };

/** What Renovate finds in `text`: with `recursive`, each expression looks into what the one before it matched. */
function extract({ matchStrings, matchStringsStrategy }: Manager, text: string): readonly string[] {
  const [first = '', ...others] = matchStrings;
  const matches = [...text.matchAll(new RegExp(first, 'g'))];
  if (matchStringsStrategy === 'recursive' && others.length > 0) {
    return matches.flatMap(([part]) =>
      extract({ matchStrings: others, managerFilePatterns: [], matchStringsStrategy }, part),
    );
  }
  return matches.map(({ groups }) => `${groups?.depName} ${groups?.currentValue} ${groups?.currentDigest}`);
}

function managersOf(file: string): readonly Manager[] {
  return customManagers.filter(({ managerFilePatterns }) =>
    managerFilePatterns.some((pattern) => new RegExp(pattern.slice(1, -1)).test(file)),
  );
}

/** As a manager is to name them: `depName currentValue currentDigest`. */
function toFound(reference: string): string {
  const [, ...parts] = /^(.*):([^:@]+)@(.*)$/.exec(reference) ?? [];
  return parts.join(' ');
}

describe('the Renovate config of the page on the lock file', () => {
  it('finds every pinned source of the lock file, and no tag that was published', () => {
    const [manager, ...others] = managersOf('deploy/manifests.lock.yaml');
    const { sources, tags } = parse(LOCK) as { sources: string[]; tags: string[] };

    expect(others).toEqual([]);
    expect(manager && extract(manager, LOCK)).toEqual(sources.map(toFound));
    expect(sources.length * tags.length).toBeGreaterThan(0);
  });

  it('finds every source with a digest in a config, and nothing else', () => {
    const [manager, ...others] = managersOf('manifests.yaml');
    const config = find('yaml', '@sha256:');
    const { platforms } = parse(config) as { platforms: Record<string, string> };

    expect(others).toEqual([]);
    expect(manager && extract(manager, config)).toEqual(Object.values(platforms).map(toFound));
    expect(manager && extract(manager, find('yaml', 'by-hand'))).toEqual([]);
  });

  it('finds nothing in a lock file without pins', () => {
    const [manager] = managersOf('manifests.lock.yaml');

    expect(manager && extract(manager, LOCK.replace(/sources:[\s\S]*tags:/, 'sources: []\ntags:'))).toEqual([]);
  });

  // Renovate runs them with RE2, which has no lookaround and no back references.
  it.each(customManagers.flatMap(({ matchStrings }) => matchStrings))(
    'has expressions that RE2 can run: %s',
    (text) => {
      expect(text).not.toMatch(/\(\?(?:[=!>]|<[=!])|\\[1-9]|\\k</);
      expect(text).not.toMatch(/[+*?}]\+/);
    },
  );
});
