import { shortDigest } from '../../src/oci/digest.ts';
import { formatRepository } from '../../src/oci/repository.ts';
import type { Change, FieldChange, Plan, PlatformChange } from '../../src/plan/plan.ts';
import { describeAcceptance, describeReason, isOfRun, listReferences } from '../../src/report/describe-change.ts';
import type { ResultReport } from '../../src/report/report.ts';
import type { Unit } from './read-report.ts';

/** Something that a report must say of some tags. Each word is given in all the forms that formats have for it. */
export interface Fact {
  /** `repository:tag`; empty for what is said of the whole run. */
  readonly about: readonly string[];
  readonly words: readonly (readonly string[])[];
}

/** Everything that a plan says, as facts. */
export function listFacts(plan: Plan): readonly Fact[] {
  return [
    ...[...plan.changes, ...plan.blocked].flatMap(listChangeFacts),
    ...plan.unreadable.flatMap(({ reference, message, left, hint }) => {
      const reason = describeReason({ reference, message });
      return [reason, ...left, ...(hint === null ? [] : [hint])].map((word) => ({
        about: [reference, ...left],
        words: [[word]],
      }));
    }),
    ...(plan.drift?.ignored ?? []).map((entry) => ({
      about: listReferences(entry),
      words: [[describeAcceptance(entry)], [entry.rule]],
    })),
    ...plan.notices.map(({ message }) => ({ about: [], words: [[message]] })),
  ];
}

function listChangeFacts(change: Change): readonly Fact[] {
  const place = formatRepository(change.repository);
  const about = change.tags.map(({ name }) => `${place}:${name}`);
  const blocking = change.guards.filter(({ result }) => result === 'blocked');
  const words = [
    ...change.tags.map(({ name }) => [name]),
    ...change.tags.flatMap(({ expect }) => (expect === null ? [] : [[shortDigest(expect)]])),
    ...(change.index === null ? [] : [[shortDigest(change.index)]]),
    ...(change.class === undefined ? [] : [[change.class]]),
    ...change.guards.filter((guard) => !isOfRun(guard)).flatMap(({ message, by }) => [[message], [by]]),
    ...blocking.map(() => ['held back', 'blocked']),
    ...change.copies.map(({ from }) => [formatRepository(from)]),
    ...change.referrers.map(({ digest }) => [shortDigest(digest)]),
    ...change.referrers.map(({ artifactType }) => [artifactType]),
  ];
  return [
    ...words.map((forms) => ({ about, words: [forms] })),
    ...change.platforms.filter(({ action }) => action !== 'keep').map((row) => ({ about, words: wordsOfRow(row) })),
    ...change.guards.filter(isOfRun).map(({ message, by }) => ({ about: [], words: [[message], [by]] })),
    ...change.fields.map((field) => ({ about, words: wordsOfField(field) })),
  ];
}

const SAID: Readonly<Record<PlatformChange['action'], (platform: string) => readonly string[]>> = {
  add: (platform) => [`+ ${platform}`, `${platform} added`, `${platform} missing in the tag`],
  update: (platform) => [`~ ${platform}`, `${platform} updated`, `${platform} different`],
  remove: (platform) => [`- ${platform}`, `${platform} removed`, `${platform} not declared`],
  restore: (platform) => [`+ ${platform}`, `gets back ${platform}`, `${platform} gone from the registry`],
  keep: () => [],
};

function wordsOfRow({ platform, action, before, after, source }: PlatformChange): Fact['words'] {
  const digests = [before, after].filter((digest) => digest !== null).map((digest) => shortDigest(digest));
  const shown = source === null ? [] : [[source.replace(/@\w+:(\w{7})\w*$/, '@$1'), source]];
  return [SAID[action](platform), [[...new Set(digests)].join(' → ')], ...shown];
}

function wordsOfField({ field, key, before, after }: FieldChange): Fact['words'] {
  const values = [before, after].filter((value) => value !== null);
  const isDigest = field === 'attestation' || field === 'encoding';
  return [[key], ...values.map((value) => [isDigest ? value.slice(7, 14) : value])];
}

const ENDS: Readonly<Record<ResultReport['document']['changes'][number]['tags'][number]['status'], readonly string[]>> =
  {
    done: ['done', '✓'],
    already: ['already so'],
    stale: ['stale'],
    blocked: ['blocked', 'held back'],
    failed: ['failed'],
    'not-started': ['not started'],
  };

/** Everything that a result says, as facts. */
export function listResultFacts({ changes, unreadable = [] }: ResultReport['document']): readonly Fact[] {
  return [
    ...changes.flatMap(({ repository, tags }) =>
      tags.map(({ name, status, message, hint }) => ({
        about: [`${repository}:${name}`],
        words: [ENDS[status], ...[message, hint].flatMap((text) => (text === null ? [] : [[text]]))],
      })),
    ),
    ...unreadable.map(({ reference, left, message, hint }) => ({
      about: [reference],
      words: [
        [describeReason({ reference, message })],
        ...[...left, ...(hint === null ? [] : [hint])].map((text) => [text]),
      ],
    })),
  ];
}

/** Those facts that no unit tells that is about the same tags. */
export function findUntold(facts: readonly Fact[], units: readonly Unit[]): readonly string[] {
  return facts.flatMap(({ about, words }) => {
    const places = about.length === 0 ? units : units.filter((unit) => about.some((name) => isAbout(unit, name)));
    const all = places.join(' ');
    const missing = words.filter((forms) => !forms.some((form) => all.includes(form.replaceAll(/\s+/g, ' '))));
    return missing.map((forms) => `${about[0] ?? 'the run'}: ${forms.join(' | ')}`);
  });
}

/** In a text the other tags of a repository stand without its name, behind the first. */
function isAbout(unit: Unit, name: string): boolean {
  const end = unit.indexOf(name) + name.length;
  return unit.includes(name) && !/[\w.-]/.test(unit.charAt(end));
}
