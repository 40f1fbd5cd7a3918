import { cleanText } from '../errors/redact.ts';
import { describeLeft, describeReason } from './describe-change.ts';
import type { Finding } from './finding.ts';
import { parsePlace } from './place.ts';
import type { ResultReport } from './report.ts';
import { levelOf, type RuleId } from './rules.ts';

type Change = ResultReport['document']['changes'][number];
type Tag = Change['tags'][number];
type Unreadable = NonNullable<ResultReport['document']['unreadable']>[number];

const RULE_OF: Readonly<Record<Tag['status'], RuleId>> = {
  failed: 'tag-failed',
  stale: 'tag-stale',
  blocked: 'tag-blocked',
  'not-started': 'tag-not-started',
  done: 'tag-done',
  already: 'tag-already',
};

/** How every tag ended, and what could not be read. */
export function listResultFindings({ document, folder }: ResultReport): readonly Finding[] {
  return [
    ...document.changes.flatMap((change) => change.tags.map((tag) => describeTag(change, tag, folder))),
    ...(document.unreadable ?? []).map(describeUnreadable),
  ];
}

function describeTag({ id, origin, repository }: Change, tag: Tag, folder: string): Finding {
  const rule = RULE_OF[tag.status];
  const code = tag.code === null ? '' : ` [${tag.code}]`;
  const said = tag.message === null ? '' : `: ${tag.message}`;
  return {
    rule,
    level: levelOf(rule, 'apply'),
    id,
    place: parsePlace(origin, folder),
    references: [`${repository}:${tag.name}`],
    platform: undefined,
    message: cleanText(`${WORDS[tag.status]}${said}${code}`, MAX_CHARS),
    details: `${shorten(tag.before)} → ${shorten(tag.after)}`,
    remedy: tag.hint === null ? undefined : cleanText(tag.hint, MAX_CHARS),
  };
}

function shorten(digest: string | null): string {
  return digest === null ? 'absent' : digest.slice(digest.indexOf(':') + 1).slice(0, 7);
}

const MAX_CHARS = 20_000;

const WORDS: Readonly<Record<Tag['status'], string>> = {
  failed: 'failed',
  stale: 'is stale',
  blocked: 'is held back',
  'not-started': 'was not started',
  done: 'is done',
  already: 'is already so',
};

function describeUnreadable({ reference, left, code, message, hint }: Unreadable): Finding {
  return {
    rule: 'unreadable',
    level: levelOf('unreadable', 'apply'),
    id: '',
    place: undefined,
    references: [reference],
    platform: undefined,
    message: cleanText(
      `could not be read: ${describeReason({ reference, message })} [${code}]; ${describeLeft({ left })}`,
      MAX_CHARS,
    ),
    details: '',
    remedy: hint === null ? undefined : cleanText(hint, MAX_CHARS),
  };
}
