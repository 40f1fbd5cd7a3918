import type { Declaration, DeclaredAbsence } from '../../src/config/declaration.ts';
import { DEFAULT_RUN_GUARDS, type DriftIgnore } from '../../src/config/run-rules.ts';
import { parseTagPattern, type TagPattern } from '../../src/config/tag-pattern.ts';
import { PlaitError } from '../../src/errors/plait-error.ts';
import { parsePlatform } from '../../src/oci/platform.ts';
import { parseRepository } from '../../src/oci/repository.ts';
import { parseAllowance } from '../../src/plan/allowance.ts';
import { toPlanDocument } from '../../src/plan/document.ts';
import { toDrift } from '../../src/plan/drift.ts';
import { makePlan, type PlanInput } from '../../src/plan/make-plan.ts';
import type { Change, Plan } from '../../src/plan/plan.ts';
import type { Report } from '../../src/report/report.ts';
import type { LiveTag } from '../../src/state/live.ts';
import type { AbsenceState } from '../../src/state/read-absences.ts';
import type { ImageState } from '../../src/state/read-state.ts';
import {
  attestation,
  type Built,
  build,
  declare,
  digestOf,
  entry,
  imageState,
  indexOf,
  NO_GUARDS,
  planInput,
  present,
  unreadable,
} from './states.ts';

const at = (path: string, ...tags: string[]) => [{ repository: parseRepository(path), tags }];
const VERSION = 'org.opencontainers.image.version';
const VENDOR = 'org.opencontainers.image.vendor';
const version = (value: string) => ({ annotations: { [VERSION]: value } });

/** An image at a line of its own; tags of one repository. */
function image(line: number, path: string, more: Partial<Declaration> & { readonly tags?: readonly string[] } = {}) {
  const { tags = ['1.0.0'], ...rest } = more;
  const id = path.split('/').at(-1) ?? path;
  return declare({ id, origin: { file: 'manifests.yaml', line, column: 5 }, targets: at(path, ...tags), ...rest });
}

const AMD64 = entry('linux/amd64', 'a');
const ARM64 = entry('linux/arm64', 'b');
const OLD = present(indexOf([entry('linux/amd64', 'd'), entry('linux/arm64', 'e')]));
const both = () => build({ source: 'ghcr.io/acme/ci:2', entries: [AMD64, ARM64] });
const pinned = (more: Partial<Built> = {}) =>
  build({ source: `ghcr.io/acme/ci@${digestOf('a')}`, entries: [AMD64, ARM64], ...more });

function changing(): readonly ImageState[] {
  const shrunk = build({ source: 'ghcr.io/acme/ci:2', entries: [AMD64] });
  const broken = both();
  return [
    imageState(
      image(12, 'ghcr.io/acme/api', { tags: ['latest', '1.8', '1'] }),
      build({
        source: 'ghcr.io/acme/ci:1.8.2',
        entries: [AMD64, entry('linux/arm64', 'e'), entry('linux/arm/v7', '7')],
        attestations: [attestation('a', '5')],
        ...version('1.8.2'),
      }),
      {
        latest: present(indexOf([AMD64, entry('linux/arm64', '4')], version('1.8.1'))),
        '1.8': present(indexOf([AMD64, entry('linux/arm64', '3')], version('1.8.0'))),
      },
    ),
    imageState(
      image(21, 'docker.io/acme/fresh', { tags: ['2024', 'edge'] }),
      build({ source: 'docker.io/acme/ci:2024', entries: [AMD64, entry('windows(10.0.20348.2227)/amd64', '2')] }),
      {},
    ),
    imageState(image(30, 'ghcr.io/acme/shrunk'), shrunk, {
      '1.0.0': present(indexOf([AMD64, entry('linux/s390x', 'c'), entry('linux/ppc64le', 'f')])),
    }),
    imageState(image(38, 'ghcr.io/acme/broken'), broken, {
      '1.0.0': { ...present(broken.stored.manifest), missing: [ARM64.digest] },
    }),
    imageState(image(41, 'ghcr.io/acme/annotated'), pinned(version('2.0.0')), {
      '1.0.0': present(
        indexOf([AMD64, ARM64], { annotations: { [VERSION]: '1.9.9', [VENDOR]: 'Acme & "Sons" <acme>' } }),
      ),
    }),
    imageState(image(44, 'ghcr.io/acme/same', { tags: ['1', '1.0', '1.0.0'] }), both(), {
      '1': present(both().stored.manifest),
      '1.0': present(both().stored.manifest),
      '1.0.0': present(both().stored.manifest),
    }),
  ];
}

function held(): readonly ImageState[] {
  const guards = (more: Partial<Declaration['guards']>) => ({ guards: { ...NO_GUARDS, ...more } });
  const labelled = { labels: ['org.opencontainers.image.revision'], except: [] };
  const revision = 'org.opencontainers.image.revision';
  return [
    imageState(image(51, 'ghcr.io/acme/web'), both(), {
      '1.0.0': present(indexOf([AMD64, ARM64, entry('linux/riscv64', '9')])),
    }),
    imageState(
      image(60, 'ghcr.io/acme/fixed', guards({ immutableTags: [parseTagPattern('1.*') as TagPattern] })),
      both(),
      {
        '1.0.0': OLD,
      },
    ),
    imageState(image(68, 'ghcr.io/acme/guarded', { protect: true }), both(), { '1.0.0': OLD }),
    {
      ...imageState(image(75, 'ghcr.io/acme/mixed', guards({ sameLabel: labelled })), both(), { '1.0.0': OLD }),
      labels: new Map([
        [AMD64.digest, { [revision]: 'c0ffee' }],
        [ARM64.digest, { [revision]: 'decaf' }],
      ]),
    },
    imageState(
      image(83, 'ghcr.io/acme/narrow', guards({ requirePlatforms: [parsePlatform('linux/arm/v7')] })),
      both(),
      { '1.0.0': OLD },
    ),
    imageState(image(91, 'ghcr.io/acme/floating'), both(), { '1.0.0': OLD }),
    imageState(image(97, 'ghcr.io/acme/many', { tags: ['3', '4'] }), pinned(), { '3': OLD, '4': OLD }),
  ];
}

function unread(): readonly ImageState[] {
  const limited = new PlaitError(
    'REGISTRY_RATE_LIMITED',
    'docker.io/acme/agent-ci:1.4.0 was not answered: 429 after 5 attempts',
    {
      hint: 'sign in, or wait',
    },
  );
  const failure = { failures: [{ reference: 'docker.io/acme/agent-ci:1.4.0', error: limited }] };
  return [
    imageState(image(103, 'ghcr.io/acme/agent', { tags: ['1.4.0'] }), failure, {}),
    imageState(image(110, 'ghcr.io/acme/agent-slim', { tags: ['1.4.0'] }), failure, {}),
    imageState(image(118, 'ghcr.io/acme/db', { tags: ['1', '2'] }), both(), {
      '2': unreadable(new PlaitError('REGISTRY_DENIED', 'ghcr.io/acme/db:2 is refused: 403')),
    }),
  ];
}

function absence(line: number, path: string, tags: readonly string[]): AbsenceState {
  const repository = parseRepository(path);
  const origin = { file: 'retired.yaml', line, column: 3 };
  const absence: DeclaredAbsence = { id: `absent ${path}`, origin, repository, tags, tagsMatching: [], except: [] };
  return { kind: 'read', absence, tags: tags.map((name) => ({ name, live: OLD })) };
}

/** Lets through what the fixture wants to see changed, and nothing else. */
const ALLOWED = [
  'platform-removal=ghcr.io/acme/shrunk:*',
  'updates=ghcr.io/acme/{api,shrunk,annotated}:*',
  'floating-source={ghcr.io,docker.io}/acme/{api,fresh,shrunk,web,fixed,guarded,mixed,narrow}:*',
];

/** What the rich plan is made of; `more` changes parts of it. */
export function richInput(more: Partial<PlanInput> = {}): PlanInput {
  return planInput([...changing(), ...held(), ...unread()].map(addNotice), {
    absences: [
      absence(4, 'harbor.example/mirror/redis', ['7.4-broken', '7.4-rc']),
      absence(9, 'ghcr.io/acme/kept', ['old']),
    ],
    mayDelete: (registry) => registry === 'harbor.example',
    guards: { ...DEFAULT_RUN_GUARDS, updates: { count: 1, from: 0 }, floatingSources: 'error' },
    allowances: ALLOWED.map(parseAllowance),
    ...more,
  });
}

function addNotice(state: ImageState): ImageState {
  const { desired } = state;
  if (desired.kind !== 'resolved' || desired.declaration.id !== 'api') return state;
  const message = 'ghcr.io/acme/ci:1.8.2-riscv64 does not exist; linux/riscv64 is optional and stays as it is';
  return { ...state, desired: { ...desired, notices: [{ id: 'api', code: 'source-absent', message }] } };
}

/** The facts of a plan made at a fixed time. */
export const FACTS = {
  version: '0.1.0',
  createdAt: Date.UTC(2026, 8, 1, 2),
  configSha256: 'c'.repeat(64),
  gitCommit: '0123456789abcdef0123456789abcdef01234567',
  requests: { HEAD: 214, GET: 9 },
};

/** A report on `plan`. */
export function reportOn(plan: Plan, more: Partial<Report> = {}): Report {
  return { kind: 'plan', plan, document: toPlanDocument(plan, FACTS), diagnostics: [], folder: '', ...more };
}

/**
 * One of everything that a plan can show: creations, updates with fields, an allowed removal, a repair, a deletion, a
 * change that each guard holds back, unreadable sources and tags, a notice.
 */
export function richReport(more: Partial<Report> = {}): Report {
  return reportOn(withExtras(makePlan(richInput())), { diagnostics: [UNUSED], ...more });
}

const CLASSES: Readonly<Record<string, Change['class']>> = {
  api: 'conflict',
  shrunk: 'pending',
  annotated: 'drift',
  fixed: 'adopt',
};

/** As a lock file and a registry with signatures would add to it. */
function withExtras(plan: Plan): Plan {
  const add = (change: Change): Change => {
    const { [change.id]: found } = CLASSES;
    const signed = change.id === 'fresh' ? { referrers: [SIGNATURE] } : {};
    return { ...change, ...(found === undefined ? {} : { class: found }), ...signed };
  };
  return { ...plan, changes: plan.changes.map(add), blocked: plan.blocked.map(add) };
}

const SIGNATURE = {
  from: parseRepository('docker.io/acme/ci'),
  subject: digestOf('a'),
  digest: digestOf('8'),
  artifactType: 'application/vnd.example.signature+json',
};

const UNUSED: Report['diagnostics'][number] = {
  severity: 'warning',
  code: 'idle-pattern',
  message: 'the glob "ghcr.io/acmee/**" matches nothing',
  hint: 'remove it',
  path: 'drift.ignore[0]',
  origin: { file: 'manifests.yaml', line: 3, column: 3 },
};

const SIX = ['amd64', 'arm64', 'arm/v7', '386', 's390x', 'ppc64le'].map((name) => `linux/${name}`);

/** 100 tags of six platforms each: two lose a platform, two would if they might, one has lost a child, two cannot be read. */
export function wideReport(): Report {
  const wanted = SIX.map((platform, index) => entry(platform, 'abcdef'.charAt(index)));
  const moved = [entry('linux/amd64', '1'), ...wanted.slice(1)];
  const all = Array.from({ length: 100 }, (_, number) => {
    const name = `service-${String(number).padStart(2, '0')}`;
    const whole = build({ source: `ghcr.io/acme/builds/${name}:2`, entries: wanted });
    const live: Readonly<Record<number, LiveTag>> = {
      10: present(indexOf([...wanted, entry('linux/riscv64', '9')])),
      20: present(indexOf([...wanted, entry('linux/mips64le', '8')])),
      30: present(indexOf([...wanted, entry('linux/riscv64', '9')])),
      40: present(indexOf([...wanted, entry('linux/riscv64', '9')])),
      50: { ...present(whole.stored.manifest), missing: [digestOf('c')] },
      60: unreadable(new PlaitError('REGISTRY_DENIED', `ghcr.io/acme/${name}:1.0.0 is refused: 403`)),
      70: unreadable(new PlaitError('REGISTRY_RATE_LIMITED', `ghcr.io/acme/${name}:1.0.0 was not answered: 429`)),
    };
    const usual = present(number % 9 === 0 ? indexOf(moved) : whole.stored.manifest);
    return imageState(image(number * 8 + 4, `ghcr.io/acme/${name}`), whole, { '1.0.0': live[number] ?? usual });
  });
  const allowances = ['platform-removal=ghcr.io/acme/service-{10,20}:*'].map(parseAllowance);
  return reportOn(makePlan(planInput(all, { allowances })));
}

/** 500 changes of long names, of which a hundred take platforms away and a hundred delete tags. */
export function hugeReport(): Report {
  const wanted = [AMD64, ARM64];
  const images = Array.from({ length: 400 }, (_, number) => {
    const path = `registry.example.com/platform/team-${number % 7}/services/backend-service-${number}`;
    const extra = number % 4 === 0 ? [entry('linux/s390x', 'c'), entry('linux/ppc64le', 'f')] : [];
    const live = present(indexOf([entry('linux/amd64', 'd'), entry('linux/arm64', 'e'), ...extra]));
    return imageState(image(number + 4, path), build({ source: `${path}:build`, entries: wanted }), { '1.0.0': live });
  });
  const absences = Array.from({ length: 100 }, (_, number) =>
    absence(number + 4, `registry.example.com/platform/retired-${number}`, ['1.0.0', '1.0.1']),
  );
  const allowances = ['platform-removal=**', 'updates=**', 'deletes=**'].map(parseAllowance);
  return reportOn(makePlan(planInput(images, { absences, mayDelete: () => true, allowances })));
}

const HOSTILE = '</script><img src=x onerror=alert(1)> `a` ``b`` @everyone #1 [x](https://evil.example) --> ::error::x';

/** Annotations, messages and hints as somebody would write them who wants to be more than text. */
export function hostileReport(): Report {
  const error = new PlaitError('REGISTRY_DENIED', `ghcr.io/acme/denied:1.0.0 is refused: ${HOSTILE}`, {
    hint: HOSTILE,
  });
  const live = present(
    indexOf([AMD64, ARM64], { annotations: { [HOSTILE]: HOSTILE, 'a\n::error::b': '\u202e\u001b[31m' } }),
  );
  const states = [
    imageState(image(4, 'ghcr.io/acme/annotated'), both(), { '1.0.0': live }),
    imageState(image(9, 'ghcr.io/acme/denied'), both(), { '1.0.0': unreadable(error) }),
  ];
  const plan = makePlan(planInput(states));
  return reportOn({ ...plan, notices: [{ id: 'annotated', code: 'source-absent', message: HOSTILE }] });
}

/** How the live tags of the rich plan differ, part of it accepted for a while. */
export function richDrift(more: Partial<Report> = {}): Report {
  const { plan } = richReport();
  const accepted = (text: string, fields: DriftIgnore['fields']): DriftIgnore => ({
    origin: { file: 'manifests.yaml', line: 200, column: 7 },
    text,
    matches: (reference) => reference.startsWith(text),
    fields,
    reason: 'moved with the next release',
    until: '2026-12-31',
  });
  const rules = [accepted('ghcr.io/acme/shrunk', ['tag']), accepted('ghcr.io/acme/api', ['annotations'])];
  return reportOn(toDrift(plan, { rules }), { kind: 'drift', ...more });
}
