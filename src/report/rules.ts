import type { GuardName } from '../plan/plan.ts';
import type { AnyReport } from './report.ts';

/** As SARIF names them; `note` is what GitHub calls a notice. `pass`: it is as it should be. */
export type Level = 'error' | 'warning' | 'note' | 'pass';

/** What a finding is about. The names are stable: fingerprints, filters and dashboards hold on to them. */
export type RuleId =
  | 'platform-removed'
  | 'platform-unexpected'
  | 'tag-deleted'
  | 'tag-unexpected'
  | 'tag-missing'
  | 'tag-failed'
  | 'tag-stale'
  | 'tag-blocked'
  | 'tag-not-started'
  | 'tag-done'
  | 'tag-already'
  | `blocked-${GuardName}`
  | 'unreadable'
  | 'child-missing'
  | 'tag-moved'
  | 'tag-repaired'
  | 'tag-created'
  | 'drift-ignored'
  | 'notice'
  | 'config';

export interface Rule {
  readonly level: Level;
  /** One sentence on what it means. */
  readonly meaning: string;
}

const blocked = (meaning: string): Rule => ({ level: 'error', meaning: `Held back: ${meaning}` });

/** Every rule, in the order in which findings are worth a look. */
export const RULES: Readonly<Record<RuleId, Rule>> = {
  'platform-removed': { level: 'warning', meaning: 'A tag loses a platform' },
  'platform-unexpected': { level: 'warning', meaning: 'A tag holds a platform that is not declared' },
  'tag-deleted': { level: 'warning', meaning: 'A tag is deleted' },
  'tag-unexpected': { level: 'warning', meaning: 'A tag exists that is declared to be absent' },
  'tag-missing': { level: 'error', meaning: 'A declared tag does not exist' },
  'tag-failed': { level: 'error', meaning: 'A tag could not be moved or deleted' },
  'tag-stale': { level: 'error', meaning: 'A tag was moved by somebody else since the plan' },
  'tag-blocked': { level: 'error', meaning: 'A guard holds a tag back' },
  'tag-not-started': { level: 'warning', meaning: 'The run stopped before this tag' },
  'blocked-platform-removal': blocked('a tag would lose more platforms than it may'),
  'blocked-immutable-tag': blocked('a tag that is declared immutable would move'),
  'blocked-protected': blocked('a protected tag would change'),
  'blocked-updates': blocked('the run would update more tags than it may'),
  'blocked-deletes': blocked('the run would delete tags that it may not delete'),
  'blocked-same-label': blocked('the images of an index do not agree on a label'),
  'blocked-require-platforms': blocked('an index lacks a platform that it must have'),
  'blocked-floating-source': blocked('a source is named without a digest'),
  unreadable: { level: 'error', meaning: 'Something could not be read, and its tags are left as they are' },
  'child-missing': { level: 'warning', meaning: 'An image that a live index names is gone from the registry' },
  'tag-moved': { level: 'note', meaning: 'A tag takes other content' },
  'tag-done': { level: 'pass', meaning: 'A tag was moved or deleted' },
  'tag-already': { level: 'pass', meaning: 'A tag held what is wanted already' },
  'tag-repaired': { level: 'note', meaning: 'What a tag names is copied again, the tag stays' },
  'tag-created': { level: 'note', meaning: 'A tag that did not exist is created' },
  'drift-ignored': { level: 'note', meaning: 'A tag differs, and the config accepts that for a while' },
  notice: { level: 'note', meaning: 'Something worth knowing, though nothing is wrong' },
  config: { level: 'warning', meaning: 'The config says something that is probably a mistake' },
};

/** How serious a finding is. In a report on drift, whatever differs is at least worth a warning. */
export function levelOf(rule: RuleId, kind: AnyReport['kind']): Level {
  const { level } = RULES[rule];
  if (kind !== 'drift') return level;
  if (isLoss(rule)) return 'error';
  return rule === 'tag-moved' ? 'warning' : level;
}

function isLoss(rule: RuleId): boolean {
  return rule === 'platform-removed' || rule === 'child-missing';
}
