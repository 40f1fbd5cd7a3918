import { shortDigest } from '../../oci/digest.ts';
import { formatRepository } from '../../oci/repository.ts';
import type { Change, FieldChange, PlatformChange } from '../../plan/plan.ts';
import { describeMove, describeWayOut } from '../describe-change.ts';
import { listBlocking } from '../findings.ts';
import type { ReportKind } from '../report.ts';
import { describeField } from '../text-rows.ts';
import { breakable, html, type Markup } from './markup.ts';
import { lookOfCell, lookOfRow } from './words.ts';

/** One change with all there is to know of it, folded. `position` as in the matrix, which links here. */
export function renderChange(kind: ReportKind, change: Change, position: number): Markup {
  const { sign, word, tone } = lookOfRow(kind, listBlocking(change).length > 0 ? 'blocked' : change.action);
  const names = change.tags.map(({ name }) => html`<code>${breakable(name)}</code> `);
  const origin = change.origin === '' ? '' : html`<span class="meta">${breakable(change.origin)}</span>`;
  return html`<details class="change" id="c${position}"><summary><i class="badge ${tone}" aria-hidden="true">${sign}</i> <span><strong>${breakable(formatRepository(change.repository))}</strong> ${names}<span class="meta">${word}${change.class === undefined ? '' : `, ${change.class}`} ${describeMove(change)}</span></span></summary>
<div class="body">
${renderGuards(change)}${renderPlatforms(kind, change.platforms)}${renderFields(change.fields)}${renderTags(change)}${renderCopies(change)}
<p class="meta">image <code>${change.id}</code> ${origin}</p>
</div></details>
`;
}

function renderGuards({ guards }: Change): Markup {
  const items = guards.map((guard) => {
    const isBlocked = guard.result === 'blocked';
    return html`<li class="${isBlocked ? 'blocked' : 'meta'}">${isBlocked ? 'held back' : 'allowed'}: ${guard.message} <code>${isBlocked ? describeWayOut(guard) : guard.by}</code></li>`;
  });
  return guards.length === 0 ? html`` : html`<ul class="guards">${items}</ul>`;
}

function renderPlatforms(kind: ReportKind, rows: readonly PlatformChange[]): Markup {
  if (rows.length === 0) return html``;
  const lines = rows.map((row) => {
    const { sign, word, tone } = lookOfCell(kind, row.action);
    const source = row.source === null ? '' : html`<code>${breakable(row.source)}</code>`;
    return html`<tr><td><i class="${tone}" aria-hidden="true">${sign}</i></td><td><code>${breakable(row.platform)}</code> <span class="meta">${word}</span></td><td>${renderDigests(row)}</td><td>${source}</td></tr>
`;
  });
  return html`<div class="scroll"><table class="rows"><thead><tr><th></th><th scope="col">Platform</th><th scope="col">Image</th><th scope="col">Source</th></tr></thead><tbody>
${lines}</tbody></table></div>`;
}

function renderDigests({ before, after }: PlatformChange): Markup {
  const digests = [...new Set([before, after])].flatMap((digest) => (digest === null ? [] : [digest]));
  const shown = digests.map(
    (digest, index) => html`${index === 0 ? '' : ' → '}<code title="${digest}">${shortDigest(digest)}</code>`,
  );
  return html`${shown}`;
}

function renderFields(fields: readonly FieldChange[]): Markup {
  if (fields.length === 0) return html``;
  return html`<ul class="fields">${fields.map((field) => html`<li>${describeField(field)}</li>`)}</ul>`;
}

function renderTags({ tags, index }: Change): Markup {
  const items = tags.map(({ name, expect }) => {
    const now = expect === null ? 'absent' : expect;
    return html`<li><code>${breakable(name)}</code> now <code class="digest">${now}</code></li>`;
  });
  const wanted = index === null ? html`` : html`<p>index <code class="digest">${index}</code></p>`;
  return html`${wanted}<ul class="fields">${items}</ul>`;
}

function renderCopies({ copies, referrers }: Change): Markup {
  const items = [
    ...copies.map(
      ({ from, digest, how }) =>
        html`<li>copied from <code>${breakable(formatRepository(from))}</code> by ${how}: <code>${shortDigest(digest)}</code></li>`,
    ),
    ...referrers.map(
      ({ from, digest, artifactType }) =>
        html`<li>copied along from <code>${breakable(formatRepository(from))}</code>: <code>${shortDigest(digest)}</code> ${artifactType}</li>`,
    ),
  ];
  return items.length === 0 ? html`` : html`<ul class="fields">${items}</ul>`;
}
