import type { OnlineReport } from '../state/try-sources.ts';
import { describeRequests } from './describe-change.ts';

/** How `validate --online` went, in two lines; the problems are told one by one beside it. */
export function renderOnline(report: OnlineReport, requests: Readonly<Record<string, number>>): string {
  const { sources, repositories, problems } = report;
  const asked = `${count(sources, 'source')}, ${count(repositories, 'repository', 'repositories')}`;
  const errors = problems.filter(({ severity }) => severity === 'error').length;
  const verdict = errors === 0 ? 'all can be read' : count(errors, 'problem');
  return `online: ${asked}: ${verdict}\n${describeRequests(requests)}\n`;
}

function count(number: number, one: string, many = `${one}s`): string {
  return `${number} ${number === 1 ? one : many}`;
}
