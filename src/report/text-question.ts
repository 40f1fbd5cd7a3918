import { type Change, type Plan, summarize } from '../plan/plan.ts';
import { describeWork } from './describe-change.ts';

/** What a yes would do, in the last words before the prompt: to which registries, how much, and what goes away. */
export function renderQuestion(plan: Plan): string {
  const registries = [...new Set(plan.changes.map(({ repository }) => repository.registry))];
  const lost = describeLost(plan.changes);
  const lines = [
    `Apply to ${registries.join(', ')}: ${describeWork(summarize(plan))}?`,
    ...(lost === '' ? [] : [`This removes ${lost}.`]),
    'Only "yes" is taken as a yes: ',
  ];
  return `\n${lines.join('\n')}`;
}

function describeLost(changes: readonly Change[]): string {
  const platforms = changes.flatMap((change) => change.platforms.filter(({ action }) => action === 'remove')).length;
  const tags = changes.filter(({ action }) => action === 'delete').flatMap((change) => change.tags).length;
  const parts = [count(platforms, 'platform'), count(tags, 'tag')];
  return parts.filter((part) => part !== '').join(' and ');
}

function count(number: number, noun: string): string {
  if (number === 0) return '';
  return `${number} ${noun}${number === 1 ? '' : 's'}`;
}
