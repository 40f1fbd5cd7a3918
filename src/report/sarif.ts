import { computeDigest } from '../oci/digest.ts';
import { countStatuses } from './describe-result.ts';
import type { Finding } from './finding.ts';
import { collectFindings, describeFinding } from './findings.ts';
import type { AnyReport } from './report.ts';
import { type Level, levelOf, RULES, type RuleId } from './rules.ts';

/**
 * The findings as SARIF 2.1.0 (OASIS), for code scanning and editors: each at its line of the config, under a fingerprint
 * that stays the same while the same thing is wrong with the same tag, wherever its declaration moves.
 */
export function renderSarif(report: AnyReport): string {
  const { kind } = report;
  const { tool } = report.document;
  const findings = collectFindings(report);
  const rules = (Object.keys(RULES) as RuleId[]).filter((id) => findings.some(({ rule }) => rule === id));
  const run = {
    tool: {
      driver: {
        name: tool.name,
        version: tool.version,
        semanticVersion: tool.version,
        rules: rules.map((id) => toRule(report, id)),
      },
    },
    automationDetails: { id: `${tool.name}/${kind}/` },
    invocations: [describeRun(report)],
    originalUriBaseIds: { '%SRCROOT%': { description: { text: 'The root of the repository' } } },
    columnKind: 'utf16CodeUnits',
    properties: describeSums(report),
    results: withFingerprints(findings).map(([finding, fingerprint]) => toResult(finding, { rules, fingerprint })),
  };
  return `${JSON.stringify({ $schema: SCHEMA, version: '2.1.0', runs: [run] }, null, 2)}\n`;
}

const SCHEMA = 'https://json.schemastore.org/sarif-2.1.0.json';

function describeRun(report: AnyReport): object {
  if (report.kind === 'apply') {
    const { interrupted, finishedAt, unreadable = [] } = report.document;
    const isDone = !interrupted && countStatuses(report.document).failed === 0 && unreadable.length === 0;
    return { executionSuccessful: isDone, endTimeUtc: finishedAt };
  }
  return { executionSuccessful: !report.document.status.errored, endTimeUtc: report.document.createdAt };
}

function describeSums(report: AnyReport): object {
  if (report.kind === 'apply') return { summary: countStatuses(report.document) };
  const { document, files } = report;
  if (files === undefined) return { summary: document.summary, checksum: document.checksum };
  const checksums = Object.fromEntries(files.map((file) => [file.path, file.document.checksum]));
  return { summary: document.summary, checksums };
}

function toRule({ kind }: AnyReport, id: RuleId): object {
  return {
    id,
    name: id.replace(/(?:^|-)(\w)/g, (_, letter: string) => letter.toUpperCase()),
    shortDescription: { text: RULES[id].meaning },
    defaultConfiguration: { level: toLevel(levelOf(id, kind)) },
  };
}

interface ResultContext {
  readonly rules: readonly RuleId[];
  readonly fingerprint: string;
}

function toResult(finding: Finding, { rules, fingerprint }: ResultContext): object {
  const { rule, level, references, platform, remedy, id } = finding;
  return {
    ruleId: rule,
    ruleIndex: rules.indexOf(rule),
    ...(level === 'pass' ? { kind: 'pass' } : {}),
    level: toLevel(level),
    message: { text: `${describeFinding(finding)}${remedy === undefined ? '' : `. ${remedy}`}` },
    locations: [toLocation(finding)],
    partialFingerprints: { 'plaitFinding/v1': fingerprint },
    properties: { id, references, ...(platform === undefined ? {} : { platform }) },
  };
}

/** Of what is as it should be there is none. */
function toLevel(level: Level): string {
  return level === 'pass' ? 'none' : level;
}

function toLocation({ place, references }: Finding): object {
  const logical = references.map((name) => ({ fullyQualifiedName: name, kind: 'resource' }));
  return {
    ...(place === undefined
      ? {}
      : {
          physicalLocation: {
            artifactLocation: toArtifact(place.file),
            region: { startLine: Math.max(1, place.line), startColumn: Math.max(1, place.column) },
          },
        }),
    ...(logical.length === 0 ? {} : { logicalLocations: logical }),
  };
}

/** A relative name is one below the root of the repository. */
function toArtifact(file: string): object {
  const path = encodeURI(file.replaceAll('\\', '/')).replaceAll('?', '%3F').replaceAll('#', '%23');
  if (/^[A-Za-z]:/.test(file)) return { uri: `file:///${path}` };
  return file.startsWith('/') ? { uri: `file://${path}` } : { uri: path.replace(/^\.\//, ''), uriBaseId: '%SRCROOT%' };
}

/** Of what a finding is about, without what changes while it stays: lines, digests, words. Equals are numbered. */
function withFingerprints(findings: readonly Finding[]): readonly (readonly [Finding, string])[] {
  const seen = new Map<string, number>();
  return findings.map((finding) => {
    const { rule, id, references, platform, message } = finding;
    const about = references.length === 0 ? message : [...references].sort().join('\n');
    const key = [rule, id, about, platform ?? ''].join('\n');
    const count = seen.get(key) ?? 0;
    seen.set(key, count + 1);
    return [finding, computeDigest(new TextEncoder().encode(`${key}\n${count}`)).slice('sha256:'.length)];
  });
}
