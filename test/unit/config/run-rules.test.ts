import { describe, expect, it } from 'vitest';
import {
  diagnoseFiles,
  listAll,
  listErrors,
  listFiles,
  loadFiles,
  loadYaml,
  readMark,
} from '../../support/load-yaml.ts';

const IMAGE = 'images: [{target: ghcr.io/acme/api, tags: [t], from: "ghcr.io/acme/builds/api:1"}]\n';

function withImage(lines: string): string {
  return `version: 1\n${lines}\n${IMAGE}`;
}

describe('guards of a run', () => {
  it('limit nothing but what they name', () => {
    expect(loadYaml(withImage('guards: {updates: {percent: 30}, deletes: {count: 0}}')).guards).toEqual({
      updates: { percent: 30, from: 10 },
      deletes: { count: 0, from: 10 },
      floatingSources: 'allow',
    });
  });

  it('know which repositories a source may come from', () => {
    const { guards } = loadYaml(withImage('guards: {allowedSources: [ghcr.io/acme/**, "docker.io/library/*"]}'));

    expect(
      ['ghcr.io/acme/a/b', 'ghcr.io/acme', 'ghcr.io/acmee/a', 'docker.io/library/redis', 'docker.io/library/a/b'].map(
        (name) => guards.allowedSources?.some(({ matches }) => matches(name)),
      ),
    ).toEqual([true, false, false, true, false]);
  });

  it.each([
    ['guards: {updates: {percent: ►101}}', 'invalid-value guards.updates.percent'],
    ['guards: {updates: {count: ►-1}}', 'invalid-value guards.updates.count'],
    ['guards: {updates: {percent: ►"30"}}', 'wrong-type guards.updates.percent'],
    ['guards: {updates: ►{from: 3}}', 'missing-key guards.updates'],
    ['guards: {►update: {count: 3}}', 'unknown-key guards.update'],
    ['guards: {allowedSources: [►"{"]}', 'invalid-pattern guards.allowedSources[0]'],
    ['guards: {floatingSources: ►warning}', 'invalid-value guards.floatingSources'],
    ['guards: {►maxPlatformRemovals: 1}', 'unknown-key guards.maxPlatformRemovals'],
  ])('are checked: %s', (line, expected) => {
    const { text, place } = readMark(withImage(line));

    expect(listErrors(text)).toEqual([`${place} ${expected}`]);
  });

  it('warn of a glob over repositories that begins with no registry', () => {
    const { text, place } = readMark(withImage('guards: {allowedSources: [ghcr.io/**, ►acme/*]}'));

    expect(listAll(text)).toEqual([`${place} warning idle-pattern guards.allowedSources[1]`]);
  });
});

describe('a source', () => {
  const all = (guards: string) => `version: 1
guards: {${guards}}
images:
  - target: ghcr.io/acme/api
    tags: [t]
    platforms: [linux/amd64, linux/arm64]
    source: quay.io/other/api:1-{arch}
  - target: ghcr.io/acme/web
    tags: [t]
    platforms:
      linux/amd64: ghcr.io/acme/web:1
      linux/arm64: { ref: "redis:1@sha256:${'1'.repeat(64)}" }
      linux/s390x: { from: "ghcr.io/acme/web:2" }
  - { target: ghcr.io/acme/copy, tags: [t], from: "quay.io/acme/copy:1", as: copy }
`;

  it('must come from where sources may', () => {
    expect(listAll(all('allowedSources: ["ghcr.io/acme/**", "docker.io/**"]'))).toEqual([
      '7:13 source-not-allowed images[0].source',
      '14:51 source-not-allowed images[2].from',
    ]);
  });

  it('is worth a warning without a digest, when the run says so', () => {
    expect(listAll(all('floatingSources: warn'))).toEqual([
      '7:13 warning floating-source images[0].source',
      '7:13 warning floating-source images[0].source',
      '11:20 warning floating-source images[1].platforms["linux/amd64"]',
      '13:28 warning floating-source images[1].platforms["linux/s390x"].from',
      '14:51 warning floating-source images[2].from',
    ]);
  });

  it.each(['allow', 'error'])('is nothing to talk about here when floatingSources is %s', (word) => {
    expect(listAll(all(`floatingSources: ${word}`))).toEqual([]);
  });

  it('of an image that is not enabled may come from anywhere', () => {
    const text =
      'version: 1\nguards: {allowedSources: [ghcr.io/**]}\nimages: [{enabled: false, target: a, tags: [t], from: "b:1"}]\n';

    expect(listErrors(text)).toEqual([]);
  });
});

describe('drift rules', () => {
  it('are read until their last day', () => {
    const rule = '{match: "ghcr.io/acme/*:t", fields: [annotations, media-type], reason: trials, until: "2026-06-15"}';

    const { drift } = loadYaml(withImage(`drift: {children: verify, ignore: [${rule}]}`));

    expect(drift).toMatchObject({
      children: 'verify',
      ignore: [
        {
          origin: { line: 2, column: 36 },
          text: 'ghcr.io/acme/*:t',
          fields: ['annotations', 'media-type'],
          reason: 'trials',
          until: '2026-06-15',
        },
      ],
    });
    expect(['ghcr.io/acme/a:t', 'ghcr.io/acme/a:u'].map((tag) => drift.ignore[0]?.matches(tag))).toEqual([true, false]);
  });

  it('no longer ignore what has expired, and warn of it', () => {
    const { text, place } = readMark(
      withImage('drift: {ignore: [{match: "**", fields: [tag], reason: trials, until: ►"2026-06-14"}]}'),
    );

    expect(listAll(text)).toEqual([`${place} warning expired-ignore drift.ignore[0].until`]);
    expect(diagnoseFiles({ 'manifests.yaml': text })[0]?.hint).toBeDefined();
    expect(loadYaml(text).drift.ignore).toEqual([]);
  });

  it('take off for the word that it is, with quotes and without', () => {
    expect(loadYaml(withImage('drift: {children: off}')).drift.children).toBe('off');
    expect(loadYaml(withImage('drift: {children: "off"}')).drift.children).toBe('off');
    expect(listErrors(withImage('drift: {children: no}'))).toEqual(['2:19 invalid-value drift.children']);
  });

  it.each([
    ['►{fields: [tag], reason: a, until: "2027-01-01"}', 'missing-key drift.ignore[0]'],
    ['►{match: a, reason: a, until: "2027-01-01"}', 'missing-key drift.ignore[0]'],
    ['►{match: a, fields: [tag], until: "2027-01-01"}', 'missing-key drift.ignore[0]'],
    ['►{match: a, fields: [tag], reason: a}', 'missing-key drift.ignore[0]'],
    ['{match: ►"{", fields: [tag], reason: a, until: "2027-01-01"}', 'invalid-pattern drift.ignore[0].match'],
    ['{match: a, fields: [►labels], reason: a, until: "2027-01-01"}', 'invalid-value drift.ignore[0].fields[0]'],
    ['{match: a, fields: [tag], reason: a, until: ►"2026-02-30"}', 'invalid-date drift.ignore[0].until'],
    ['{match: a, fields: [tag], reason: a, until: ►31.12.2026}', 'invalid-date drift.ignore[0].until'],
    ['{match: a, fields: [tag], reason: a, until: ►2026}', 'not-text drift.ignore[0].until'],
  ])('are checked: %s', (rule, expected) => {
    const { text, place } = readMark(withImage(`drift: {ignore: [${rule}]}`));

    expect(listErrors(text)).toEqual([`${place} ${expected}`]);
  });
});

describe('rules of several files', () => {
  it('are put together', () => {
    const rule = (name: string) => `{match: ${name}, fields: [tag], reason: a, until: "2027-01-01"}`;
    const { guards, drift } = loadFiles({
      'a.yaml': withImage(`guards: {updates: {count: 1}}\ndrift: {ignore: [${rule('a')}]}`),
      'b.yaml': `version: 1\nguards: {deletes: {count: 2}}\ndrift: {children: verify, ignore: [${rule('b')}]}\n`,
    });

    expect(guards).toEqual({
      updates: { count: 1, from: 10 },
      deletes: { count: 2, from: 10 },
      floatingSources: 'allow',
    });
    expect(drift).toMatchObject({ children: 'verify', ignore: [{ text: 'a' }, { text: 'b' }] });
  });

  it('must not contradict each other', () => {
    const files = {
      'a.yaml': withImage('guards: {updates: {count: 1}, allowedSources: [ghcr.io/**]}\ndrift: {children: off}'),
      'b.yaml': 'version: 1\nguards: {updates: {count: 2}, allowedSources: [ghcr.io/**]}\ndrift: {children: verify}\n',
    };

    expect(listFiles(files)).toEqual([
      'b.yaml:2:10 conflicting-guards guards.updates',
      'b.yaml:3:9 conflicting-guards drift.children',
    ]);
    expect(diagnoseFiles(files)[0]?.message).toContain('in a.yaml:2');
  });
});
