/** One figure of a metric: its labels, and what was measured. */
export interface Sample {
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

/** A gauge: all of ours are figures of one run, which the next run replaces. */
export interface Metric {
  /** As Prometheus names metrics, with the unit at the end. */
  readonly name: string;
  readonly help: string;
  readonly samples: readonly Sample[];
}

/** Prometheus text format 0.0.4, in the order given; a metric without samples is left out. */
export function renderPrometheus(metrics: readonly Metric[]): string {
  return metrics
    .filter(({ samples }) => samples.length > 0)
    .map(renderMetric)
    .join('');
}

function renderMetric({ name, help, samples }: Metric): string {
  const lines = samples.map(({ labels, value }) => `${name}${renderLabels(labels)} ${value}`);
  return [`# HELP ${name} ${escapeHelp(help)}`, `# TYPE ${name} gauge`, ...lines].map((line) => `${line}\n`).join('');
}

function renderLabels(labels: Readonly<Record<string, string>>): string {
  const pairs = Object.entries(labels).map(([key, value]) => `${key}="${escapeLabel(value)}"`);
  return pairs.length === 0 ? '' : `{${pairs.join(',')}}`;
}

function escapeHelp(text: string): string {
  return text.replaceAll('\\', '\\\\').replaceAll('\n', '\\n');
}

function escapeLabel(text: string): string {
  return escapeHelp(text).replaceAll('"', '\\"');
}

/** Pure: the value of one sample in a file that {@link renderPrometheus} made; undefined when it has none. */
export function findSample(text: string, { name, labels }: { readonly name: string } & Pick<Sample, 'labels'>) {
  const start = `${name}${renderLabels(labels)} `;
  const line = text.split('\n').find((each) => each.startsWith(start));
  const value = line === undefined ? Number.NaN : Number(line.slice(start.length));
  return Number.isFinite(value) ? value : undefined;
}
