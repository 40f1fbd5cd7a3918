import { ARCHITECTURES, TAGS } from './content.mjs';
import { findFastest, HEADLINE } from './program.mjs';
import { countAll } from './statistics.mjs';

const SOURCES = TAGS * ARCHITECTURES.length;

/** What the figures are wanted to say, as far as it was measured: a sentence each, and whether it holds. */
export function checkTargets(results) {
  return [...checkHeadline(results), ...checkThrift(results)];
}

function checkHeadline(results) {
  const found = results.filter(({ scenario, delayMs }) => scenario === HEADLINE && delayMs === 50);
  const plait = (mode) => found.find((each) => each.tool === 'plait' && each.mode === mode);
  const [normal, wide] = [plait('cold cache'), plait('cold cache, --parallelism 32')];
  if (normal === undefined) return [];
  const bound = normal.wallMs.median / normal.boundMs;
  return [
    toLine(`at most 1.25 × requests × latency / concurrency: ${bound.toFixed(2)} ×`, bound <= 1.25),
    ...compare(findFastest(findWidest(found), 'loop'), normal, 20),
    ...compare(findFastest(found, 'xargs -P8'), normal, 3),
    ...compare(findFastest(found, 'xargs -P8'), wide, 5),
  ];
}

/** Loops of all tags where there are any, for a start that is not only the first tags. */
function findWidest(results) {
  const most = Math.max(...results.filter(({ mode }) => mode === 'loop').map(({ tags }) => tags));
  return results.filter(({ tags }) => tags === most);
}

function compare(peer, plait, factor) {
  if (peer === undefined || plait === undefined) return [];
  const ratio = peer.wallMsPerTag / plait.wallMsPerTag;
  const title = `${plait.mode}: ${factor} × as fast as the fastest peer, ${peer.tool}, ${peer.mode}, ${peer.tags} tags`;
  return [toLine(`${title}: ${ratio.toFixed(1)} ×`, ratio >= factor)];
}

function checkThrift(results) {
  const wanted = { 'same-none': TAGS + SOURCES, 'same-none-pinned': TAGS };
  return results
    .filter(({ tool, mode, scenario }) => tool === 'plait' && mode === 'warm cache' && scenario in wanted)
    .map(({ scenario, delayMs, requests }) => {
      const heads = requests['manifest HEAD'] ?? 0;
      const others = countAll(requests) - heads;
      const title = `${scenario} at ${delayMs} ms, warm: exactly ${wanted[scenario]} HEAD and nothing else`;
      return toLine(`${title}: ${heads} HEAD, ${others} others`, heads === wanted[scenario] && others === 0);
    });
}

function toLine(text, isMet) {
  return { text, isMet };
}
