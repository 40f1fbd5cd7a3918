// Writes a report to a pull request: one comment for each INPUT_COMMENT_KEY, which is replaced by the next one.
// Usage: node comment.mjs REPORT.md
import { readFileSync } from 'node:fs';

const MAX_PAGES = 30;
const PAGE_SIZE = 100;
const TIMEOUT_MS = 20_000;

const {
  GITHUB_API_URL = 'https://api.github.com',
  GITHUB_REPOSITORY = '',
  GITHUB_EVENT_PATH = '',
  INPUT_TOKEN = '',
  INPUT_COMMENT_KEY = 'plait',
} = process.env;

try {
  await publish(process.argv[2] ?? '');
} catch (error) {
  const reason = error instanceof Error ? error.message : String(error);
  process.stdout.write(
    `::warning::plait: the plan could not be written to the pull request: ${toCommandText(reason)}\n`,
  );
  process.exitCode = 1;
}

async function publish(path) {
  const number = JSON.parse(readFileSync(GITHUB_EVENT_PATH, 'utf8')).pull_request?.number;
  if (!Number.isInteger(number)) throw new Error('the event names no pull request');
  if (INPUT_TOKEN === '') throw new Error('there is no token');
  const marker = `<!-- plait:comment ${INPUT_COMMENT_KEY.replaceAll(/[^\w.:/ -]/g, '_').replaceAll('--', '__')} -->`;
  const body = `${marker}\n${readFileSync(path, 'utf8')}`;
  const earlier = await findComment(number, marker);
  const issues = `/repos/${GITHUB_REPOSITORY}/issues`;
  if (earlier === undefined) await call('POST', `${issues}/${number}/comments`, { body });
  else await call('PATCH', `${issues}/comments/${earlier}`, { body });
}

/** The first comment of ours; anybody may begin a comment with the marker, but only bots and apps are taken for us. */
async function findComment(number, marker) {
  for (let page = 1; page <= MAX_PAGES; page += 1) {
    const query = `per_page=${PAGE_SIZE}&page=${page}`;
    const comments = await call('GET', `/repos/${GITHUB_REPOSITORY}/issues/${number}/comments?${query}`);
    const ours = comments.find(({ body, user }) => user?.type === 'Bot' && body?.startsWith(marker));
    if (ours !== undefined) return ours.id;
    if (comments.length < PAGE_SIZE) return undefined;
  }
  return undefined;
}

async function call(method, path, content) {
  const response = await fetch(`${GITHUB_API_URL}${path}`, {
    method,
    redirect: 'error',
    signal: AbortSignal.timeout(TIMEOUT_MS),
    headers: {
      accept: 'application/vnd.github+json',
      authorization: `Bearer ${INPUT_TOKEN}`,
      'user-agent': 'plait-action',
      'x-github-api-version': '2022-11-28',
      ...(content === undefined ? {} : { 'content-type': 'application/json' }),
    },
    ...(content === undefined ? {} : { body: JSON.stringify(content) }),
  });
  if (!response.ok) {
    await response.body?.cancel();
    const hint = response.status === 403 ? ' (it needs permissions: { pull-requests: write })' : '';
    throw new Error(`${method} answered ${response.status}${hint}`);
  }
  return response.json();
}

function toCommandText(text) {
  return text.replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A');
}
